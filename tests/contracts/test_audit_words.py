"""The audit log speaks in words: each action and each kind of subject that the code writes down has a label."""

import pytest

from crm.registry import Registry, current_registry
from tests.audit_actions import CannotBeRead, Module, Reader

READ_FROM_ROWS = {
    "crm/imports/mappings.py",
    "crm/imports/runs.py",
    "crm/imports/services.py",
    "surveys/authoring/services.py",
}
# Kinds of subjects that the code takes from a row: of a file that is read in, and of two tables of texts.
FROM_ROWS = {"employers", "inquiries", "participants", "survey_translation", "survey_message_text"}


@pytest.fixture
def registry(context: None) -> Registry:
    return current_registry()


@pytest.fixture(scope="module")
def reader() -> Reader:
    """It has read the whole product."""
    return Reader()


def test_every_action_that_the_code_writes_down_has_a_label(registry: Registry, reader: Reader) -> None:
    actions = {each.value for each in reader.written("action", 1)}
    assert len(actions) > 100, "the reader has lost its way"
    assert actions == set(registry.audit_labels), sorted(actions ^ set(registry.audit_labels))


def test_every_kind_of_subject_has_a_word(registry: Registry, reader: Reader) -> None:
    kinds = set(FROM_ROWS)
    for module in reader.modules:
        if module.imports_the_log():
            for function, call in module.calls_of("record"):
                given = next(keyword.value for keyword in call.keywords if keyword.arg == "subject_type")
                try:
                    kinds.update(reader.values(given, module, function))
                except CannotBeRead:
                    assert module.name in READ_FROM_ROWS
    assert kinds == set(registry.audit_subjects)


def test_labels_are_words_and_not_keys(registry: Registry) -> None:
    for key, label in {**registry.audit_labels, **registry.audit_subjects}.items():
        assert str(label) != key
        assert "_" not in str(label)
        assert "." not in str(label)


def test_two_actions_do_not_read_the_same(registry: Registry) -> None:
    labels = [str(label) for label in registry.audit_labels.values()]
    assert len(labels) == len(set(labels))


def test_the_reader_follows_parameters_choices_and_loops(reader: Reader) -> None:
    written = {(each.where, each.value) for each in reader.written("action", 1)}
    assert ("crm/employers/services/employers.py", "employer.unblocked") in written, "a choice"
    assert ("crm/accounts/reading.py", "survey_interview_opened") in written, "a parameter, from another package"
    assert ("crm/accounts/reading.py", "participant_read") in written, "its default"
    assert ("crm/accounts/security_events.py", "two_factor_off") in written, "a loop over rows"


def test_an_action_that_cannot_be_read_is_said_and_not_passed_over(reader: Reader) -> None:
    module: Module = next(each for each in reader.modules if each.name == "crm/tasks/services.py")
    function, call = next(module.calls_of("record"))
    with pytest.raises(CannotBeRead):
        list(reader.values(call, module, function))

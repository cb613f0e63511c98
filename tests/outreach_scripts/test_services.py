"""Scripts in the database: drafts, versions, undoing, copies, files."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from crm.actors import Role, system_actor
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from outreach.scripts.definition import Answer, Node, NodeKind, Script
from outreach.scripts.editing import add_step, change_step, remove_step
from outreach.scripts.models import CallScript, CallScriptVersion, PublishedVersion
from outreach.scripts.published import newest_version, script_of
from outreach.scripts.queries import ScriptFilter, draft_of, script_choices, script_page, versions_of
from outreach.scripts.reading import read_script
from outreach.scripts.services import drafts, publishing, scripts, sharing
from outreach.scripts.shipped import shipped_scripts
from tests.outreach_scripts.conftest import Place

THANKS = Node(
    "end",
    NodeKind.END,
    {"en": "Thank you."},
    writes=replace(Node("x", NodeKind.END, {}).writes, outcome="visit_booked"),
)


def _said(script: Script, text: str = "Hello") -> Script:
    begin = replace(script.nodes[0], text={"en": text}, answers=(Answer("next", {"en": "Go on"}, "end"),))
    return change_step(change_step(script, begin.key, begin), "end", THANKS)


def _change(place: Place, script: CallScript, text: str) -> int:
    with transaction():
        return drafts.change_draft(place.manager, script_id=script.id, change=lambda each: _said(each, text)).version_id


def _publish(place: Place, script: CallScript, **values: object) -> CallScriptVersion:
    with transaction():
        return publishing.publish_draft(place.manager, script_id=script.id, **values)  # type: ignore[arg-type]


def _text(version: CallScriptVersion | None) -> str:
    assert version is not None
    return script_of(version.id).nodes[0].text["en"]


def test_a_draft_is_published_only_when_a_call_can_come_to_an_end(place: Place) -> None:
    script = place.script()
    with pytest.raises(DomainError, match="no text"), transaction():
        publishing.publish_draft(place.manager, script_id=script.id)
    assert newest_version(script.id) is None
    _change(place, script, "Hello")
    version = _publish(place, script, note="The first one")
    assert (version.number, version.note, version.published_by_id) == (1, "The first one", place.manager.staff_id)
    assert script_of(version.id).version == 1
    assert draft_of(place.manager, script.id) is None


def test_a_caller_in_the_middle_of_a_call_keeps_her_version(place: Place) -> None:
    script = place.script()
    _change(place, script, "Hello")
    first = _publish(place, script).id
    _change(place, script, "Good morning")
    assert _text(newest_version(script.id)) == "Hello"
    second = _publish(place, script)
    assert second.number == 2
    assert _text(newest_version(script.id)) == "Good morning"
    assert script_of(first).nodes[0].text["en"] == "Hello"


def test_a_published_version_never_changes(place: Place) -> None:
    script = place.script()
    _change(place, script, "Hello")
    version = _publish(place, script)
    with pytest.raises(PublishedVersion):
        version.text = "something else"
    with pytest.raises(PublishedVersion):
        version.number = 7


def test_a_draft_that_says_the_same_is_not_published_again(place: Place) -> None:
    script = place.script()
    _change(place, script, "Hello")
    _publish(place, script)
    with transaction():
        drafts.begin_draft(place.manager, script_id=script.id)
    with pytest.raises(DomainError, match="says the same"):
        _publish(place, script)


def test_what_somebody_else_changed_meanwhile_is_not_published_unread(place: Place) -> None:
    script = place.script()
    seen = _change(place, script, "Hello")
    _change(place, script, "Goodbye")
    with pytest.raises(EditConflict):
        _publish(place, script, version=seen)


def test_changes_are_taken_back_one_after_the_other(place: Place) -> None:
    script = place.script()
    before = script_of(draft_of(place.manager, script.id).id)  # type: ignore[union-attr]
    first = _change(place, script, "One")
    second = _change(place, script, "Two")
    with pytest.raises(DomainError), transaction():
        drafts.undo_change(place.manager, script_id=script.id, version=first)
    with transaction():
        drafts.undo_change(place.manager, script_id=script.id, version=second)
    draft = draft_of(place.manager, script.id)
    assert draft is not None
    assert _text(draft) == "One"
    left = drafts.undoable(draft, script)
    assert left is not None
    assert left > second
    with transaction():
        drafts.undo_change(place.manager, script_id=script.id, version=left)
    assert script_of(draft.id) == before
    assert drafts.undoable(draft, script) is None


def test_the_same_change_again_is_none(place: Place) -> None:
    script = place.script()
    assert _change(place, script, "One") == _change(place, script, "One")


def test_old_changes_are_forgotten(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_EDITS", 2)
    script = place.script()
    for number in range(5):
        _change(place, script, f"Text {number}")
    taken_back = 0
    draft = draft_of(place.manager, script.id)
    while draft and (version := drafts.undoable(draft, script)):
        with transaction():
            drafts.undo_change(place.manager, script_id=script.id, version=version)
        taken_back += 1
    assert taken_back == 2


def test_a_draft_that_was_thrown_away_comes_back_unless_there_is_another(place: Place) -> None:
    script = place.script()
    _change(place, script, "Hello")
    _publish(place, script)
    _change(place, script, "Better")
    with transaction():
        drafts.discard_draft(place.manager, script_id=script.id)
    assert draft_of(place.manager, script.id) is None
    with transaction():
        drafts.take_draft_back(place.manager, script_id=script.id)
    assert _text(draft_of(place.manager, script.id)) == "Better"
    with transaction():
        drafts.discard_draft(place.manager, script_id=script.id)
        drafts.begin_draft(place.manager, script_id=script.id)
    with pytest.raises(DomainError, match="another draft"), transaction():
        drafts.take_draft_back(place.manager, script_id=script.id)


def test_placeholders_that_calls_can_fill_declare_themselves(place: Place) -> None:
    script = place.script()
    _change(place, script, "I am {my_name}, and this is {nobody}.")
    draft = draft_of(place.manager, script.id)
    assert draft is not None
    assert script_of(draft.id).placeholders == ("my_name",)
    with pytest.raises(DomainError, match="nobody"):
        _publish(place, script)


def test_coordinators_read_and_do_not_write(place: Place) -> None:
    script = place.script()
    with pytest.raises(NotAllowed), transaction():
        drafts.change_draft(place.coordinator, script_id=script.id, change=_said)
    with pytest.raises(NotAllowed), transaction():
        scripts.create_script(place.coordinator, title={"en": "Mine"})
    with pytest.raises(NotAllowed), transaction():
        sharing.import_script(place.coordinator, content="key: a")


def test_another_units_script_is_not_there(place: Place) -> None:
    script = place.script()
    with pytest.raises(NotVisible), transaction():
        drafts.change_draft(place.stranger, script_id=script.id, change=_said)
    with pytest.raises(DomainError, match="own units"), transaction():
        scripts.create_script(place.stranger, title={"en": "Theirs"}, unit_id=place.unit_id)
    assert script_page(place.stranger, ScriptFilter()).total == 0


def test_the_shipped_scripts_are_installed_once_in_four_languages_and_ready_to_use(place: Place) -> None:
    with transaction():
        assert len(scripts.install_shipped(system_actor("test"))) == len(shipped_scripts())
        assert scripts.install_shipped(system_actor("test")) == []
    titles = dict(script_choices(place.coordinator))
    assert "First call to an employer" in titles.values()
    for script in current_session().scalars(select(CallScript)):
        version = newest_version(script.id)
        assert version is not None
        assert version.number == 1
        assert script_of(version.id).title.keys() == {"en", "sv", "nb", "da"}


def test_a_copy_has_a_name_and_a_key_of_its_own(place: Place) -> None:
    original = place.shipped()["employer_first_call"]
    with transaction():
        copy = scripts.copy_script(place.manager, script_id=original.id, submission_key="k")
        again = scripts.copy_script(place.manager, script_id=original.id, submission_key="k")
    assert copy.id == again.id
    assert copy.key != original.key
    assert copy.title == "First call to an employer (copy)"
    draft, newest = draft_of(place.manager, copy.id), newest_version(original.id)
    assert draft is not None
    assert newest is not None
    assert script_of(draft.id).nodes == script_of(newest.id).nodes


def test_an_exported_script_comes_in_elsewhere_as_it_was(place: Place) -> None:
    script = place.script()
    _change(place, script, "Hello from {org}")
    _publish(place, script)
    with transaction():
        file = sharing.export_script(place.manager, script_id=script.id)
    assert file.startswith("call_script:")
    again = read_script(file).script
    assert again is not None
    assert again.nodes[0].text == {"en": "Hello from {org}"}
    with transaction():
        same = sharing.import_script(place.manager, content=file)
        other = sharing.import_script(place.stranger, content=file)
    assert (same.is_new, same.is_changed, same.script.id) == (False, False, script.id)
    assert other.is_new
    assert other.script.key == f"{script.key}_2"
    with transaction():
        changed = sharing.import_script(place.manager, content=file.replace("Hello", "Good day"))
    assert (changed.is_new, changed.is_changed) == (False, True)
    assert _text(draft_of(place.manager, script.id)) == "Good day from {org}"
    with pytest.raises(DomainError, match="somebody works on"), transaction():
        sharing.import_script(place.manager, content=file.replace("Hello", "Good night"))


@pytest.mark.parametrize("text", ["Write to anna@example.org", "Call 0701 23 45 67", "Ask for Stina Ek at the desk"])
def test_nothing_that_names_or_reaches_somebody_leaves(place: Place, text: str) -> None:
    place.world.contact_person(place.world.employer(), "Stina Ek")
    script = place.script()
    _change(place, script, text)
    with pytest.raises(sharing.PersonalData) as error, transaction():
        sharing.export_script(place.manager, script_id=script.id)
    assert "begin" in str(error.value)
    assert not any(word in str(error.value) for word in ("anna", "0701", "Stina"))


def test_a_file_that_is_no_script_is_refused_with_every_fault_and_its_line(place: Place) -> None:
    with pytest.raises(sharing.WrongFile) as error, transaction():
        sharing.import_script(place.manager, content="key: a\nversion: x\nnodes: []\n")
    assert len(error.value.problems) > 1
    assert all(problem.line for problem in error.value.problems)


def test_the_list_finds_by_every_language_and_keeps_archived_ones_apart(place: Place) -> None:
    shipped = place.shipped()
    script = place.script("Calls in the autumn")
    found = script_page(place.coordinator, ScriptFilter(text="forsta samtalet"))
    assert [line.script.id for line in found.items] == [shipped["employer_first_call"].id]
    assert found.items[0].published is not None
    assert found.items[0].draft is None
    assert [each.script.id for each in script_page(place.manager, ScriptFilter(show="drafts")).items] == [script.id]
    with transaction():
        scripts.archive_script(place.manager, script_id=script.id)
    assert script.id not in [each.script.id for each in script_page(place.manager, ScriptFilter()).items]
    archived = script_page(place.manager, ScriptFilter(show="archived"))
    assert [each.script.id for each in archived.items] == [script.id]
    with transaction():
        scripts.restore_script(place.manager, script_id=script.id)
    assert script_page(place.manager, ScriptFilter(text="calls autumn")).total == 1


def test_versions_are_kept_with_who_and_when(place: Place) -> None:
    script = place.script()
    for text in ("One", "Two"):
        _change(place, script, text)
        _publish(place, script, note=text)
    found = versions_of(place.coordinator, script.id)
    assert [(each.number, each.note) for each in found] == [(2, "Two"), (1, "One")]
    assert found[0].published_by is not None
    assert found[0].published_by.name == "Karin Berg"


def test_a_step_that_is_taken_away_leaves_answers_that_the_check_names(place: Place) -> None:
    script = place.script()
    _change(place, script, "Hello")
    with transaction():
        drafts.change_draft(place.manager, script_id=script.id, change=lambda each: remove_step(each, "end"))
    with pytest.raises(DomainError, match="no end"):
        _publish(place, script)
    with transaction():
        drafts.change_draft(place.manager, script_id=script.id, change=lambda each: add_step(each, THANKS))
    assert _publish(place, script).number == 1


def test_a_script_of_a_unit_above_is_read_and_used_and_copied_but_not_changed(place: Place) -> None:
    script = place.script("Regional calls")
    _change(place, script, "Hello")
    _publish(place, script)
    below = place.world.staff(Role.MANAGER, unit=place.world.unit("Below", parent_id=place.unit_id))
    actor = place.world.actor(below)
    assert [title for _id, title in script_choices(actor)] == ["Regional calls"]
    with pytest.raises(NotAllowed), transaction():
        drafts.begin_draft(actor, script_id=script.id)
    with transaction():
        copy = scripts.copy_script(actor, script_id=script.id)
        file = sharing.export_script(actor, script_id=script.id)
        brought = sharing.import_script(actor, content=file, unit_id=actor.unit_id)
    assert copy.unit_id == actor.unit_id
    assert brought.is_new
    assert script_page(place.stranger, ScriptFilter()).total == 0

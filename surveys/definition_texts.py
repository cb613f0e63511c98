"""The wording of a questionnaire: one flat mapping from path to text for each language.

Paths: ``title``, ``intro``, ``thanks``, ``q.<question>``, ``q.<question>.o.<code>`` and
``scale.<scale>.<code>``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveys.definition import Definition, Question, QuestionType

FIXED_PATHS = ("title", "intro", "thanks")

Texts = Mapping[str, str]


def question_path(question: Question) -> str:
    """Where the wording of ``question`` stands."""
    return f"q.{question.key}"


def option_path(question: Question, code: str) -> str:
    """Where the label of one answer stands; the questions of a scale share theirs."""
    return f"scale.{question.scale}.{code}" if question.scale else f"q.{question.key}.o.{code}"


def text_paths(definition: Definition) -> tuple[str, ...]:
    """Every path that a complete translation fills, in the order of the form, each once."""
    return tuple(dict.fromkeys(_all_paths(definition)))


def missing_texts(definition: Definition, texts: Texts) -> list[str]:
    """The paths that have no text, or only blanks. Empty: the translation is complete."""
    return [path for path in text_paths(definition) if not texts.get(path, "").strip()]


def surplus_texts(definition: Definition, texts: Texts) -> list[str]:
    """The paths in ``texts`` that the questionnaire does not use."""
    used = frozenset(text_paths(definition))
    return [path for path in texts if path not in used]


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """How two versions differ, by stable question key.

    Only ``comparable`` questions may stand in one trend.
    """

    comparable: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def compare_versions(old: Definition, new: Definition) -> VersionComparison:
    """Compare two versions. ``new`` gives the order; removed questions keep the order of ``old``.

    A question is comparable when its answers mean the same: same type, same answers to choose from, same
    rule for what counts as yes. Wording, order, target and condition may differ.
    """
    before = {question.key: question for question in old.questions}
    after = {question.key: question for question in new.questions}
    kept = [key for key in after if key in before]
    return VersionComparison(
        comparable=tuple(key for key in kept if _meaning(before[key]) == _meaning(after[key])),
        changed=tuple(key for key in kept if _meaning(before[key]) != _meaning(after[key])),
        added=tuple(key for key in after if key not in before),
        removed=tuple(key for key in before if key not in after),
    )


def _meaning(question: Question) -> tuple[object, ...]:
    goal = question.goal
    rule = (goal.counts_as_yes, goal.excluded_from_base) if goal else None
    return question.type, frozenset(question.options), rule, frozenset(question.counts_as_result)


def _all_paths(definition: Definition) -> Iterator[str]:
    yield from FIXED_PATHS
    for question in definition.questions:
        yield question_path(question)
        if question.type is not QuestionType.TEXT:
            yield from (option_path(question, code) for code in question.codes)

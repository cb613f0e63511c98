"""What pages show of a script: its steps in words, what is wrong with it, its picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from crm.actors import Actor
from crm.employers.stage_queries import stages_of
from crm.extension_points import Text
from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from outreach.scripts.checking import CheckResult, check
from outreach.scripts.comparing import Change, ChangeKind, Part
from outreach.scripts.definition import LANGUAGES, Node, Script, Writes, in_language
from outreach.scripts.drawing import draw
from outreach.scripts.editing import leading_to
from outreach.scripts.messages import KINDS, drawing_words, sentence
from outreach.scripts.problems import Problem
from outreach.scripts.wording import field_label, writes_words

PARTS: Mapping[Part, Text] = {
    Part.STEP: _l("Step"),
    Part.ANSWER: _l("Answer"),
    Part.TITLE: _l("Title"),
    Part.TEXT: _l("Text"),
    Part.KIND: _l("What to do"),
    Part.START: _l("First step"),
    Part.GOTO: _l("Leads to"),
    Part.NOTED: _l("What can be noted here"),
    Part.REQUIRED: _l("Must be noted"),
    Part.WRITES: _l("What it does"),
    Part.ORDER: _l("Order"),
    Part.PLACEHOLDERS: _l("Placeholders"),
}
CHANGES: Mapping[ChangeKind, tuple[Text, str]] = {
    ChangeKind.ADDED: (_l("New"), "success"),
    ChangeKind.REMOVED: (_l("Removed"), "danger"),
    ChangeKind.CHANGED: (_l("Changed"), "info"),
}
_KIND_COLORS = {"say": "info", "ask": "accent", "instruction": "neutral", "end": "success"}


@dataclass(frozen=True)
class AnswerLine:
    """An answer: its words, where it leads, what it asks for and does."""

    key: str
    label: str
    goto: str
    number: int | None
    """Of the step that it leads to, in the list; None for one that does not exist."""
    required: Sequence[str]
    does: Sequence[str]


@dataclass(frozen=True)
class StepLine:
    """A step in words. ``language`` is that of its text, which may not be the reader's."""

    node: Node
    number: int
    kind: str
    color: str
    text: str
    language: str
    is_first: bool
    noted: Sequence[str]
    required: Sequence[str]
    does: Sequence[str]
    answers: Sequence[AnswerLine]
    comes_from: Sequence[str]
    errors: Sequence[str] = ()


def steps_of(script: Script, language: str, errors: Sequence[Problem] = ()) -> list[StepLine]:
    """The steps of a script in their order, each with the faults that lie in it."""
    numbers = {node.key: number for number, node in enumerate(script.nodes, 1)}
    return [
        StepLine(
            node=node,
            number=number,
            kind=str(KINDS[node.kind]),
            color=_KIND_COLORS[node.kind.value],
            text=in_language(node.text, language),
            language=_language_of(node, language),
            is_first=node.key == script.start,
            noted=[field_label(field) for field in node.log],
            required=[field_label(field) for field in node.required],
            does=writes_words(node.writes, language),
            answers=[
                AnswerLine(
                    answer.key, in_language(answer.label, language) or answer.key, answer.goto,
                    numbers.get(answer.goto), [field_label(field) for field in answer.required],
                    writes_words(answer.writes, language),
                )
                for answer in node.answers
            ],
            comes_from=leading_to(script, node.key),
            errors=[sentence(each) for each in errors if step_of(each) == node.key],
        )
        for number, node in enumerate(script.nodes, 1)
    ]  # fmt: skip


def step_of(problem: Problem) -> str | None:
    """The step in which a fault lies; None for one of the script as a whole."""
    parts = problem.path.split(".")
    return parts[1].partition("[")[0] if len(parts) > 1 and parts[0] == "nodes" else None


def checked(script: Script, actor: Actor) -> CheckResult:
    """What the check says, stages of the actor's own unit known."""
    return check(script, stages=stages_of(actor.unit_id).codes)


@dataclass(frozen=True)
class Faults:
    """What is wrong with a draft: errors and warnings, each with the step in which it lies, and missing texts."""

    errors: Sequence[tuple[str, str | None]]
    warnings: Sequence[tuple[str, str | None]]
    missing: Sequence[tuple[str, str, int]]
    """Code and name of each language, and how many texts are missing in it."""


def faults_of(result: CheckResult) -> Faults:
    """The faults in words. Missing translations are counted by language and not listed one by one."""
    warnings = [each for each in result.warnings if each.code != "missing_translation"]
    missing = result.missing_translations
    return Faults(
        [(sentence(each), step_of(each)) for each in result.errors],
        [(sentence(each), step_of(each)) for each in warnings],
        [(language, NAMES[language], len(missing.get(language, ()))) for language in LANGUAGES],
    )


def drawing_of(script: Script, language: str, *, here: str | None = None) -> Markup:
    """The picture of a script in the reader's language; ``here`` is the step that is being looked at."""
    return draw(script, language=language, words=drawing_words(), here=here)


@dataclass(frozen=True)
class ChangeLine:
    """A difference between two versions in words."""

    kind: str
    color: str
    where: str
    part: str
    before: str
    after: str


def change_lines(changes: Sequence[Change], language: str) -> list[ChangeLine]:
    """The differences for a page."""
    return [_change_line(each, language) for each in changes]


def _change_line(change: Change, language: str) -> ChangeLine:
    label, color = CHANGES[change.kind]
    part = str(PARTS[change.part])
    if change.language:
        part = _("%(part)s, %(language)s", part=part, language=NAMES.get(change.language, change.language))
    where = ".".join(each for each in (change.step, change.answer) if each)
    before, after = (_side(each, change.part, language) for each in (change.before, change.after))
    return ChangeLine(str(label), color, where, part, before, after)


def _side(value: str | Writes, part: Part, language: str) -> str:
    if isinstance(value, Writes):
        return "\n".join(writes_words(value, language))
    if part is Part.KIND and value:
        return next(str(label) for kind, label in KINDS.items() if kind.value == value)
    if part in (Part.NOTED, Part.REQUIRED) and value:
        return ", ".join(field_label(each) for each in value.split(", "))
    return value


def _language_of(node: Node, language: str) -> str:
    """The language in which a step's text is shown, for the page to say so."""
    order = (language, "en", *node.text)
    return next((each for each in order if node.text.get(each, "").strip()), language)

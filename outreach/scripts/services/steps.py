"""The parts of a draft as its forms change them: a step with its answers, one answer, texts, settings.

Each takes the ``edition`` of what its form showed (``outreach.scripts.step_fields``) and raises EditConflict where
somebody has changed just that since; None where nothing was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from crm.actors import Actor
from crm.errors import DomainError, NotVisible
from outreach.scripts import step_fields
from outreach.scripts.definition import LANGUAGES, Node, NodeKind, Script
from outreach.scripts.editing import add_step, change_step, free_key, move_step, moved, remove_step, with_texts
from outreach.scripts.models import CallScript
from outreach.scripts.reading import MAX_ANSWERS, MAX_LABEL, MAX_NODES
from outreach.scripts.rows import check_may_write, script_to_write, write_down
from outreach.scripts.services.drafts import change_draft, check_edition
from outreach.scripts.services.scripts import checked_title
from outreach.scripts.step_fields import AnswerRow
from outreach.scripts.text_checks import wordings
from outreach.scripts.yaml_tree import MAX_TEXT


def save_step(
    actor: Actor,
    *,
    script_id: int,
    key: str,
    given: Mapping[str, Any],
    rows: Sequence[AnswerRow],
    do: str = "",
    edition: int | None = None,
) -> tuple[CallScript, str, str | None]:
    """Save a step with its answers as its form stands; steps are made for answers that lead to a new one.

    ``do``: ``up:KEY``, ``down:KEY`` or ``remove:KEY`` moves or removes an answer as well. Returns the script, the key
    of the step (made from its text where none was given) and that of the first new step, if any.
    """
    made: list[Node] = []

    def change(script: Script) -> Script:
        before = _step(script, key)
        check_edition(edition, step_fields.edition_of_step(before), step_fields.step_values(before))
        node = step_fields.step_from({**given, "key": _key(script, before.key, given, actor)}, before)
        node, new = step_fields.with_rows(script, node, rows, actor.language)
        _check_answers(node)
        made[:] = [node, *new]
        changed = change_step(script, key, _done(node, do))
        return _with_new(changed, node.key, new)

    script = change_draft(actor, script_id=script_id, change=change, what="step")
    return script, made[0].key, made[1].key if len(made) > 1 else None


def save_answer(
    actor: Actor, *, script_id: int, key: str, answer: str, given: Mapping[str, Any], edition: int | None = None
) -> tuple[CallScript, str | None]:
    """Save everything that an answer says and does. Returns the script and the key of a step that was made for it."""
    made: list[Node] = []

    def change(script: Script) -> Script:
        node = _step(script, key)
        before = node.answer(answer)
        if before is None:
            raise NotVisible("Not found, or not visible to you.")
        check_edition(edition, step_fields.edition_of_step(node), step_fields.answer_values(before))
        others = [each.key for each in node.answers if each is not before]
        name = given["key"] or free_key(_words(given, actor), others, otherwise="answer")
        if name in others:
            raise DomainError(_("Another answer of this step is called so."), field="key")
        goto, new = step_fields.destination(script, given["goto"], _words(given, actor) or name)
        made[:] = [new] if new else []
        written = step_fields.answer_from({**given, "key": name, "goto": goto}, before)
        answers = tuple(written if each is before else each for each in node.answers)
        return _with_new(change_step(script, key, replace(node, answers=answers)), key, made)

    script = change_draft(actor, script_id=script_id, change=change, what="answer")
    return script, made[0].key if made else None


def add_empty_step(actor: Actor, *, script_id: int, kind: NodeKind, after: str = "") -> tuple[CallScript, str]:
    """A further step that says nothing yet, behind ``after`` or at the end. Returns the script and the step's key."""
    made: list[str] = []

    def change(script: Script) -> Script:
        made[:] = [free_key(kind.value, [node.key for node in script.nodes])]
        return _with_new(script, after, [Node(made[0], kind, {})])

    return change_draft(actor, script_id=script_id, change=change, what="step"), made[0]


def move(actor: Actor, *, script_id: int, key: str, by: int) -> CallScript:
    """Move a step up (-1) or down (1) in the list of steps; the ways of a call stay as they are."""

    def change(script: Script) -> Script:
        return move_step(script, _step(script, key).key, by)

    return change_draft(actor, script_id=script_id, change=change, what="order")


def remove(actor: Actor, *, script_id: int, key: str) -> CallScript:
    """Take a step out. Answers that led there lead nowhere until they are changed."""

    def change(script: Script) -> Script:
        return remove_step(script, _step(script, key).key)

    return change_draft(actor, script_id=script_id, change=change, what="step")


def save_texts(
    actor: Actor, *, script_id: int, language: str, texts: Mapping[str, str], edition: int | None = None
) -> CallScript:
    """Save the texts of a draft in one language, by their paths. Raises DomainError for one that is too long, with
    its path as the field."""

    def change(script: Script) -> Script:
        check_edition(edition, step_fields.edition_of_texts(script, language), {})
        for each in wordings(script):
            most = MAX_LABEL if each.is_label or each.path == "title" else MAX_TEXT
            if len(texts.get(each.path, "")) > most:
                raise DomainError(_("Write %(max)d characters at most.", max=most), field=each.path)
        changed = with_texts(script, language, texts)
        if not changed.title:
            raise DomainError(_("Write a title."), field="title")
        return changed

    return change_draft(actor, script_id=script_id, change=change, what="texts")


def save_settings(actor: Actor, *, script_id: int, given: Mapping[str, Any], edition: int | None = None) -> CallScript:
    """Save the titles, the first step and what must be there when a call is closed."""

    def change(script: Script) -> Script:
        check_edition(edition, step_fields.edition_of_settings(script), settings_values(script))
        titles = checked_title({language: given[f"text_{language}"] or "" for language in LANGUAGES})
        others = {language: each for language, each in script.title.items() if language not in LANGUAGES}
        return replace(
            script, title={**titles, **others}, start=_step(script, given["start"]).key,
            required_on_close=tuple(given["required_on_close"]),
        )  # fmt: skip

    return change_draft(actor, script_id=script_id, change=change, what="settings")


def give_to_unit(actor: Actor, *, script_id: int, unit_id: int | None) -> CallScript:
    """Say whose script it is: a unit's, or the whole organisation's (None). Holds at once, drafts or not."""
    script = script_to_write(actor, script_id)
    check_may_write(actor, unit_id)
    if script.unit_id != unit_id:
        script.unit_id = unit_id
        write_down(actor, script, "call_script.moved")
    return script


def settings_values(script: Script) -> dict[str, Any]:
    """What the form of the settings shows."""
    return {
        **{f"text_{language}": script.title.get(language, "") for language in LANGUAGES},
        "start": script.start,
        "required_on_close": [str(each) for each in script.required_on_close],
    }


def _step(script: Script, key: str) -> Node:
    node = script.node(key)
    if node is None:
        raise NotVisible("Not found, or not visible to you.")
    return node


def _key(script: Script, now: str, given: Mapping[str, Any], actor: Actor) -> str:
    """The short name of a step: the given one, or one made from what it says."""
    others = [node.key for node in script.nodes if node.key != now]
    wanted = str(given["key"] or "")
    if wanted in others:
        raise DomainError(_("Another step is called so."), field="key")
    return wanted or free_key(_words(given, actor), others)


def _words(given: Mapping[str, Any], actor: Actor) -> str:
    languages = (actor.language, "en", *LANGUAGES)
    return next((str(given[f"text_{each}"]) for each in languages if given.get(f"text_{each}")), "")


def _check_answers(node: Node) -> None:
    if len(node.answers) > MAX_ANSWERS:
        raise DomainError(_("A step can have %(most)s answers at most.", most=MAX_ANSWERS))


def _done(node: Node, do: str) -> Node:
    """The step with one of its answers moved or removed."""
    action, _colon, key = do.partition(":")
    place = next((number for number, each in enumerate(node.answers) if each.key == key), None)
    if place is None or action not in ("up", "down", "remove"):
        return node
    if action == "remove":
        return replace(node, answers=(*node.answers[:place], *node.answers[place + 1 :]))
    return replace(node, answers=moved(node.answers, place, -1 if action == "up" else 1))


def _with_new(script: Script, after: str, new: Sequence[Node]) -> Script:
    """The script with new steps behind ``after``, in their order."""
    for node in reversed(new):
        script = add_step(script, node, after=after)
    if len(script.nodes) > MAX_NODES:
        raise DomainError(_("A script can have %(most)s steps at most.", most=MAX_NODES))
    return script

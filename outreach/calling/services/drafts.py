"""Keeping what is typed during a call, and going from step to step. Nothing that was typed is thrown away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from crm import clock
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.errors import DomainError, EditConflict, NotVisible
from outreach.calling.models import Call
from outreach.days import check_near
from outreach.lists.services import EntryLost, extend_lease
from outreach.scripts.definition import LANGUAGES
from outreach.scripts.effects import Field
from outreach.scripts.keeping import walk_from_json, walk_to_json
from outreach.scripts.messages import sentence
from outreach.scripts.problems import WalkError
from outreach.scripts.published import script_of
from outreach.scripts.walking import Walk, answer, back, local_time

MOST_NOTE = 10_000
MOST_FIELD = 2_000
MOST_FIELDS = 40
CLOSING = "=closing"
"""The place of the fields of the last page; no step can be called so."""


class CallOver(DomainError):
    """The call is closed; what comes late is not written."""


@dataclass(frozen=True)
class Draft:
    """What stands on the page of a call.

    ``version``: the step that was shown. ``number`` counts what this window (``tab``) has typed, ``base`` is the number
    that it knew to be saved. ``place``: the key of the step, or CLOSING.
    """

    version: int
    note: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    number: int = 0
    base: int = 0
    tab: str = ""


def walk_of(call: Call) -> Walk:
    """The way of a call, in the version of the script with which it began. Raises DomainError when it is damaged."""
    try:
        return walk_from_json(script_of(call.script_version_id), call.walk)
    except WalkError as error:
        raise DomainError(sentence(error.problem)) from error


def keep_draft(actor: Actor, *, call_id: int, draft: Draft) -> Call:
    """Keep what is being typed, and the entry of the list with it. May be repeated; what comes too late is left out.

    Raises NotVisible, CallOver, and EditConflict when the call has gone on in another window: then nothing is written.
    """
    call = _open(actor, call_id)
    _check_version(call, draft)
    if draft.tab != call.draft_tab or draft.number > call.draft_number:
        _write(call, draft)
    _stay(actor, call)
    return call


def answer_step(actor: Actor, *, call_id: int, draft: Draft, key: str) -> Call:
    """Go on with an answer, after noting what stands on the page. Pressed twice it goes on once.

    Raises NotVisible, CallOver, EditConflict, and DomainError (with the name of the field) when something is missing:
    the caller keeps the draft then, see ``keep_typed``.
    """
    call = _open(actor, call_id)
    walk = walk_of(call)
    if _is_repeated(call, walk, draft, key):
        return call
    _check_version(call, draft)
    _write(call, draft)
    typed = call.fields.get(walk.here, {})
    try:
        gone = answer(walk, key, {name: value for name, value in typed.items() if name in walk.node.log})
    except WalkError as error:
        raise DomainError(sentence(error.problem), field=_field_of(error)) from error
    _check_agreed(gone.steps[-1].fields.get(Field.DATE_TIME))
    _go(actor, call, gone)
    return call


def step_back(actor: Actor, *, call_id: int, draft: Draft) -> Call:
    """Go one step back; what was noted there stands in its fields again. Raises as ``answer_step`` does."""
    call = _open(actor, call_id)
    walk = walk_of(call)
    _check_version(call, draft)
    _write(call, draft)
    gone = back(walk)
    if gone is not walk:
        noted = {name.value: value for name, value in gone.fields.items()}
        call.fields = {**call.fields, gone.here: {**noted, **call.fields.get(gone.here, {})}}
        _go(actor, call, gone)
    return call


def keep_typed(actor: Actor, *, call_id: int, draft: Draft) -> Call:
    """Keep what stands on the page where it could not go on. Raises NotVisible, CallOver, EditConflict."""
    call = _open(actor, call_id)
    _check_version(call, draft)
    _write(call, draft)
    _stay(actor, call)
    return call


def speak(actor: Actor, *, call_id: int, draft: Draft, language: str) -> Call:
    """Read the script out in another language from now on; what was typed is kept. Raises as ``keep_typed``."""
    call = keep_typed(actor, call_id=call_id, draft=draft)
    if language in LANGUAGES:
        call.language = language
    return call


def _open(actor: Actor, call_id: int) -> Call:
    call = locked(Call, actor, call_id)
    if call.ended_at is not None:
        raise CallOver(_("This call is closed."))
    return call


def _check_version(call: Call, draft: Draft) -> None:
    if draft.version != call.version_id or _is_from_elsewhere(call, draft):
        raise EditConflict(
            _("This call has gone on in another window. Compare the note, and go on from here."),
            current={"note": call.note},
        )


def _is_from_elsewhere(call: Call, draft: Draft) -> bool:
    """Whether another window has saved something that this one does not know."""
    return draft.tab != call.draft_tab and draft.base != call.draft_number


def _is_repeated(call: Call, walk: Walk, draft: Draft, key: str) -> bool:
    """Whether this is the press that brought the call here, once more."""
    if draft.version != call.version_id - 1 or not walk.steps:
        return False
    last = walk.steps[-1]
    return (last.node, last.answer) == (draft.place, key) and draft.note == call.note


def _write(call: Call, draft: Draft) -> None:
    call.note = draft.note[:MOST_NOTE]
    kept = {name[:60]: value[:MOST_FIELD] for name, value in list(draft.fields.items())[:MOST_FIELDS]}
    if draft.place:
        call.fields = {**call.fields, draft.place: kept}
    call.draft_number = max(draft.number, call.draft_number + (draft.tab != call.draft_tab))
    call.draft_tab = draft.tab[:20]
    call.saved_at = clock.now()


def _go(actor: Actor, call: Call, walk: Walk) -> None:
    call.walk = walk_to_json(walk)
    call.version_id += 1
    _stay(actor, call)


def _stay(actor: Actor, call: Call) -> None:
    """Who types is still there. Whose entry somebody else has taken meanwhile, or who calls from the list no longer,
    types on all the same."""
    if call.entry_id is None:
        return
    try:
        extend_lease(actor, entry_id=call.entry_id)
    except (EntryLost, NotVisible):
        return


def _check_agreed(time: str | None) -> None:
    """What was agreed is agreed for a day near enough to be kept."""
    try:
        if time:
            check_near(local_time(time).date())
    except ValueError as error:
        raise DomainError(str(error), field=Field.DATE_TIME) from error


def _field_of(error: WalkError) -> str | None:
    name = error.problem.values.get("field")
    return str(name) if name else None

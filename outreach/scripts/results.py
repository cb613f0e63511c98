"""What a call writes: the effects along its way, each once. Pages announce it and services save it from here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crm.glossary import picklists
from outreach.scripts.definition import NEXT_STEP, OUTCOME, Answer, Node
from outreach.scripts.effects import (
    AddTask,
    BookVisit,
    Effect,
    Field,
    FillField,
    MakeReferral,
    SendMaterial,
    SetDoNotCall,
    SetDoNotContact,
    SetOutcome,
    TaskKind,
    effect_to_json,
    merged,
    slot_of,
)
from outreach.scripts.problems import WalkError
from outreach.scripts.walking import Noted, Walk, is_ended, local_time, said_by_answer
from outreach.scripts.writes_checks import OUTCOMES

_CALLS = (AddTask(TaskKind.CALLBACK),)
_APPROACHES = (*_CALLS, AddTask(TaskKind.VISIT), BookVisit(), SendMaterial())


@dataclass(frozen=True, slots=True)
class Visited:
    """A step of the way: ``answer`` is None for the one at which the call is."""

    node: Node
    answer: Answer | None
    fields: Noted
    note: str


@dataclass(frozen=True)
class Result:
    """What a call has come to so far.

    ``effects`` stand in the order in which they first came up. ``path`` names each step with its answer, None at the
    last one; ``notes`` are free notes with their steps. ``next_step``: what the caller has written as the next step.
    """

    outcome: str | None
    effects: tuple[Effect, ...]
    fields: Noted
    path: tuple[tuple[str, str | None], ...]
    notes: tuple[tuple[str, str], ...]
    is_ended: bool
    next_step: str | None = None

    @property
    def plans_ahead(self) -> bool:
        """Whether something of it is a next step: a task or a visit."""
        return any(isinstance(effect, AddTask | BookVisit) for effect in self.effects)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "outcome": self.outcome,
            "effects": [effect_to_json(effect) for effect in self.effects],
            "fields": {name.value: value for name, value in self.fields.items()},
            "path": [list(each) for each in self.path],
            "notes": [list(each) for each in self.notes],
            "ended": self.is_ended,
            "next_step": self.next_step,
        }


def result(walk: Walk) -> Result:
    """What ``walk`` writes if it is saved now. May be asked at any step; a later outcome replaces an earlier one."""
    way = tuple(visited(walk))
    along = _along(way)
    fields = {each.field: each.value for each in along.values() if isinstance(each, FillField)}
    effects = _taken_back(along, fields)
    return Result(
        outcome=next((each.outcome for each in effects if isinstance(each, SetOutcome)), None),
        effects=effects,
        fields=fields,
        path=tuple((each.node.key, each.answer.key if each.answer else None) for each in way),
        notes=tuple((each.node.key, each.note) for each in way if each.note.strip()),
        is_ended=is_ended(walk),
    )


def missing_on_close(walk: Walk, *, outcome: str | None = None, next_step: str | None = None) -> tuple[str, ...]:
    """What is still missing before the call may be closed (requirement S2-8), by the names of ``required_on_close``.

    ``outcome`` and ``next_step`` are what the caller gives while closing; a task or visit of the way is a next step
    too. A field counts only where the way has asked for it: what was never asked is not known, and that is no fault.
    """
    found = result(walk)
    asked = {name for node, _answer in found.path for name in _node(walk, node).log}
    present = {OUTCOME: bool(outcome or found.outcome), NEXT_STEP: bool((next_step or "").strip()) or found.plans_ahead}
    present |= {name.value: bool(found.fields.get(name)) for name in asked}
    required = (*walk.script.required_on_close, *(walk.node.required if is_ended(walk) else ()))
    return tuple(name for name in dict.fromkeys(str(each) for each in required) if not present.get(name, True))


def close(walk: Walk, *, outcome: str | None = None, next_step: str | None = None) -> Result:
    """What the finished call writes. ``outcome`` replaces that of the way; a call that broke off may be closed too.

    Raises WalkError when something is missing, or when the outcome does not exist.
    """
    if outcome and outcome not in picklists.codes(OUTCOMES):
        raise WalkError("unknown_outcome", found=outcome[:60])
    missing = missing_on_close(walk, outcome=outcome, next_step=next_step)
    if missing:
        raise WalkError("not_complete", missing=", ".join(missing))
    found = replace(result(walk), next_step=(next_step or "").strip() or None)
    if not outcome or outcome == found.outcome:
        return found
    others = tuple(effect for effect in found.effects if not isinstance(effect, SetOutcome))
    return replace(found, outcome=outcome, effects=(*others, SetOutcome(outcome)))


def visited(walk: Walk) -> Iterator[Visited]:
    """The steps of ``walk``, the present one last."""
    for step in walk.steps:
        node = _node(walk, step.node)
        yield Visited(node, node.answer(step.answer), step.fields, step.note)
    yield Visited(walk.node, None, walk.fields, walk.note)


def _node(walk: Walk, key: str) -> Node:
    return replace(walk, here=key).node


def _noted(each: Visited) -> dict[Field, str]:
    said = said_by_answer(each.node, each.answer) if each.answer else {}
    return {**said, **each.fields}


def _written(each: Visited) -> tuple[Effect, ...]:
    """What a step and its answer write. A step that waits for its answer writes nothing yet."""
    if each.answer is not None:
        return (*each.node.writes.effects, *each.answer.writes.effects)
    return each.node.writes.effects if each.node.is_end else ()


def _along(way: tuple[Visited, ...]) -> dict[tuple[str, str], Effect]:
    """The effects of a way, each once. A time that was agreed goes to the tasks of its step, else to the next one."""
    found: dict[tuple[str, str], Effect] = {}
    agreed: datetime | None = None
    for each in way:
        noted = _noted(each)
        agreed = local_time(noted[Field.DATE_TIME]) if Field.DATE_TIME in noted else agreed
        effects = (*(FillField(name, value) for name, value in noted.items()), *_written(each))
        for effect in effects:
            timed = _at(effect, agreed)
            slot = slot_of(timed)
            found[slot] = merged(found[slot], timed) if slot in found else timed
        if any(_takes_time(effect) for effect in effects):
            agreed = None
    return found


def _takes_time(effect: Effect) -> bool:
    # Repairing what went wrong does not wait for the day on which somebody wants to be called.
    return isinstance(effect, BookVisit) or (isinstance(effect, AddTask) and effect.task is not TaskKind.REPAIR)


def _at(effect: Effect, agreed: datetime | None) -> Effect:
    if isinstance(effect, AddTask | BookVisit) and _takes_time(effect):
        return replace(effect, at=agreed)
    return effect


def _taken_back(found: Mapping[tuple[str, str], Effect], fields: Noted) -> tuple[Effect, ...]:
    """Without what a refusal takes back: whoever asks not to be called is not called, whatever was said before."""
    refused: tuple[Effect, ...] = ()
    if slot_of(SetDoNotContact()) in found:
        refused = _APPROACHES
    elif slot_of(SetDoNotCall()) in found:
        refused = _CALLS
    gone = {slot_of(effect) for effect in refused}
    return tuple(_completed(effect, fields) for slot, effect in found.items() if slot not in gone)


def _completed(effect: Effect, fields: Noted) -> Effect:
    if isinstance(effect, MakeReferral):
        may_mention = fields.get(Field.REFERRAL_MAY_MENTION) == "yes"
        return MakeReferral(fields.get(Field.REFERRAL_COMPANY, ""), may_mention)
    return effect

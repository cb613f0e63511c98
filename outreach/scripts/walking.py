"""A call on its way through a script. A walk never changes: every step gives a new one, so going back is safe.

A walk knows what was answered and noted. What that writes is in ``results``, how it is kept in ``keeping``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.scripts.definition import FIELD_CHOICES, Answer, Node, Script
from outreach.scripts.effects import Field
from outreach.scripts.problems import WalkError

MAX_STEPS = 500
MAX_VALUE = 2000
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

Noted = Mapping[Field, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that has been answered, with what was noted at it."""

    node: str
    answer: str
    fields: Noted = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a call is. ``fields`` and ``note`` belong to the step ``here``, which has not been answered yet."""

    script: Script
    here: str
    steps: tuple[Step, ...] = ()
    fields: Noted = field(default_factory=dict)
    note: str = ""

    @property
    def node(self) -> Node:
        """The step at which the call is."""
        node = self.script.node(self.here)
        if node is None:
            raise WalkError("no_such_step", node=self.here)
        return node


def begin(script: Script) -> Walk:
    """A call at its first step. Raises WalkError when the script has none."""
    if script.node(script.start) is None:
        raise WalkError("no_such_step", node=script.start)
    return Walk(script, script.start)


def is_ended(walk: Walk) -> bool:
    """Whether the call has come to an end of the script."""
    return walk.node.is_end


def note_down(walk: Walk, fields: Mapping[str, str], *, note: str | None = None) -> Walk:
    """Note something at the present step. An empty value takes a field back; ``note`` None leaves the note as it is.

    Raises WalkError for a field that this step does not note, or a value that it cannot have.
    """
    allowed = _checked(walk.node, fields)
    noted = {name: value for name, value in {**walk.fields, **allowed}.items() if value}
    return replace(walk, fields=noted, note=walk.note if note is None else _checked_note(note))


def answer(walk: Walk, key: str, fields: Mapping[str, str] | None = None, *, note: str | None = None) -> Walk:
    """Go on with the answer ``key``, after noting ``fields`` and ``note`` as ``note_down`` does.

    Raises WalkError when the call is over, there is no such answer, it leads nowhere, or something required is not
    noted.
    """
    if is_ended(walk):
        raise WalkError("ended", node=walk.here)
    chosen = walk.node.answer(key)
    if chosen is None:
        raise WalkError("no_such_answer", node=walk.here, answer=key[:60])
    if walk.script.node(chosen.goto) is None:
        raise WalkError("no_such_step", node=chosen.goto)
    if len(walk.steps) >= MAX_STEPS:
        raise WalkError("too_many_steps", most=MAX_STEPS)
    noted = note_down(walk, fields or {}, note=note)
    _check_required(noted, chosen)
    step = Step(walk.here, key, noted.fields, noted.note)
    return Walk(walk.script, chosen.goto, (*walk.steps, step))


def back(walk: Walk) -> Walk:
    """One step back, with what was noted there still in its fields. At the first step nothing happens."""
    if not walk.steps:
        return walk
    last = walk.steps[-1]
    return Walk(walk.script, last.node, walk.steps[:-1], last.fields, last.note)


def said_by_answer(node: Node, chosen: Answer) -> Noted:
    """What an answer says by itself: at a step that notes one field only, an answer named like one of its values."""
    if len(node.log) == 1 and chosen.key in FIELD_CHOICES.get(node.log[0], ()):
        return {node.log[0]: chosen.key}
    return {}


def local_time(value: str) -> datetime:
    """The day and time in ``value`` ("2026-11-24T10:00"), as the clock on the wall shows it. Raises WalkError."""
    if not _LOCAL_TIME.fullmatch(value):
        raise WalkError("no_time", found=value[:60])
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise WalkError("no_time", found=value[:60]) from error


def _checked(node: Node, fields: Mapping[str, str]) -> dict[Field, str]:
    found: dict[Field, str] = {}
    for name, value in fields.items():
        if name not in node.log:
            raise WalkError("field_not_noted", field=str(name)[:60], node=node.key)
        found[Field(name)] = _checked_value(Field(name), value.strip())
    return found


def _checked_value(name: Field, value: str) -> str:
    if len(value) > MAX_VALUE:
        raise WalkError("value_too_long", field=name.value, most=MAX_VALUE)
    choices = FIELD_CHOICES.get(name)
    if value and choices and value not in choices:
        raise WalkError("not_a_choice", field=name.value, found=value[:60], known=", ".join(choices))
    if value and name is Field.DATE_TIME:
        local_time(value)
    return value


def _checked_note(note: str) -> str:
    if len(note) > MAX_VALUE:
        raise WalkError("value_too_long", field="note", most=MAX_VALUE)
    return note


def _check_required(walk: Walk, chosen: Answer) -> None:
    known = {**said_by_answer(walk.node, chosen), **walk.fields, **chosen.writes.fill}
    for name in (*walk.node.required, *chosen.required):
        if not known.get(name):
            raise WalkError("field_required", field=name.value, node=walk.here)

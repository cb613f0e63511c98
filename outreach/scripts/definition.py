"""What a call script is: a versioned tree of steps with texts in several languages. Immutable and without any logic.

What a script may say is checked elsewhere (``reading`` for its shape, ``checking`` for its sense), so that an editor
can hold one that is not finished.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outreach.scripts.effects import (
    AddTask,
    BookVisit,
    ChangeStage,
    Effect,
    Field,
    FillField,
    MakeReferral,
    SendMaterial,
    SetDoNotCall,
    SetDoNotContact,
    SetOutcome,
    TaskKind,
)

Texts = Mapping[str, str]
"""Language code to text."""

LANGUAGES = ("en", "sv", "nb", "da")
"""The languages in which a script should be complete."""
FALLBACK_LANGUAGE = "en"

OUTCOME, NEXT_STEP = "outcome", "next_step"
CLOSING = (OUTCOME, NEXT_STEP)
"""What ``required_on_close`` may name besides the fields."""

KNOWN_PLACEHOLDERS = (
    "my_name",
    "org",
    "company",
    "person",
    "source",
    "date_time",
    "contact_phone",
    "event_title",
    "event_place",
    "event_date_time",
    "deadline",
)
"""The names that the call mode can fill."""

FIELD_CHOICES: Mapping[Field, tuple[str, ...]] = {
    Field.PRIOR_EXPERIENCE: ("none", "good", "mixed", "bad", "unknown"),
    Field.BAD_EXPERIENCE_REASON: (
        "not_reached", "no_show", "poor_match", "too_little_help", "paperwork", "money", "other",
    ),
    Field.PREFERRED_INFORMATION: ("case_based", "general", "none"),
    Field.REFERRAL_MAY_MENTION: ("yes", "no"),
}  # fmt: skip
"""Fields whose value is one of a list; the others are plain text, and ``date_time`` a day and time."""


class NodeKind(StrEnum):
    """What the caller does at a step."""

    SAY = "say"
    ASK = "ask"
    INSTRUCTION = "instruction"
    END = "end"


class Creation(StrEnum):
    """What a step or an answer can bring into being."""

    CALLBACK_TASK = "callback_task"
    REPAIR_TASK = "repair_task"
    VISIT_TASK = "visit_task"
    VISIT = "visit"
    SEND_MATERIAL = "send_material"
    REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Writes:
    """What a step or an answer writes when the call is saved."""

    outcome: str | None = None
    creates: tuple[Creation, ...] = ()
    stage: str | None = None
    do_not_call: bool = False
    do_not_contact: bool = False
    fill: Mapping[Field, str] = field(default_factory=dict)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The same as effects, in a fixed order and without times."""
        found: list[Effect] = [FillField(name, value) for name, value in self.fill.items()]
        found += [_created(each) for each in self.creates]
        found += [ChangeStage(self.stage)] if self.stage else []
        found += [SetDoNotCall()] if self.do_not_call else []
        found += [SetDoNotContact()] if self.do_not_contact else []
        found += [SetOutcome(self.outcome)] if self.outcome else []
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side may say, and where it leads. ``required``: what must be noted before this answer holds."""

    key: str
    label: Texts
    goto: str
    writes: Writes = field(default_factory=Writes)
    required: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A step. ``log`` are the fields that can be noted at it, ``required`` those that every answer needs.

    What a step writes holds once it has been answered, and at an end on arrival: a visit is not booked by somebody
    who hung up while the day was being looked for.
    """

    key: str
    kind: NodeKind
    text: Texts
    answers: tuple[Answer, ...] = ()
    log: tuple[Field, ...] = ()
    writes: Writes = field(default_factory=Writes)
    required: tuple[Field, ...] = ()

    @property
    def is_end(self) -> bool:
        """Whether the call is over here."""
        return self.kind is NodeKind.END

    def answer(self, key: str) -> Answer | None:
        """The answer with ``key``, the first one if there are several."""
        return next((answer for answer in self.answers if answer.key == key), None)


@dataclass(frozen=True, slots=True)
class Script:
    """One version of a call script. A version that has been used never changes.

    ``placeholders`` are the names that its texts may hold in braces, without the braces.
    """

    key: str
    version: int
    start: str
    nodes: tuple[Node, ...]
    title: Texts = field(default_factory=dict)
    required_on_close: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()

    def node(self, key: str) -> Node | None:
        """The step with ``key``."""
        return next((node for node in self.nodes if node.key == key), None)


def in_language(texts: Texts, language: str) -> str:
    """The text in ``language``, else in English, else in whatever there is; empty for no text at all."""
    for each in (language, FALLBACK_LANGUAGE, *texts):
        if texts.get(each, "").strip():
            return texts[each]
    return ""


def _created(creation: Creation) -> Effect:
    if creation is Creation.VISIT:
        return BookVisit()
    if creation is Creation.SEND_MATERIAL:
        return SendMaterial()
    if creation is Creation.REFERRAL:
        return MakeReferral()
    return AddTask(TaskKind(creation.value))

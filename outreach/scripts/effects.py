"""What a call leads to: a closed set of effects, each of which one later transaction carries out."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Field(StrEnum):
    """What can be noted during a call."""

    CONTACT_PERSON = "contact_person"
    NEEDS_TEXT = "needs_text"
    PRIOR_EXPERIENCE = "prior_experience"
    BAD_EXPERIENCE_REASON = "bad_experience_reason"
    DATE_TIME = "date_time"
    PREFERRED_INFORMATION = "preferred_information"
    DECLINE_REASON = "decline_reason"
    REFERRAL_COMPANY = "referral_company"
    REFERRAL_MAY_MENTION = "referral_may_mention"


class TaskKind(StrEnum):
    """The tasks that a call can leave behind."""

    CALLBACK = "callback_task"
    REPAIR = "repair_task"
    VISIT = "visit_task"


@dataclass(frozen=True, slots=True)
class FillField:
    """Keep what was noted."""

    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class AddTask:
    """Add a task. ``at``: when the two agreed on, by the clock on the wall; None leaves the day to the house's rule."""

    task: TaskKind
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BookVisit:
    """Put a visit into the calendar, ``at`` the agreed time."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendMaterial:
    """Send the information sheet, once."""


@dataclass(frozen=True, slots=True)
class MakeReferral:
    """Keep that they named another employer, and whether we may say who did."""

    company: str = ""
    may_mention: bool = False


@dataclass(frozen=True, slots=True)
class ChangeStage:
    """Move the employer to a stage of the pipeline, by its code."""

    stage: str


@dataclass(frozen=True, slots=True)
class SetDoNotCall:
    """This person does not want to be called."""


@dataclass(frozen=True, slots=True)
class SetDoNotContact:
    """This employer does not want any contact."""


@dataclass(frozen=True, slots=True)
class SetOutcome:
    """What came of the call: a code of the picklist contact_outcome."""

    outcome: str


Effect = (
    FillField | AddTask | BookVisit | SendMaterial | MakeReferral | ChangeStage | SetDoNotCall | SetDoNotContact
) | SetOutcome

_KINDS: dict[type[Effect], str] = {
    FillField: "fill_field",
    AddTask: "add_task",
    BookVisit: "book_visit",
    SendMaterial: "send_material",
    MakeReferral: "make_referral",
    ChangeStage: "change_stage",
    SetDoNotCall: "set_do_not_call",
    SetDoNotContact: "set_do_not_contact",
    SetOutcome: "set_outcome",
}


def kind_of(effect: Effect) -> str:
    """The name of an effect's kind, for a page or a file."""
    return _KINDS[type(effect)]


def slot_of(effect: Effect) -> tuple[str, str]:
    """What an effect is about. Of two with the same slot only the later one holds."""
    if isinstance(effect, FillField):
        return kind_of(effect), effect.field
    if isinstance(effect, AddTask):
        return kind_of(effect), effect.task
    return kind_of(effect), ""


def merged(earlier: Effect, later: Effect) -> Effect:
    """The later of two effects with the same slot; it keeps a time that only the earlier one knew."""
    if isinstance(earlier, AddTask | BookVisit) and isinstance(later, AddTask | BookVisit) and later.at is None:
        return replace(later, at=earlier.at)
    return later


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """An effect as plain values: its kind and what it carries; a time as ``2026-11-24T10:00``."""
    values = {each.name: getattr(effect, each.name) for each in fields(effect)}
    plain = {name: _plain(value) for name, value in values.items()}
    return {"kind": kind_of(effect)} | plain


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return value.value if isinstance(value, StrEnum) else value

"""What the services of visits are given, as plain values."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from crm.employers.fields import ContactFields, NextStep


@dataclass(frozen=True)
class VisitFields:
    """A visit that was agreed: day and time where the unit is, how long, where, with whom and why."""

    on: date
    at: time
    minutes: int = 60
    workplace_id: int | None = None
    person_id: int | None = None
    purpose: str | None = None
    about: str | None = None
    staff_id: int | None = None
    """Who goes there; None: the actor."""
    basis: str | None = None
    """Why an employer with a block is approached: crm.employers.ways.BASES."""
    submission_key: str | None = None


@dataclass(frozen=True)
class LoggedVisit:
    """What happened at a visit: the contact that it becomes, and what comes next."""

    contact: ContactFields
    next_step: NextStep | None = None


@dataclass(frozen=True)
class SentReport:
    """What a telephone sent about a visit. ``key`` was made there, together with the form."""

    key: str
    version: int
    """The version of the visit that its writer saw."""
    typed: dict[str, Any] = field(default_factory=dict)
    """The fields of the form as they were typed."""
    logged: LoggedVisit | None = None
    """The same, understood; None where something in it is wrong."""
    looks_private: bool = False
    """Something in its texts has to be pointed out first (crm.note_guard)."""
    typed_at: datetime | None = None
    device: str | None = None
    """The public id of the device that it was typed on."""

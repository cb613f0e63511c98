"""What is given when a call is closed, and what came of it."""

from dataclasses import dataclass
from datetime import date

from crm.employers.fields import NextStep

EMPLOYER = "employer"
"""Who refuses, or who is mailed: the employer and nobody in particular."""
SPOKEN = "spoken"
"""Whoever was talked to is mailed, at the address that they gave."""
NO_MAIL = "none"
"""Nothing is sent by mail."""


@dataclass(frozen=True)
class NewPerson:
    """Somebody who works there and whom nobody has written down yet."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class MaterialChoice:
    """Which sheet goes to whom. ``receiver``: the number of a contact person, EMPLOYER, NO_MAIL, or nothing chosen.

    ``email`` is written down for who has none: for the receiver, or the one who was spoken to.
    """

    sheet_id: int | None = None
    language: str | None = None
    receiver: str = ""
    email: str | None = None


@dataclass(frozen=True)
class Closing:
    """Everything with which a call is closed. ``version``: the step that was shown.

    ``nothing_planned``: the caller has said that no next step follows. ``open_day``: when the script plans something
    and nobody has said when. ``refuser``: who wants no calls, EMPLOYER or the number of a contact person.
    ``done_tasks``: public ids of open tasks of the employer that are done with this call.
    """

    outcome: str | None
    version: int | None = None
    note: str = ""
    person_id: int | None = None
    new_person: NewPerson | None = None
    next_step: NextStep | None = None
    nothing_planned: bool = False
    open_day: date | None = None
    basis: str | None = None
    experience_reason: str | None = None
    material: MaterialChoice = MaterialChoice()
    keep_stage: bool = False
    refuser: str = ""
    referral: str | None = None
    done_tasks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Closed:
    """A call that is over. ``entry_lost``: somebody else has the entry of the list by now, so it was left to them."""

    public_id: str
    contact_id: int | None
    list_id: int | None
    entry_lost: bool = False
    was_closed: bool = False

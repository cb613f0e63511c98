"""What the services of this room are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class MentorFields:
    """A mentor as typed. ``phone`` is E.164 or empty, ``email`` in its usual form."""

    name: str
    recruited_on: date
    unit_id: int | None = None
    phone: str | None = None
    email: str | None = None
    birth_year: int | None = None
    municipality: str | None = None
    capacity: int = 1
    staff_id: int | None = None
    told_on: date | None = None


@dataclass(frozen=True)
class InterviewFields:
    """A talk: the day, its length, the answers by topic, the themes that weigh most, and what needs attention."""

    on_date: date
    minutes: int
    answers: Mapping[str, str]
    weighs: Sequence[str] = ()
    attention: str | None = None


@dataclass(frozen=True)
class ProfileFields:
    """A profile: its texts by field, the keys of what may be shown, and since when."""

    texts: Mapping[str, str]
    agreed: Sequence[str] = ()
    agreed_on: date | None = None


@dataclass(frozen=True)
class PromiseFields:
    """What a mentor promises: again every so many days, or so many times, perhaps by a day."""

    kind: str
    starts_on: date
    text: str | None = None
    every_days: int | None = None
    times: int | None = None
    due_on: date | None = None
    match_id: int | None = None

"""What services of events are given, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class EventFields:
    """An event. Times are those on the wall where it is, without a zone."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str | None = None
    link: str | None = None
    text: str | None = None
    language: str = "sv"
    capacity: int | None = None
    most_places: int = 3
    reply_by: date | None = None
    ask_again_on: date | None = None
    remind_on: date | None = None
    owner_id: int | None = None


@dataclass(frozen=True)
class Reply:
    """What somebody says to an invitation. ``places`` counts only where they come."""

    comes: bool
    places: int = 1
    comment: str | None = None
    guest: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class WalkIn:
    """Somebody who comes without an invitation. ``employer_id`` where it is one that is known."""

    name: str
    organisation: str | None = None
    employer_id: int | None = None
    people: int = 1

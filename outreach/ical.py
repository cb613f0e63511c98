"""Calendar files and feeds (RFC 5545), for every room that gives one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from icalendar import Calendar
from icalendar import Event as Component

from crm import clock

MIMETYPE = "text/calendar"
_PRODUCT = "-//Brobygg//Brobygg//EN"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that stands in a calendar. ``uid`` is the same for as long as it lives; ``sequence`` grows with each
    change that others should notice. Times are aware; of something that takes whole days both are days, the second one
    the day after the last."""

    uid: str
    summary: str
    begins: datetime | date
    ends: datetime | date
    place: str | None = None
    text: str | None = None
    url: str | None = None
    sequence: int = 0
    cancelled: bool = False
    changed_at: datetime | None = None
    busy: bool = True
    """Whether it takes the time of whoever has it in their calendar."""


def calendar_file(
    entries: Iterable[Entry], *, name: str | None = None, method: Literal["PUBLISH", "CANCEL"] = "PUBLISH"
) -> bytes:
    """A calendar with these entries, as it is sent or fetched. Instants stand in UTC, which every program turns into
    its own time. ``name``: what a program calls a calendar that it subscribes to."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(_component(entry))
    return bytes(calendar.to_ical())


def _component(entry: Entry) -> Component:
    found = Component()
    found.add("uid", entry.uid)
    found.add("dtstamp", (entry.changed_at or clock.now()).astimezone(UTC))
    found.add("dtstart", _when(entry.begins))
    found.add("dtend", _when(entry.ends))
    found.add("summary", entry.summary)
    found.add("sequence", entry.sequence)
    found.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    found.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    for key, value in (("location", entry.place), ("description", entry.text), ("url", entry.url)):
        if value:
            found.add(key, value)
    return found


def _when(value: datetime | date) -> datetime | date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value

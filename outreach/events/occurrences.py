"""What events for employers tell others."""

from dataclasses import dataclass
from typing import ClassVar

from crm.events import Event


@dataclass(frozen=True)
class EventAttended(Event):
    """Somebody of an employer came to an event; ``contact_id`` is the contact that it is."""

    key: ClassVar[str] = "outreach.event_attended"
    event_id: int
    employer_id: int
    contact_id: int

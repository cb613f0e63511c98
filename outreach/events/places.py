"""Who gets a place, and who waits for one: the arithmetic of capacity, without a database.

People are counted, not invitations. Nobody loses a place that was promised: when an event is made smaller, those who
have said yes keep theirs. Whoever fits never waits: a small party may pass a large one for which there is no room.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from outreach.events.models import Answer


@dataclass(frozen=True)
class Seat:
    """What one invitation asks for: how many people, and its turn in the queue (smaller comes first)."""

    id: int
    answer: Answer
    places: int
    turn: tuple[object, ...] = ()


class NotEnoughPlaces(Exception):
    """Somebody who has places wants more than there are left; ``free`` is how many they could have in all."""

    def __init__(self, free: int) -> None:
        super().__init__(free)
        self.free = free


def taken(seats: Iterable[Seat]) -> int:
    """How many people have a place."""
    return sum(each.places for each in seats if each.answer is Answer.YES)


def free_places(capacity: int | None, seats: Iterable[Seat]) -> int | None:
    """How many people there is still room for; None: as many as like."""
    return None if capacity is None else max(0, capacity - taken(seats))


def answer_for(capacity: int | None, seats: Iterable[Seat], *, own: Seat, wanted: int) -> Answer:
    """What becomes of somebody who wants to come with ``wanted`` people: a place, or the waiting list.

    Raises NotEnoughPlaces for somebody who has places and wants more than there are: they keep what they have.
    """
    free = free_places(capacity, (each for each in seats if each.id != own.id))
    if free is None or wanted <= free or (own.answer is Answer.YES and wanted <= own.places):
        return Answer.YES
    if own.answer is Answer.YES:
        raise NotEnoughPlaces(max(free, own.places))
    return Answer.QUEUED


def next_in_line(capacity: int | None, seats: Iterable[Seat]) -> list[int]:
    """The ids of those who wait and now get a place, in the order of their turns."""
    rows = list(seats)
    free = free_places(capacity, rows)
    found = []
    for each in sorted((row for row in rows if row.answer is Answer.QUEUED), key=lambda row: row.turn):
        if free is None or each.places <= free:
            found.append(each.id)
            free = None if free is None else free - each.places
    return found

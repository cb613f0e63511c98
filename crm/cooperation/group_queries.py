"""Reading groups, and how many of their members come."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.cooperation.models import CooperationGroup, GroupAttendance, GroupMeeting, GroupMember
from crm.db import current_session
from crm.placements.models import Placement

LOW = 0.5
"""Fewer than half of the members: the meeting is pointed out."""
OFTEN_AWAY = 2
"""So many meetings in a row missed: the member is pointed out."""
_NOT_BEGUN = ("planned", "clarified", "approved", "cancelled")


@dataclass(frozen=True)
class Attendance:
    """How many of those who belonged to a group came."""

    came: int
    expected: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where nobody was expected or it is not written down."""
        return self.came / self.expected if self.expected else None

    @property
    def is_low(self) -> bool:
        """Whether fewer than half came."""
        return self.share is not None and self.share < LOW


@dataclass(frozen=True)
class GroupFigures:
    """A group with its attendance. ``away``: members who missed their last meetings, by their id."""

    group: CooperationGroup
    meetings: Sequence[tuple[GroupMeeting, Attendance]]
    total: Attendance
    away: dict[int, int]
    employers: int
    employers_with_places: int

    @property
    def low(self) -> int:
        """How many meetings fewer than half came to."""
        return sum(1 for _meeting, found in self.meetings if found.is_low)

    @property
    def next_on(self) -> date | None:
        """The next meeting that is not written down yet."""
        waiting = [meeting.on_date for meeting, _found in self.meetings if meeting.recorded_on is None]
        return min(waiting, default=None)


def groups_of(actor: Actor, *, ended: bool = False) -> list[GroupFigures]:
    """The groups of one's units by name, with their attendance: five queries, however many there are."""
    over = CooperationGroup.ended_on.is_not(None)
    statement = (
        visible(CooperationGroup, actor)
        .where(over if ended else ~over)
        .options(
            joinedload(CooperationGroup.owner), joinedload(CooperationGroup.unit),
            selectinload(CooperationGroup.members),
            selectinload(CooperationGroup.meetings).selectinload(GroupMeeting.attendance),
        )
    )  # fmt: skip
    groups = current_session().scalars(statement.order_by(CooperationGroup.name, CooperationGroup.id)).all()
    giving = _giving_places(_employer_ids(groups))
    return [figures(each, giving) for each in groups]


def group_figures(group: CooperationGroup) -> GroupFigures:
    """One group, which the caller has checked, with its attendance."""
    return figures(group, _giving_places(_employer_ids([group])))


def figures(group: CooperationGroup, giving: Collection[int]) -> GroupFigures:
    """Count the attendance of a group; ``giving``: employers who gave somebody a place."""
    meetings = [(each, attendance_of(each)) for each in group.meetings]
    written = [found for meeting, found in meetings if meeting.recorded_on is not None]
    employers = {each.employer_id for each in group.members if each.employer_id is not None}
    return GroupFigures(
        group=group,
        meetings=meetings,
        total=Attendance(sum(each.came for each in written), sum(each.expected for each in written)),
        away=_away(group),
        employers=len(employers),
        employers_with_places=len(employers & set(giving)),
    )


def attendance_of(meeting: GroupMeeting) -> Attendance:
    """How many came to a meeting; nobody is expected at one that is not written down."""
    return Attendance(sum(1 for each in meeting.attendance if each.present), len(meeting.attendance))


def members_on(group: CooperationGroup, on: date) -> list[GroupMember]:
    """Who belonged to a group on a day."""
    return [each for each in group.members if each.belongs(on)]


def absences(meeting: GroupMeeting) -> list[GroupAttendance]:
    """Who did not come, by name."""
    return sorted((each for each in meeting.attendance if not each.present), key=lambda each: each.member.name)


def _away(group: CooperationGroup) -> dict[int, int]:
    """Members who missed at least two meetings in a row, counted back from the last one written down."""
    missed: dict[int, int] = {}
    came: set[int] = set()
    for meeting in sorted(group.meetings, key=lambda each: each.on_date, reverse=True):
        for row in meeting.attendance:
            if row.present:
                came.add(row.member_id)
            elif row.member_id not in came:
                missed[row.member_id] = missed.get(row.member_id, 0) + 1
    here = {each.id for each in group.members if each.left_on is None}
    return {member: number for member, number in missed.items() if number >= OFTEN_AWAY and member in here}


def _employer_ids(groups: Iterable[CooperationGroup]) -> set[int]:
    return {each.employer_id for group in groups for each in group.members if each.employer_id is not None}


def _giving_places(employer_ids: Collection[int]) -> set[int]:
    if not employer_ids:
        return set()
    statement = select(Placement.employer_id).where(
        Placement.employer_id.in_(employer_ids), Placement.status.not_in(_NOT_BEGUN)
    )
    because = "which employers gave places, without persons"
    return set(current_session().scalars(trusted(statement.distinct(), because=because)))

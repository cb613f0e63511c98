"""What happened with each employer before and after the first contact. Some five statements, however many there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from crm.accounts.scopes import condition, scoped, trusted, visible
from crm.actors import Actor
from crm.agreements.models import Agreement
from crm.cooperation.models import CooperationGroup, GroupMember
from crm.db import current_session
from crm.employers.models import Contact, Employer
from crm.employers.stages import NOT_REACHED
from crm.inquiries.models import Inquiry
from crm.inquiries.sources import EMPLOYER
from crm.measures.cooperation_queries import NOT_BEGUN
from crm.measures.windows import (
    AGREEMENTS,
    CONTACTS,
    INQUIRIES,
    PLACEMENTS,
    Asked,
    BeforeAfter,
    Compared,
    Happened,
    Window,
    counted,
    persons_in,
)
from crm.participants.models import Enrolment, Participant
from crm.placements.models import Placement
from crm.reports.filters import FollowUpFilters

_COUNTS = "counts only, units of the actor"
_NAMES = "names of employers are the organisation's"
Events = Mapping[int, Sequence[Happened]]


def before_after(filters: FollowUpFilters, asked: Asked, *, today: date) -> BeforeAfter:
    """The employers whose first contact lies in the period, before and after it. Those whose time is not over yet are
    left out and counted."""
    begun = first_contacts(filters, asked)
    windows = {employer_id: Window(day, asked.months) for employer_id, day in begun.items()}
    over = {employer_id: window for employer_id, window in windows.items() if window.is_over(today)}
    if not over:
        return BeforeAfter((), len(windows))
    events, at_work = _events(filters, asked)
    statement = select(Employer.id, Employer.name, Employer.public_id).where(Employer.id.in_(_begun(filters, asked)))
    names = current_session().execute(trusted(statement.order_by(Employer.sort_name, Employer.id), because=_NAMES))
    rows = [
        Compared(
            employer_id, name, public_id, over[employer_id].begun,
            counted(events.get(employer_id, ()), over[employer_id]), employer_id in at_work,
            persons_in(events.get(employer_id, ()), over[employer_id]),
        )
        for employer_id, name, public_id in names
        if employer_id in over
    ]  # fmt: skip
    return BeforeAfter(rows, len(windows) - len(over))


def first_contacts(filters: FollowUpFilters, asked: Asked) -> dict[int, date]:
    """The day of the first contact of the report's units with each employer, where it lies in the period."""
    rows = current_session().execute(_first(filters, asked, Contact.employer_id, func.min(Contact.on_date)))
    return dict(rows.all())


def reference_groups(actor: Actor) -> Sequence[CooperationGroup]:
    """The groups of employers that the actor sees, by name."""
    statement = visible(CooperationGroup, actor).where(CooperationGroup.kind == "employers")
    return current_session().scalars(statement.order_by(CooperationGroup.name, CooperationGroup.id)).all()


def events_of(filters: FollowUpFilters, asked: Asked, employer_id: int) -> tuple[Window | None, list[Happened], int]:
    """What is counted of one employer, the oldest first, and how many placements are counted but not listed: those of
    people whom the reader does not see, or whose identity is protected. None where it is not one of the report's."""
    begun = first_contacts(filters, asked).get(employer_id)
    if begun is None:
        return None, [], 0
    window = Window(begun, asked.months)
    found = [each for each in _events(filters, asked)[0].get(employer_id, ()) if _counts(each, window)]
    named = (
        select(Placement.id)
        .join(Participant, Participant.id == Placement.participant_id)
        .where(Placement.employer_id == employer_id, ~Participant.protected)
    )
    seen = select(Placement.participant_id).where(
        Placement.id.in_(trusted(named, because="narrowed by the scope of placements"))
    )
    persons = set(current_session().scalars(scoped(seen, condition(Placement, filters.actor))))
    listed = [each for each in found if each.person is None or each.person in persons]
    return window, sorted(listed, key=lambda each: each.day), len(found) - len(listed)


def _counts(event: Happened, window: Window) -> bool:
    return window.is_before(event.day) or window.is_after(event.day)


def _first(filters: FollowUpFilters, asked: Asked, *columns: Any) -> Any:
    """Employers with the day of their first contact: that of the units, at which somebody was reached."""
    first = func.min(Contact.on_date)
    where: list[ColumnElement[bool]] = [
        Contact.unit_id.in_(filters.unit_ids),
        Contact.archived_at.is_(None),
        Contact.outcome.not_in(sorted(NOT_REACHED)),
    ]
    if asked.purpose:
        where.append(Contact.purpose == asked.purpose)
    if asked.group_id is not None:
        members = select(GroupMember.employer_id).where(
            GroupMember.group_id == asked.group_id, GroupMember.employer_id.is_not(None)
        )
        where.append(Contact.employer_id.in_(trusted(members, because="of a group that the actor sees")))
    statement = select(*columns).where(*where).group_by(Contact.employer_id)
    return trusted(statement.having(first.between(filters.since, filters.until)), because=_COUNTS)


def _begun(filters: FollowUpFilters, asked: Asked) -> Any:
    return _first(filters, asked, Contact.employer_id)


def _events(filters: FollowUpFilters, asked: Asked) -> tuple[Events, frozenset[int]]:
    """What happened by employer, and the employers where somebody has ever begun a placement. Four statements."""
    found: dict[int, list[Happened]] = defaultdict(list)
    for kind, statement in (
        (CONTACTS, _contacts(filters, asked)),
        (INQUIRIES, _inquiries(filters, asked)),
        (AGREEMENTS, _agreements(filters, asked)),
    ):
        for employer_id, when in current_session().execute(trusted(statement, because=_COUNTS)):
            found[employer_id].append(Happened(kind, when.date() if isinstance(when, datetime) else when))
    at_work = set()
    for employer_id, day, person in current_session().execute(_placements(filters, asked)):
        at_work.add(employer_id)
        found[employer_id].append(Happened(PLACEMENTS, day, person))
    return found, frozenset(at_work)


def _between(filters: FollowUpFilters, asked: Asked) -> tuple[date, date]:
    """The days that the windows of a report can reach."""
    return Window(filters.since, asked.months).first, Window(filters.until, asked.months).last


def _contacts(filters: FollowUpFilters, asked: Asked) -> Select[int, date]:
    return select(Contact.employer_id, Contact.on_date).where(
        Contact.unit_id.in_(filters.unit_ids), Contact.archived_at.is_(None),
        Contact.outcome.not_in(sorted(NOT_REACHED)), Contact.on_date.between(*_between(filters, asked)),
        Contact.employer_id.in_(_begun(filters, asked)),
    )  # fmt: skip


def _inquiries(filters: FollowUpFilters, asked: Asked) -> Any:
    return select(Inquiry.employer_id, Inquiry.received_on).where(
        Inquiry.unit_id.in_(filters.unit_ids), Inquiry.archived_at.is_(None), Inquiry.source == EMPLOYER,
        Inquiry.received_on.between(*_between(filters, asked)), Inquiry.employer_id.in_(_begun(filters, asked)),
    )  # fmt: skip


def _agreements(filters: FollowUpFilters, asked: Asked) -> Any:
    first, last = _between(filters, asked)
    since = datetime.combine(first, time.min, tzinfo=UTC)
    until = datetime.combine(last + timedelta(days=1), time.min, tzinfo=UTC)
    return select(Agreement.employer_id, Agreement.signed_at).where(
        Agreement.unit_id.in_(filters.unit_ids), Agreement.signed_at >= since, Agreement.signed_at < until,
        Agreement.employer_id.in_(_begun(filters, asked)),
    )  # fmt: skip


def _placements(filters: FollowUpFilters, asked: Asked) -> Any:
    statement = select(Placement.employer_id, Placement.starts_on, Placement.participant_id).where(
        Placement.unit_id.in_(filters.unit_ids), Placement.status.not_in(sorted(NOT_BEGUN)),
        Placement.cancelled.is_(False), Placement.employer_id.in_(_begun(filters, asked)),
    )  # fmt: skip
    if filters.programme_id is not None:
        statement = statement.join(Enrolment, Enrolment.id == Placement.enrolment_id)
        statement = statement.where(Enrolment.programme_id == filters.programme_id)
    return trusted(statement, because=_COUNTS)

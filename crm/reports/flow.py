"""Who came: starts and persons, by sex; who is in now; the pipeline of employers."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Contact, EmployerRelationship, Stage
from crm.employers.stages import NOT_REACHED
from crm.participants.models import Enrolment, Participant
from crm.placements.models import Placement
from crm.reports.filters import FollowUpFilters

_COUNTS = "counts only, units of the actor"


@dataclass(frozen=True)
class SexRow:
    """Persons and starts of one sex; '' where it is not stated."""

    sex: str
    persons: int
    starts: int


@dataclass(frozen=True)
class Flow:
    """Starts in the period, the persons behind them, who is in at the end of it, and exits."""

    starts: int
    persons: int
    in_programme: int
    exits: int
    by_sex: tuple[SexRow, ...]

    @property
    def re_entries(self) -> int:
        return self.starts - self.persons


@dataclass(frozen=True)
class EmployerFigures:
    """What was done with employers in the period, and where the relationships stand now.

    ``contacts`` are all, with the ``attempts`` at which nobody was reached, which are no visits and no meetings.
    """

    visits: int
    contacts: int
    attempts: int
    employers_met: int
    placements_started: int
    stages: tuple[tuple[str, int], ...]


def flow(filters: FollowUpFilters) -> Flow:
    """Count starts, persons and exits of the report."""
    session = current_session()
    mine = _enrolments_of(filters)
    started = Enrolment.starts_on.between(filters.since, filters.until)
    statement = select(
        func.count().filter(started),
        func.count(Enrolment.participant_id.distinct()).filter(started),
        func.count().filter(
            Enrolment.starts_on <= filters.until,
            Enrolment.exited_on.is_(None) | (Enrolment.exited_on > filters.until),
        ),
        func.count().filter(Enrolment.exited_on.between(filters.since, filters.until)),
    ).where(*mine)
    starts, persons, inside, exits = session.execute(trusted(statement, because=_COUNTS)).one()
    return Flow(starts, persons, inside, exits, by_sex=_by_sex([*mine, started]))


def employer_figures(filters: FollowUpFilters) -> EmployerFigures:
    """Count contacts, placements and stages of the report's units. A programme does not narrow employers' figures."""
    session = current_session()
    reached = Contact.outcome.not_in(sorted(NOT_REACHED))
    contacts = select(
        func.count().filter(Contact.channel == "visit", reached),
        func.count(),
        func.count().filter(~reached),
        func.count(Contact.employer_id.distinct()).filter(reached),
    ).where(
        Contact.unit_id.in_(filters.unit_ids), Contact.on_date.between(filters.since, filters.until),
        Contact.archived_at.is_(None),
    )  # fmt: skip
    visits, all_contacts, attempts, met = session.execute(trusted(contacts, because=_COUNTS)).one()
    placements = select(func.count()).where(
        Placement.unit_id.in_(filters.unit_ids), Placement.starts_on.between(filters.since, filters.until)
    )
    started = session.scalar(trusted(placements, because=_COUNTS)) or 0
    return EmployerFigures(visits, all_contacts, attempts, met, started, stages=_stages(filters))


def _enrolments_of(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Enrolment.unit_id.in_(filters.unit_ids)]
    if filters.programme_id is not None:
        found.append(Enrolment.programme_id == filters.programme_id)
    return found


def _by_sex(conditions: list[ColumnElement[bool]]) -> tuple[SexRow, ...]:
    sex = func.coalesce(Participant.sex, "")
    statement = (
        select(sex, func.count(Participant.id.distinct()), func.count())
        .select_from(Enrolment)
        .join(Participant, Enrolment.participant_id == Participant.id)
        .where(*conditions)
        .group_by(sex)
        .order_by(func.count().desc())
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    return tuple(SexRow(*row) for row in rows)


def _stages(filters: FollowUpFilters) -> tuple[tuple[str, int], ...]:
    statement = (
        select(EmployerRelationship.stage, func.count())
        .where(EmployerRelationship.unit_id.in_(filters.unit_ids))
        .group_by(EmployerRelationship.stage)
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    counts = dict(rows.all())
    return tuple((stage.value, counts.get(stage.value, 0)) for stage in Stage)

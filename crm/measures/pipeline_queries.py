"""The pipeline in figures: cohorts, time in stages, stuck relationships; inquiries, agreements and commitments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from sqlalchemy import ColumnElement, func, or_, select

from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import UtcDateTime, current_session
from crm.employers.models import EmployerRelationship, Stage, StageChange
from crm.employers.stages import meaning_of
from crm.inquiries.models import Inquiry
from crm.inquiries.report_queries import FirstResponse, hours_between
from crm.inquiries.sources import EMPLOYER
from crm.measures.cooperation_queries import last_year_employers
from crm.measures.formulas import Cohort, Middle, Share, cohorts, stays
from crm.partnerships.models import Commitment, Partnership
from crm.partnerships.queries import counted
from crm.reports.filters import FollowUpFilters

WAY = (Stage.NEW.value, Stage.CONTACT.value, Stage.AGREEMENT.value, Stage.PLACEMENT_RUNNING.value)
"""The stages of a relationship that goes on, in order; a unit's own stages count by what they mean."""
_COUNTS = "counts only, units of the actor"
_DAY = timedelta(days=1)
_OF_REPORT = "commitments of the units of the actor"


@dataclass(frozen=True)
class Promises:
    """agreement_activity and commitments_delivered."""

    agreements: Share
    commitments: Share


def conversion(filters: FollowUpFilters) -> list[Cohort]:
    """Relationships by the month in which they were begun, and how many reached each stage until now. One statement."""
    since, until = instants(filters)
    statement = (
        select(EmployerRelationship.id, EmployerRelationship.created_at, StageChange.at, StageChange.to_stage)
        .outerjoin(StageChange, StageChange.relationship_id == EmployerRelationship.id)
        .where(
            EmployerRelationship.unit_id.in_(filters.unit_ids),
            EmployerRelationship.created_at >= since,
            EmployerRelationship.created_at < until,
        )
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS)).all()
    begun = {relationship_id: created.date() for relationship_id, created, _at, _stage in rows}
    moves = [
        (relationship_id, at.date(), meaning_of(stage).value)
        for relationship_id, _created, at, stage in rows
        if at is not None and stage is not None
    ]
    return cohorts([*moves, *((each, day, Stage.NEW.value) for each, day in begun.items())], begun, WAY)


def time_in_stage(filters: FollowUpFilters) -> dict[str, Middle]:
    """Median days of the stays that ended in the period, by what the stage means. One statement."""
    since, until = instants(filters)
    before = func.lag(StageChange.at, type_=UtcDateTime()).over(
        partition_by=StageChange.relationship_id, order_by=(StageChange.at, StageChange.id)
    )
    moves = (
        select(StageChange.from_stage.label("stage"), StageChange.at.label("at"), before.label("since"))
        .join(EmployerRelationship, EmployerRelationship.id == StageChange.relationship_id)
        .where(EmployerRelationship.unit_id.in_(filters.unit_ids))
        .subquery()
    )
    statement = select(moves.c.stage, moves.c.at, moves.c.since).where(
        moves.c.at >= since, moves.c.at < until, moves.c.stage.is_not(None), moves.c.since.is_not(None)
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    return stays((meaning_of(stage).value, (at - begun) / _DAY) for stage, at, begun in rows)


def inbound_share(filters: FollowUpFilters) -> Share:
    """Inquiries that employers started / all inquiries about an employer. One statement."""
    statement = select(func.count().filter(Inquiry.source == EMPLOYER), func.count()).where(
        *_inquiries(filters), or_(Inquiry.source == EMPLOYER, Inquiry.employer_id.is_not(None))
    )
    count, base = current_session().execute(trusted(statement, because=_COUNTS)).one()
    return Share(count, base)


def response_time(filters: FollowUpFilters, *, today: date) -> FirstResponse:
    """Hours from an inquiry to its first answer. One statement."""
    statement = select(Inquiry.received_at, Inquiry.answered_at, Inquiry.answer_due_on).where(*_inquiries(filters))
    rows = current_session().execute(trusted(statement, because=_COUNTS)).all()
    hours = [hours_between(received, answered) for received, answered, _due in rows if answered is not None]
    late = sum((answered.date() if answered else today) > due for _received, answered, due in rows)
    return FirstResponse(median(hours) if hours else None, len(hours), len(rows), late)


def promises(filters: FollowUpFilters) -> Promises:
    """Active agreements with a placement in the last twelve months / active agreements; delivered / promised quantity
    of the commitments that run in the period. What was delivered beyond a promise does not make up for another."""
    in_force = [
        Agreement.unit_id.in_(filters.unit_ids),
        Agreement.status.in_((AgreementStatus.ACTIVE, AgreementStatus.EXPIRING)),
    ]
    used = Agreement.employer_id.in_(last_year_employers(filters))
    statement = select(func.count().filter(used), func.count()).select_from(Agreement).where(*in_force)
    count, base = current_session().execute(trusted(statement, because=_COUNTS)).one()
    running = (
        select(Commitment)
        .join(Partnership, Partnership.id == Commitment.partnership_id)
        .where(
            Partnership.unit_id.in_(filters.unit_ids),
            Commitment.starts_on <= filters.until,
            Commitment.ends_on >= filters.since,
        )
    )
    rows = current_session().scalars(trusted(running, because=_OF_REPORT)).all()
    found = counted(rows, on=filters.until).values()
    delivered = sum(min(each.count, each.promised) for each in found)
    return Promises(Share(count, base), Share(delivered, sum(each.promised for each in found)))


def _inquiries(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    return [
        Inquiry.unit_id.in_(filters.unit_ids),
        Inquiry.received_on.between(filters.since, filters.until),
        Inquiry.archived_at.is_(None),
    ]


def instants(filters: FollowUpFilters) -> tuple[datetime, datetime]:
    """The first instant of a report's period, and the first one after it; days as in UTC."""
    return (
        datetime.combine(filters.since, time.min, tzinfo=UTC),
        datetime.combine(filters.until + _DAY, time.min, tzinfo=UTC),
    )

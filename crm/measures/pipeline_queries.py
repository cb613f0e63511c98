"""The pipeline in figures: cohorts, time in stages, stuck relationships; inquiries, agreements and commitments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from sqlalchemy import ColumnElement, exists, func, or_, select

from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import current_session
from crm.employers.models import EmployerRelationship, Stage, StageChange
from crm.employers.stages import meaning_of
from crm.inquiries.models import Inquiry
from crm.inquiries.report_queries import FirstResponse, hours_between
from crm.inquiries.sources import EMPLOYER
from crm.measures.cooperation_queries import cooperation_in
from crm.measures.formulas import Cohort, Middle, Share, Stay, cohorts, ended_stays, furthest, time_in_stages
from crm.partnerships.counting import Delivered
from crm.partnerships.models import Commitment, Partnership
from crm.partnerships.queries import counted
from crm.placements.models import Placement
from crm.reports.filters import FollowUpFilters, twelve_months_before

WAY = (Stage.NEW.value, Stage.CONTACT.value, Stage.AGREEMENT.value, Stage.PLACEMENT_RUNNING.value)
"""The stages of a relationship that goes on, in order; a unit's own stages count by what they mean."""
_COUNTS = "counts only, units of the actor"
_DAY = timedelta(days=1)
_OF_REPORT = "commitments of the units of the actor"


@dataclass(frozen=True)
class Promises:
    """agreement_activity and commitments_delivered; agreements signed in the period."""

    agreements: Share
    commitments: Share
    signed: int


@dataclass(frozen=True)
class Begun:
    """A relationship that was begun in the period, and how far it came until now: a place in ``WAY``."""

    relationship_id: int
    on: date
    best: int


def begun_relationships(filters: FollowUpFilters) -> list[Begun]:
    """The relationships that were begun in the period, the newest first. One statement."""
    since, until = instants(filters)
    statement = (
        select(EmployerRelationship.id, EmployerRelationship.created_at, StageChange.to_stage)
        .outerjoin(StageChange, StageChange.relationship_id == EmployerRelationship.id)
        .where(
            EmployerRelationship.unit_id.in_(filters.unit_ids),
            EmployerRelationship.created_at >= since,
            EmployerRelationship.created_at < until,
        )
        .order_by(EmployerRelationship.created_at.desc(), EmployerRelationship.id.desc())
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS)).all()
    best = furthest(((each, meaning_of(stage).value) for each, _at, stage in rows if stage is not None), WAY)
    days = {relationship_id: created.date() for relationship_id, created, _stage in rows}
    return [Begun(each, day, best.get(each, 0)) for each, day in days.items()]


def conversion(filters: FollowUpFilters) -> list[Cohort]:
    """Relationships by the month in which they were begun, and how many reached each stage until now. One statement."""
    rows = begun_relationships(filters)
    return cohorts({each.relationship_id: each.best for each in rows}, {each.relationship_id: each.on for each in rows},
                   WAY)  # fmt: skip


def stays_in(filters: FollowUpFilters) -> list[Stay]:
    """The stays in a stage that ended in the period, by what the stage means. One statement."""
    since, until = instants(filters)
    moved = select(StageChange.relationship_id).where(
        StageChange.at >= since, StageChange.at < until, StageChange.from_stage.is_not(None)
    )
    statement = (
        select(StageChange.relationship_id, StageChange.at, StageChange.to_stage)
        .join(EmployerRelationship, EmployerRelationship.id == StageChange.relationship_id)
        .where(
            EmployerRelationship.unit_id.in_(filters.unit_ids), StageChange.at < until,
            StageChange.relationship_id.in_(moved),
        )
        .order_by(StageChange.at, StageChange.id)
    )  # fmt: skip
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    stays = ended_stays((each, at, meaning_of(stage).value) for each, at, stage in rows)
    return [stay for stay in stays if since <= stay.until < until]


def time_in_stage(filters: FollowUpFilters) -> dict[str, Middle]:
    """Median days of the stays that ended in the period, by what the stage means. One statement."""
    return time_in_stages(stays_in(filters))


def inbound_share(filters: FollowUpFilters) -> tuple[Share, int]:
    """Inquiries that employers started / all inquiries about an employer; and how many there are about anything, of
    which the report of inquiries tells the share. One statement."""
    of_employers = or_(Inquiry.source == EMPLOYER, Inquiry.employer_id.is_not(None))
    statement = select(
        func.count().filter(Inquiry.source == EMPLOYER), func.count().filter(of_employers), func.count()
    ).where(*_inquiries(filters))
    count, base, received = current_session().execute(trusted(statement, because=_COUNTS)).one()
    return Share(count, base), received


def response_time(filters: FollowUpFilters, *, today: date) -> FirstResponse:
    """first_response: hours from an inquiry that an employer started to its first answer, the median. One statement."""
    statement = select(Inquiry.received_at, Inquiry.answered_at, Inquiry.answer_due_on).where(
        *_inquiries(filters), Inquiry.source == EMPLOYER
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS)).all()
    hours = [hours_between(received, answered) for received, answered, _due in rows if answered is not None]
    late = sum((answered.date() if answered else today) > due for _received, answered, due in rows)
    return FirstResponse(median(hours) if hours else None, len(hours), len(rows), late)


def in_force(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    """The agreements that are in force now."""
    return [
        Agreement.unit_id.in_(filters.unit_ids),
        Agreement.status.in_((AgreementStatus.ACTIVE, AgreementStatus.EXPIRING)),
    ]


def is_used(filters: FollowUpFilters) -> ColumnElement[bool]:
    """Whether the unit of an agreement has had somebody at work there in the twelve months up to a report's end."""
    since = twelve_months_before(filters.until)
    return exists().where(
        Placement.employer_id == Agreement.employer_id,
        Placement.unit_id == Agreement.unit_id,
        *cooperation_in(since, filters.until),
    )


def promises(filters: FollowUpFilters) -> Promises:
    """agreement_activity: active agreements with a placement in the last twelve months / active agreements;
    commitments_delivered: delivered / promised quantity of the commitments that run in the period and still hold.

    What came beyond a promise is counted too: the share may exceed 1.
    """
    used = func.count().filter(is_used(filters))
    statement = select(used, func.count()).select_from(Agreement).where(*in_force(filters))
    count, base = current_session().execute(trusted(statement, because=_COUNTS)).one()
    found = [each for _row, each in delivered_commitments(filters)]
    delivered = sum(each.count for each in found)
    commitments = Share(delivered, sum(each.promised for each in found))
    return Promises(Share(count, base), commitments, _signed(filters))


def _signed(filters: FollowUpFilters) -> int:
    since, until = instants(filters)
    statement = select(func.count()).where(
        Agreement.unit_id.in_(filters.unit_ids), Agreement.signed_at >= since, Agreement.signed_at < until
    )
    return current_session().scalar(trusted(statement, because=_COUNTS)) or 0


def delivered_commitments(filters: FollowUpFilters) -> list[tuple[Commitment, Delivered]]:
    """The commitments that run in the period and were not cancelled, with what was delivered until its end."""
    running = (
        select(Commitment)
        .join(Partnership, Partnership.id == Commitment.partnership_id)
        .where(
            Partnership.unit_id.in_(filters.unit_ids),
            Commitment.starts_on <= filters.until,
            Commitment.ends_on >= filters.since,
        )
        .order_by(Commitment.ends_on, Commitment.id)
    )
    rows = current_session().scalars(trusted(running, because=_OF_REPORT)).all()
    found = counted(rows, on=filters.until)
    return [(row, found[row.id]) for row in rows if found[row.id].promised]


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

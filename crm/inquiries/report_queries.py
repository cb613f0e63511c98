"""Counting inquiries for the report. Each sum is a statement of its own, so that a wrong one is found out."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import func, or_, select

from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.db import current_session
from crm.inquiries.models import Inquiry, InquiryPerson, InquiryState
from crm.inquiries.queries import InquiryFilter, conditions
from crm.inquiries.sources import REACHED
from crm.inquiries.tables import OutcomeTable, SourceLine


@dataclass(frozen=True)
class FirstResponse:
    """Hours from an inquiry to its first answer: the median, over ``answered`` of ``received``."""

    median_hours: float | None
    answered: int
    received: int
    late: int
    """Answered after the last working day that was promised, or not answered although it has passed."""


def outcome_table(actor: Actor, wanted: InquiryFilter) -> OutcomeTable:
    """Sources and outcomes of the inquiries that fit the filter. Six statements."""
    session = current_session()
    persons, about_somebody = func.count(InquiryPerson.id), select(InquiryPerson.inquiry_id)
    reached = persons.filter(InquiryPerson.outcome.in_(REACHED))
    inquiries = dict(session.execute(_by_source(actor, wanted)).all())
    people = {
        source: (all_of, reached_of)
        for source, all_of, reached_of in session.execute(
            _with_persons(select(Inquiry.source, persons, reached), actor, wanted).group_by(Inquiry.source)
        )
    }
    by_outcome = _with_persons(select(InquiryPerson.outcome, persons), actor, wanted).group_by(InquiryPerson.outcome)
    cells = _with_persons(select(Inquiry.source, InquiryPerson.outcome, persons), actor, wanted)
    return OutcomeTable(
        lines=[SourceLine(source, count, *people.get(source, (0, 0))) for source, count in inquiries.items()],
        outcomes=dict(session.execute(by_outcome).all()),
        total=session.scalar(_all(select(func.count()), actor, wanted)) or 0,
        nobody=dict(session.execute(_by_source(actor, wanted).where(Inquiry.id.not_in(about_somebody))).all()),
        cells={
            (source, outcome): count
            for source, outcome, count in session.execute(cells.group_by(Inquiry.source, InquiryPerson.outcome))
        },
    )


def first_response(actor: Actor, wanted: InquiryFilter) -> FirstResponse:
    """How long inquiries waited for their first answer (standards.md 15, first_response)."""
    statement = _all(select(Inquiry.received_at, Inquiry.answered_at, Inquiry.answer_due_on), actor, wanted)
    # Of what was closed without a word about the answer, as in an old list, nobody knows when it was answered.
    statement = statement.where(or_(Inquiry.answered_at.is_not(None), Inquiry.state != InquiryState.CLOSED))
    rows = current_session().execute(statement).all()
    hours = [hours_between(received, answered) for received, answered, _due in rows if answered is not None]
    late = sum((answered.date() if answered else wanted.today) > due for _received, answered, due in rows)
    return FirstResponse(median(hours) if hours else None, len(hours), len(rows), late)


def hours_between(received: datetime, answered: datetime) -> float:
    """Hours by the clock, nights and weekends with them: that is what the one who asks waits."""
    return (answered - received).total_seconds() / 3600


def _by_source(actor: Actor, wanted: InquiryFilter) -> Any:
    return _all(select(Inquiry.source, func.count()), actor, wanted).group_by(Inquiry.source)


def _all(statement: Any, actor: Actor, wanted: InquiryFilter) -> Any:
    found = statement.select_from(Inquiry).where(*conditions(wanted, actor.staff_id))
    return scoped(found, condition(Inquiry, actor))


def _with_persons(statement: Any, actor: Actor, wanted: InquiryFilter) -> Any:
    joined = statement.select_from(InquiryPerson).join(Inquiry, Inquiry.id == InquiryPerson.inquiry_id)
    return scoped(joined.where(*conditions(wanted, actor.staff_id)), condition(Inquiry, actor))

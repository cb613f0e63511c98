"""Result at exit: who went to work or studies, by persons and by starts."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, func, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from crm.reports.filters import FollowUpFilters

WORK = frozenset({"work_ordinary", "work_subsidised", "self_employed"})
STUDIES = frozenset({"studies"})
WORK_OR_STUDIES = WORK | STUDIES
"""Exit reasons that count as work or studies (Kolada, "Resultat vid avslut")."""
OUT_OF_BASE = frozenset({"deceased"})


@dataclass(frozen=True)
class Share:
    """``count`` of ``base``."""

    count: int
    base: int


@dataclass(frozen=True)
class ResultAtExit:
    """By persons: the last exit of each person counts. By starts: every exit counts. Both over exits in the period."""

    persons: Share
    starts: Share


def exits_in(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    """The conditions under which an exit (joined with its enrolment) belongs to the report."""
    found: list[ColumnElement[bool]] = [
        EnrolmentExit.reopened_at.is_(None),
        EnrolmentExit.exit_on.between(filters.since, filters.until),
        Enrolment.unit_id.in_(filters.unit_ids),
    ]
    if filters.programme_id is not None:
        found.append(Enrolment.programme_id == filters.programme_id)
    return found


def result_at_exit(filters: FollowUpFilters) -> ResultAtExit:
    """Count work or studies at exit. The deceased are out of the base."""
    rows = _ranked_exits(filters)
    reached = rows.c.reason.in_(WORK_OR_STUDIES)
    statement = select(
        func.count(),
        func.count().filter(reached),
        func.count().filter(rows.c.place == 1),
        func.count().filter(rows.c.place == 1, reached),
    ).select_from(rows)
    starts, starts_reached, persons, persons_reached = (
        current_session().execute(trusted(statement, because="counts only, units of the actor")).one()
    )
    return ResultAtExit(persons=Share(persons_reached, persons), starts=Share(starts_reached, starts))


def exit_reasons(filters: FollowUpFilters) -> list[tuple[str, int]]:
    """How many exits had each reason, the most frequent first."""
    statement = (
        select(EnrolmentExit.reason, func.count())
        .join(Enrolment, EnrolmentExit.enrolment_id == Enrolment.id)
        .where(*exits_in(filters))
        .group_by(EnrolmentExit.reason)
        .order_by(func.count().desc(), EnrolmentExit.reason)
    )
    rows = current_session().execute(trusted(statement, because="counts only, units of the actor"))
    return [(reason, count) for reason, count in rows]


def _ranked_exits(filters: FollowUpFilters) -> Subquery:
    # ``place`` 1 is the newest exit of each person within the report.
    return (
        select(
            EnrolmentExit.reason,
            func.row_number()
            .over(
                partition_by=Enrolment.participant_id,
                order_by=(EnrolmentExit.exit_on.desc(), EnrolmentExit.id.desc()),
            )
            .label("place"),
        )
        .join(Enrolment, EnrolmentExit.enrolment_id == Enrolment.id)
        .join(Participant, Enrolment.participant_id == Participant.id)
        .where(*exits_in(filters), EnrolmentExit.reason.not_in(OUT_OF_BASE))
        .subquery()
    )

"""The result 90 days after the exit: told by the persons, known by staff, or unknown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.participants.models import Enrolment, EnrolmentExit
from crm.reports.filters import FollowUpFilters
from crm.reports.kept import kept
from crm.reports.outcomes import OUT_OF_BASE, WORK_OR_STUDIES
from surveys.models import Answer, DueRow, Response
from surveys.results.conditions import COUNTS_ONLY, HAS_ANSWERS, LATER_DAYS, LATER_WAVE
from surveys.results.versions import Version
from surveys.retention import months_before
from surveys.statistics.outcomes import OutcomeCounts, OutcomeRange, outcome_range
from surveys.statistics.suppression import is_too_few
from surveys.survey_settings import retention_months

STATUS = "status_now"
SAME_EMPLOYER = "same_employer"
REACHED_STATUS = frozenset({"work", "work_subsidised", "self_employed", "studies"})
"""Codes of the picklist labour_status that count as work or studies, where staff know them."""
_SAYS_NOTHING = frozenset({"prefer_not"})


@dataclass(frozen=True)
class LaterResult:
    """One base, persons or starts. ``reached_at_exit``: the same people on the day they left."""

    counts: OutcomeCounts
    reached_at_exit: int

    @property
    def range(self) -> OutcomeRange:
        """Percent of the known, with the worst and the best case."""
        return outcome_range(self.counts)

    @property
    def reported(self) -> int:
        """Of how many the person told."""
        return self.counts.reported_reached + self.counts.reported_not_reached

    @property
    def by_staff(self) -> int:
        """Of how many only staff know."""
        return self.counts.staff_reached + self.counts.staff_not_reached

    @property
    def has_too_few(self) -> bool:
        """Whether so little is known that no figure may be shown."""
        return is_too_few(self.counts.known)


@dataclass(frozen=True)
class Retention:
    """Of those who work and told of their employer: how many still have the one they had at the exit."""

    same: int
    base: int

    @property
    def has_too_few(self) -> bool:
        """Whether there are too few answers for a figure."""
        return is_too_few(self.base)


@dataclass(frozen=True)
class Later:
    """The result after 90 days, over exits up to ``until``; later exits are not in any base yet."""

    until: date
    persons: LaterResult
    starts: LaterResult
    retention: Retention
    deleted_until: date | None = None
    """The answers about exits up to this day have been deleted, where the report reaches back so far."""


def result_later(
    filters: FollowUpFilters,
    versions: Sequence[Version],
    counts: Mapping[tuple[int, str], Mapping[str, int]],
) -> Later:
    """Count work or studies 90 days after the exit. One query; ``counts`` holds the answers about the employer.

    An exit belongs to the base when it lies at least 90 days back: on the 89th day it does not, on the 90th it
    does. By persons the last such exit of each counts. The deceased are out of the base.
    """
    until = min(filters.until, clock.today() - timedelta(days=LATER_DAYS))
    rows = kept("surveys.later", filters, partial(_grouped, until=until), also=until)
    meanings = {version.id: version for version in versions}
    return Later(
        until=until,
        persons=_result((row for row in rows if row.is_last), meanings),
        starts=_result(rows, meanings),
        retention=_retention(counts),
        deleted_until=_deleted_until(filters),
    )


def _deleted_until(filters: FollowUpFilters) -> date | None:
    last = months_before(clock.today(), retention_months())
    return last if filters.since <= last else None


def _grouped(filters: FollowUpFilters, until: date) -> Sequence[Row[tuple[object, ...]]]:
    is_last = func.row_number().over(
        partition_by=Enrolment.participant_id,
        order_by=(EnrolmentExit.exit_on.desc(), EnrolmentExit.id.desc()),
    )
    exits = (
        select(
            EnrolmentExit.id,
            EnrolmentExit.known_status_90.label("known"),
            case((EnrolmentExit.reason.in_(WORK_OR_STUDIES), 1), else_=0).label("at_exit"),
            case((is_last == 1, 1), else_=0).label("is_last"),
        )
        .join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id)
        .where(*_in_cohort(filters, until))
        .subquery()
    )
    group = (exits.c.is_last, exits.c.at_exit, exits.c.known, Response.version_ref_id, Answer.choice)
    statement = (
        select(*group, func.count().label("number"))
        .select_from(exits)
        .outerjoin(
            DueRow,
            and_(
                DueRow.exit_id == exits.c.id,
                DueRow.wave == LATER_WAVE,
                or_(*(DueRow.state == state for state in HAS_ANSWERS)),
            ),
        )
        .outerjoin(Response, Response.due_id == DueRow.id)
        .outerjoin(
            Answer,
            and_(Answer.response_id == Response.id, Answer.question == STATUS, Answer.choice != ""),
        )
        .group_by(*group)
    )
    return current_session().execute(trusted(statement, because=COUNTS_ONLY)).all()


def _in_cohort(filters: FollowUpFilters, until: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        EnrolmentExit.reopened_at.is_(None),
        EnrolmentExit.exit_on.between(filters.since, until),
        EnrolmentExit.reason.not_in(OUT_OF_BASE),
        Enrolment.unit_id.in_(filters.unit_ids),
    ]
    if filters.programme_id is not None:
        found.append(Enrolment.programme_id == filters.programme_id)
    return found


def _result(rows: Iterable[Row[tuple[object, ...]]], versions: Mapping[int, Version]) -> LaterResult:
    tally = dict.fromkeys(OutcomeCounts.__slots__, 0)
    at_exit = 0
    for row in rows:
        tally[_place(row.choice, row.known, versions.get(row.version_ref_id))] += row.number
        at_exit += row.number * row.at_exit
    return LaterResult(OutcomeCounts(**tally), at_exit)


def _place(choice: str | None, known: str | None, version: Version | None) -> str:
    """Where one exit counts. What the person told goes before what staff know."""
    question = version.question(STATUS) if version else None
    option = question.option(choice) if question and choice else None
    if question is not None and option is not None and not option.declines:
        return "reported_reached" if option.code in question.counts_as_result else "reported_not_reached"
    if known is None or known in _SAYS_NOTHING:
        return "unknown"
    return "staff_reached" if known in REACHED_STATUS else "staff_not_reached"


def _retention(counts: Mapping[tuple[int, str], Mapping[str, int]]) -> Retention:
    chosen = [found for (_version, question), found in counts.items() if question == SAME_EMPLOYER]
    same = sum(found.get("same", 0) for found in chosen)
    return Retention(same, same + sum(found.get("other", 0) for found in chosen))

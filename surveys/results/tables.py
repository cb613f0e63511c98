"""The answers as a table for files: each row names its programme and period, no row names a person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import or_, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.programmes.models import Programme
from crm.reports.filters import FollowUpFilters
from surveys.models import DueRow, KeptCount
from surveys.results.conditions import COUNTS_ONLY, due_rows_of
from surveys.results.distributions import QuestionResult, results_by_programme
from surveys.results.kept_counts import kept_counts_of
from surveys.results.versions import Version

Value = str | int | float | None
Cells = tuple[Value, ...]


@dataclass(frozen=True)
class Table:
    """A sheet: its name, its headings and its rows."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[Cells, ...]


def answers_table(filters: FollowUpFilters, versions: Iterable[Version]) -> Table:
    """Every option of every question with count, base and percent, by programme. Too few answers leave them empty."""
    headings = (
        _("Questionnaire"),
        _("Version"),
        _("Question id"),
        _("Question"),
        _("Answer id"),
        _("Answer"),
        pgettext("column", "Count"),
        _("Answered the question"),
        _("Percent"),
        _("Hidden"),
    )
    rows = tuple(_answer_rows(filters, versions))
    return Table(_("Answers"), (*place_headings(), *headings), rows)


def place_headings() -> tuple[str, ...]:
    """The headings of the columns that say what a row is about."""
    return _("Programme id"), _("Programme"), _("From"), _("To"), _("Units")


def place_cells(filters: FollowUpFilters, programme: Programme) -> Cells:
    """What a row is about: programme, period and units."""
    unit = filters.unit.name if filters.unit else _("all your units")
    return programme.code, programme.name, filters.since.isoformat(), filters.until.isoformat(), unit


def programmes_in(filters: FollowUpFilters) -> dict[int, Programme]:
    """The programmes that have due rows or kept counts in the report, by id. One query."""
    rows = select(DueRow.programme_id).where(*due_rows_of(filters))
    kept = select(KeptCount.programme_id).where(*kept_counts_of(filters))
    statement = select(Programme).where(or_(Programme.id.in_(rows), Programme.id.in_(kept))).order_by(Programme.code)
    return {found.id: found for found in current_session().scalars(trusted(statement, because=COUNTS_ONLY))}


def _answer_rows(filters: FollowUpFilters, versions: Iterable[Version]) -> Iterator[Cells]:
    programmes = programmes_in(filters)
    for version in versions:
        for programme_id, results in results_by_programme(filters, version).items():
            place = place_cells(filters, programmes[programme_id])
            for result in results:
                yield from ((*place, version.title, version.number, *row) for row in _question_rows(version, result))


def _question_rows(version: Version, result: QuestionResult) -> Iterator[Cells]:
    question = result.question
    asked: Cells = (question.key, version.wording(question))
    spread = result.distribution
    if spread is None:
        yield (*asked, "", _("free text"), None, result.base, None, "")
        return
    hidden = _("fewer than five answers") if spread.hidden else ""
    for row in spread.rows:
        percent = None if row.percent is None else float(row.percent)
        label = version.label(question, row.code)
        yield (*asked, row.code, label, row.count, spread.base, percent, hidden)

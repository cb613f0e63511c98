"""Reading the contact history of one thing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from operator import itemgetter
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import read_prepared, trusted
from crm.actors import Actor
from crm.extension_points import HistoryKind
from crm.history.models import HistoryLine, HistoryLink
from crm.history.subjects import Subject, participant_is_visible
from crm.languages import in_language
from crm.registry import current_registry
from crm.web.paging import Page, page_of

PER_PAGE = 20
FIRST_LINES = 8
"""How many lines a page shows that has more to show than a history: enough for what was promised last."""
# Aliased, so that a count is of its own and not correlated with the rows around it.
_LINK = HistoryLink.__table__.alias("counted")
_LINE = HistoryLine.__table__.alias("counted_line")
_CHOICES = "brobygg.history_kinds"
_CHECKED = "the caller has read the subject through its scope; lines of others are reduced"


class Line(NamedTuple):
    """A line as the page shows it. A reduced line tells only that there was something, when and by whom."""

    kind: str
    at: date | datetime
    kind_label: str
    kind_color: str
    author: str
    summary: str
    detail: str
    href: str | None
    reduced: bool


def lines_for(
    actor: Actor,
    *,
    employer_id: int | None = None,
    participant_id: int | None = None,
    contact_person_id: int | None = None,
    kind: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
    own_only: bool = False,
) -> Page[Line]:
    """The history of one employer, participant or contact person, newest first: one query, however long it is.

    ``own_only`` leaves reduced lines out; they are in the total all the same, and told of in another way.

    The caller has made sure that ``actor`` sees the subject. Lines that another unit wrote about an employer or a
    contact person, and lines about a participant whom the actor does not see, are reduced.
    """
    ((column, subject_id),) = (
        Subject(employer_id=employer_id, participant_id=participant_id, contact_person_id=contact_person_id)
        .as_columns()
        .items()
    )
    wanted = _Wanted(column, subject_id, kind, per_page, own_only)
    number = max(1, page)
    rows = _rows(actor, wanted, number)
    if not rows and number > 1:
        # The address names a page beyond the last one: the first is better than nothing.
        number, rows = 1, _rows(actor, wanted, 1)
    return page_of(
        _Writer(actor.language).lines(rows), page=number, per_page=per_page, total=rows[0].total if rows else 0
    )


def kind_choices(chosen: str = "") -> Sequence[tuple[str, str]]:
    """Key and label for a filter by kind. Kinds with the same label are one choice: the first, or the one chosen."""
    kinds = current_registry().history_kinds
    chosen = chosen if chosen in kinds else ""
    # The words of a kind are fixed for a language; asking for all of them takes longer than reading the history.
    kept: dict[tuple[object, ...], tuple[tuple[str, str], ...]] = current_app.extensions.setdefault(_CHOICES, {})
    key = (str(get_locale()), chosen, *kinds)
    if key not in kept:
        kept[key] = tuple(_kind_choices(kinds.values(), chosen))
    return kept[key]


def _kind_choices(kinds: Iterable[HistoryKind], chosen: str) -> list[tuple[str, str]]:
    by_label: dict[str, str] = {}
    for kind in kinds:
        if kind.key == chosen or str(kind.label) not in by_label:
            by_label[str(kind.label)] = kind.key
    return sorted(((key, label) for label, key in by_label.items()), key=itemgetter(1))


def _called_the_same(key: str) -> list[str]:
    """The kinds that a reader cannot tell from this one, because they have its label."""
    kinds = current_registry().history_kinds
    label = str(kinds[key].label) if key in kinds else None
    return [key, *(kind.key for kind in kinds.values() if kind.key != key and str(kind.label) == label)]


@dataclass(frozen=True)
class _Wanted:
    """Which lines: the subject's column with its value, the kind, how many on a page, and whether reduced ones too."""

    column: str
    subject_id: int
    kind: str | None
    per_page: int
    own_only: bool


def _rows(actor: Actor, wanted: _Wanted, page: int) -> Sequence[Any]:
    """A page of lines with author, unit and whether they are reduced; each with the number of lines in all pages."""
    of_kind = bool(wanted.kind)
    name = ("history", wanted.column, of_kind, wanted.own_only, wanted.per_page, page > 1)
    values: dict[str, object] = {"subject": wanted.subject_id}
    if page > 1:
        values["skipped"] = (page - 1) * wanted.per_page
    if wanted.kind:
        values["kinds"] = _called_the_same(wanted.kind)
    return read_prepared(actor, name, lambda: _page(_lines(actor, wanted), wanted.per_page, first=page == 1), **values)


def _page(statement: Select[Any], per_page: int, *, first: bool) -> Select[Any]:
    """The limit stands in the statement: of a number that is given later PostgreSQL expects a tenth of all rows, and so
    it would plan each time anew, which takes three times as long as reading the lines.
    """
    statement = statement.limit(literal_column(str(per_page), Integer))
    return statement if first else statement.offset(bindparam("skipped", type_=Integer))


def _lines(actor: Actor, wanted: _Wanted) -> Select[Any]:
    column, of_kind = wanted.column, bool(wanted.kind)
    hidden = _hidden_from(actor, by_unit=column != "participant_id")
    statement: Any = (
        select(
            HistoryLine.kind, HistoryLine.at, HistoryLine.source_ref, HistoryLine.author_label, HistoryLine.summary,
            HistoryLine.detail, Staff.name.label("author"), Unit.name.label("unit"), hidden.label("reduced"),
            _count(column, of_kind=of_kind).label("total"),
        )
        .select_from(HistoryLink)
        .join(HistoryLine, HistoryLine.id == HistoryLink.line_id)
        .outerjoin(Staff, Staff.id == HistoryLine.author_id)
        .outerjoin(Unit, Unit.id == HistoryLine.unit_id)
        .where(getattr(HistoryLink, column) == bindparam("subject"))
        .order_by(HistoryLink.at.desc(), HistoryLink.line_id.desc())
    )  # fmt: skip
    if of_kind:
        statement = statement.where(HistoryLine.kind.in_(bindparam("kinds", expanding=True)))
    if wanted.own_only:
        statement = statement.where(not_(hidden))
    return trusted(statement, because=_CHECKED)


def _count(column: str, *, of_kind: bool) -> ScalarSelect[int]:
    counted = select(func.count()).select_from(_LINK).where(_LINK.c[column] == bindparam("subject"))
    if of_kind:
        counted = counted.join(_LINE, _LINE.c.id == _LINK.c.line_id).where(
            _LINE.c.kind.in_(bindparam("kinds", expanding=True))
        )
    return counted.scalar_subquery()


def _hidden_from(actor: Actor, *, by_unit: bool) -> ColumnElement[bool]:
    """True for a line of which ``actor`` sees only that it is there."""
    if actor.is_system:
        return false()
    others = HistoryLine.unit_id.is_not(None) & HistoryLine.unit_id.not_in(actor.unit_ids)
    other_link = select(HistoryLink.line_id).where(
        HistoryLink.line_id == HistoryLine.id,
        HistoryLink.participant_id.is_not(None),
        not_(participant_is_visible(actor, HistoryLink.participant_id.expression)),
    )
    about_hidden = other_link.correlate(HistoryLine).exists()
    return or_(others, about_hidden) if by_unit else about_hidden


class _Writer:
    """Writes lines for one reader. A page has the same few kinds again and again."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._zone: tzinfo | None = get_timezone()
        self._kinds: dict[str, tuple[HistoryKind, str]] = {}

    def lines(self, rows: Sequence[Any]) -> list[Line]:
        """The lines of ``rows``."""
        return [self._line(row) for row in rows]

    def _line(self, row: Any) -> Line:
        key, at, source_ref, label, summary, detail, author, unit, reduced, _total = row
        kind, kind_label = self._kind(key)
        return Line(
            kind=key,
            at=at.astimezone(self._zone).date() if kind.day_only else at,
            kind_label=kind_label,
            kind_color=kind.color,
            author=" · ".join(filter(None, (author or label, unit if reduced else None))),
            summary=str(_("By another unit")) if reduced else in_language(summary, self._language),
            detail="" if reduced or not detail else in_language(detail, self._language),
            href=None if reduced else kind.href(source_ref),
            reduced=bool(reduced),
        )

    def _kind(self, key: str) -> tuple[HistoryKind, str]:
        found = self._kinds.get(key)
        if found is None:
            kind = current_registry().history_kinds.get(key, HistoryKind(key=key, label=""))
            found = self._kinds[key] = (kind, str(kind.label))
        return found

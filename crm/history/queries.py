"""Reading the contact history of one thing."""

from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from flask_babel import gettext as _
from flask_babel import to_user_timezone
from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, bindparam, false, func, not_, or_, select

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import prepared, trusted
from crm.actors import Actor
from crm.db import current_session
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
_CHECKED = "the caller has read the subject through its scope; lines of others are reduced"


@dataclass(frozen=True)
class Line:
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
    items = [_shown(*row, language=actor.language) for row, _total in rows]
    return page_of(items, page=number, per_page=per_page, total=rows[0][1] if rows else 0)


def kind_choices(chosen: str = "") -> list[tuple[str, str]]:
    """Key and label for a filter by kind. Kinds with the same label are one choice: the first, or the one chosen."""
    kinds = current_registry().history_kinds.values()
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


_Row = tuple[HistoryLine, str | None, str | None, bool]


def _rows(actor: Actor, wanted: _Wanted, page: int) -> list[tuple[_Row, int]]:
    """A page of lines with author, unit and whether they are reduced; each with the number of lines in all pages."""
    of_kind = bool(wanted.kind)
    name = ("history", wanted.column, of_kind, wanted.own_only)
    statement = prepared(
        actor, name, lambda: _statement(actor, wanted.column, of_kind=of_kind, own_only=wanted.own_only)
    )
    values = {"subject": wanted.subject_id, "rows": wanted.per_page, "skipped": (page - 1) * wanted.per_page}
    found = current_session().execute(
        statement, values | ({"kinds": _called_the_same(wanted.kind)} if wanted.kind else {})
    )
    return [((line, author, unit, bool(reduced)), total) for line, author, unit, reduced, total in found]


def _statement(
    actor: Actor, column: str, *, of_kind: bool, own_only: bool
) -> Select[HistoryLine, str | None, str | None, bool, int]:
    hidden = _hidden_from(actor, by_unit=column != "participant_id")
    total = _count(column, of_kind=of_kind).label("total")
    statement: Select[HistoryLine, str | None, str | None, bool, int] = (
        select(HistoryLine, Staff.name, Unit.name, hidden.label("reduced"), total)
        .select_from(HistoryLink)
        .join(HistoryLine, HistoryLine.id == HistoryLink.line_id)
        .outerjoin(Staff, Staff.id == HistoryLine.author_id)
        .outerjoin(Unit, Unit.id == HistoryLine.unit_id)
        .where(getattr(HistoryLink, column) == bindparam("subject"))
        .order_by(HistoryLink.at.desc(), HistoryLink.line_id.desc())
        .limit(bindparam("rows", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
    )
    if of_kind:
        statement = statement.where(HistoryLine.kind.in_(bindparam("kinds", expanding=True)))
    if own_only:
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


def _shown(line: HistoryLine, author: str | None, unit: str | None, reduced: bool, *, language: str) -> Line:
    kind = current_registry().history_kinds.get(line.kind, HistoryKind(key=line.kind, label=""))
    label = str(kind.label)
    return Line(
        kind=line.kind,
        at=to_user_timezone(line.at).date() if kind.day_only else line.at,
        kind_label=label,
        kind_color=kind.color,
        author=" · ".join(filter(None, (author or line.author_label, unit if reduced else None))),
        summary=str(_("By another unit")) if reduced else in_language(line.summary, language),
        detail="" if reduced else in_language(line.detail or {}, language),
        href=None if reduced else kind.href(line.source_ref),
        reduced=reduced,
    )

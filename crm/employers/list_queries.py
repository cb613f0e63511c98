"""The list of employers: filters, order, one page, and rows for a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import condition, scoped, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.text_index import COUNTED, TextMatch, text_index
from crm.web.paging import PER_PAGE, page_url

_OTHER = EmployerRelationship.__table__.alias("relationship_of_reader")

QUIET = timedelta(days=90)
EXPORTED = 50_000
_BATCH = 500


@dataclass(frozen=True)
class EmployerFilter:
    """What the list shows. ``owner``: mine, unit, none or all. ``show``: in_use, quiet, blocked or archived."""

    text: str = ""
    stage: str = ""
    owner: str = "all"
    municipality: str = ""
    show: str = "in_use"
    sort: str = "name"


@dataclass(frozen=True)
class EmployerRow:
    """An employer with the relationship of the reader's unit and the name of its owner."""

    employer: Employer
    relationship: EmployerRelationship | None
    owner: str | None


@dataclass(frozen=True)
class EmployerLine:
    """What a line of the list shows. ``stage`` is None where the reader's unit has no relationship."""

    public_id: str
    name: str
    do_not_contact: bool
    municipality: str | None
    city: str | None
    stage: str | None
    last_contact_at: datetime | None
    owner: str | None


@dataclass(frozen=True)
class EmployerPage:
    """A page of the list. ``total`` is exact unless ``is_more``: then there are more than ``COUNTED``."""

    items: Sequence[EmployerLine]
    page: int
    per_page: int
    total: int
    is_more: bool
    prev_url: str | None
    next_url: str | None

    @property
    def first(self) -> int:
        """The number of the first row, from 1."""
        return (self.page - 1) * self.per_page + 1

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.items) - 1


# In the order of EmployerLine: whole rows of both tables would cost more than finding them.
_LINE = (
    Employer.public_id, Employer.name, Employer.do_not_contact, Employer.municipality, Employer.city,
    EmployerRelationship.stage, EmployerRelationship.last_contact_at, Staff.name,
)  # fmt: skip
_SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "name": Employer.sort_name,
    "place": Employer.municipality,
    "contact": EmployerRelationship.last_contact_at,
    "stage": EmployerRelationship.stage,
}


def employer_page(actor: Actor, filters: EmployerFilter, *, page: int) -> EmployerPage:
    """One page of the employers that ``actor`` sees: three queries at most."""
    match = _match(filters)
    total = _total(actor, filters, match)
    is_more = total > COUNTED
    number = max(1, page) if is_more else min(max(1, page), max(1, -(-total // PER_PAGE)))
    statement = _lines(actor, filters, match, offset=(number - 1) * PER_PAGE)
    rows = [EmployerLine(*row) for row in current_session().execute(statement)] if total else []
    has_next = len(rows) > PER_PAGE
    return EmployerPage(
        items=rows[:PER_PAGE], page=number, per_page=PER_PAGE, total=min(total, COUNTED), is_more=is_more,
        prev_url=page_url(number - 1) if number > 1 else None, next_url=page_url(number + 1) if has_next else None,
    )  # fmt: skip


def rows_for_file(actor: Actor, filters: EmployerFilter) -> Iterator[EmployerRow]:
    """Every row of the list in its order, for a file; at most ``EXPORTED``."""
    whole = _with_relationship(select(Employer, EmployerRelationship, Staff.name), actor)
    statement = _ordered(whole.where(*_conditions(actor, filters, _match(filters))), filters.sort).limit(EXPORTED)
    for row in current_session().execute(statement.execution_options(yield_per=_BATCH)):
        yield EmployerRow(*row)


def _match(filters: EmployerFilter) -> TextMatch | None:
    return text_index().find(filters.text, archived=filters.show == "archived") if filters.text else None


def _total(actor: Actor, filters: EmployerFilter, match: TextMatch | None) -> int:
    """How many there are, at most one more than ``COUNTED``. The index knows it where nothing but the text filters."""
    only_text = replace(filters, text="", sort="name", show="in_use") == EmployerFilter()
    if match is not None and only_text and filters.show in ("in_use", "archived"):
        return COUNTED + 1 if match.total is None else match.total
    counted = select(func.count()).select_from(_ids(actor, filters, match).limit(COUNTED + 1).subquery())
    counted = trusted(counted, because="counts a statement that is scoped")
    return current_session().scalar(counted) or 0


def _lines(actor: Actor, filters: EmployerFilter, match: TextMatch | None, *, offset: int) -> Select[Any]:
    """The lines of a page and one more. They are chosen first, so that only they are joined with all that is shown."""
    of_relationship = _SORTS.get(filters.sort.removeprefix("-"), Employer.sort_name).class_ is EmployerRelationship
    few = match is not None and match.total is not None
    chosen = _ordered(_ids(actor, filters, match, joined=of_relationship), filters.sort, few=few)
    chosen = chosen.limit(PER_PAGE + 1).offset(offset)
    return _ordered(_with_relationship(select(*_LINE), actor).where(Employer.id.in_(chosen)), filters.sort)


def _ids(actor: Actor, filters: EmployerFilter, match: TextMatch | None, *, joined: bool = False) -> Select[Any]:
    """The ids of the employers of the list, joined with the relationship only where that decides or orders."""
    found = select(Employer.id).where(*_conditions(actor, filters, match), condition(Employer, actor))
    if joined or filters.stage or filters.owner != "all" or filters.show == "quiet":
        found = found.select_from(Employer).outerjoin(EmployerRelationship, _of_reader(actor))
    return found


def _ordered(statement: Select[Any], sort: str, *, few: bool = False) -> Select[Any]:
    """The list in its order. ``few``: only a few known rows are left."""
    column = _SORTS.get(sort.removeprefix("-"), Employer.sort_name)
    # An index cannot give the order of an expression. PostgreSQL would walk through the whole index of names until
    # it has met a page of the few, instead of fetching them by their keys and sorting them.
    name = Employer.sort_name.concat("") if few else Employer.sort_name
    order = name if column is Employer.sort_name else column
    direction = order.desc() if sort.startswith("-") else order.asc()
    # What is not known stands last in either direction.
    if column is not Employer.sort_name:
        return statement.order_by(direction.nulls_last(), name, Employer.id)
    return statement.order_by(direction, Employer.id)


def _with_relationship(columns: Any, actor: Actor) -> Select[Any]:
    statement: Select[Any] = (
        columns.select_from(Employer)
        .outerjoin(EmployerRelationship, _of_reader(actor))
        .outerjoin(Staff, Staff.id == EmployerRelationship.owner_id)
    )
    return scoped(statement, condition(Employer, actor))


def _of_reader(actor: Actor) -> ColumnElement[bool]:
    """The relationship of the reader's unit; where it has none, that of one of the units below it."""
    here = EmployerRelationship.employer_id == Employer.id
    if len(actor.unit_ids) <= 1:
        return and_(here, EmployerRelationship.unit_id == actor.unit_id)
    best = (
        select(_OTHER.c.id)
        .where(_OTHER.c.employer_id == Employer.id, _OTHER.c.unit_id.in_(actor.unit_ids))
        .order_by((_OTHER.c.unit_id == actor.unit_id).desc(), _OTHER.c.id)
        .limit(1)
        .correlate(Employer)
        .scalar_subquery()
    )
    return EmployerRelationship.id == best


def _conditions(actor: Actor, filters: EmployerFilter, match: TextMatch | None) -> list[ColumnElement[bool]]:
    archived = filters.show == "archived"
    found: list[ColumnElement[bool]] = [
        Employer.archived_at.is_not(None) if archived else Employer.archived_at.is_(None)
    ]
    if match is not None:
        found.append(match.condition)
    if filters.municipality:
        found.append(_in_municipality(filters.municipality))
    if filters.stage:
        found.append(EmployerRelationship.stage == filters.stage)
    if filters.show == "blocked":
        found.append(Employer.do_not_contact.is_(True))
    if filters.show == "quiet":
        found.append(_is_quiet())
    if filters.owner == "mine":
        mine = or_(EmployerRelationship.owner_id == actor.staff_id, EmployerRelationship.deputy_id == actor.staff_id)
        found.append(mine)
    elif filters.owner == "unit":
        found.append(EmployerRelationship.id.is_not(None))
    elif filters.owner == "none":
        found += [EmployerRelationship.id.is_not(None), EmployerRelationship.owner_id.is_(None)]
    return found


def _in_municipality(text: str) -> ColumnElement[bool]:
    # SQLite folds only ASCII letters, so the usual ways of writing a name are tried.
    ways = dict.fromkeys((text, text.capitalize(), text.title()))
    by_name = [Employer.municipality.startswith(way, autoescape=True) for way in ways]
    return or_(Employer.municipality_code == text, *by_name)


def _is_quiet() -> ColumnElement[bool]:
    long_ago = or_(
        EmployerRelationship.last_contact_at.is_(None), EmployerRelationship.last_contact_at < clock.now() - QUIET
    )
    return and_(EmployerRelationship.id.is_not(None), Employer.do_not_contact.is_(False), long_ago)

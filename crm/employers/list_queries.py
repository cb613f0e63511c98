"""The list of employers: filters, order, one page, and rows for a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import condition, read_prepared, scoped, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.columns import COLUMNS, USUAL
from crm.employers.models import Employer, EmployerKind, EmployerRelationship
from crm.employers.stage_queries import stages_of
from crm.employers.stages import LONG_LIST, STAGES
from crm.employers.text_index import COUNTED, TextMatch, text_index
from crm.history.approach import may_be_approached
from crm.many_rows import among_gathered
from crm.tasks.models import Task, TaskState
from crm.web.filters import today
from crm.web.paging import PER_PAGE, page_url

_OTHER = EmployerRelationship.__table__.alias("relationship_of_reader")

QUIET = timedelta(days=90)
EXPORTED = 50_000
_BATCH = 500


@dataclass(frozen=True)
class EmployerFilter:
    """What the list shows. ``owner``: mine, unit, none or all. ``show``: in_use, quiet, overdue, blocked or archived.

    ``columns``: keys of crm.employers.columns, in their order; the name is always there.
    """

    text: str = ""
    stage: str = ""
    owner: str = "all"
    kind: str = ""
    municipality: str = ""
    show: str = "in_use"
    experience: str = ""
    information: str = ""
    sort: str = "name"
    columns: tuple[str, ...] = USUAL


@dataclass(frozen=True)
class EmployerLine:
    """What a line of the list shows. ``stage`` is None where the reader's unit has no relationship."""

    public_id: str
    name: str
    do_not_contact: bool
    advertising_block: bool
    municipality: str | None
    city: str | None
    stage: str | None
    last_contact_at: datetime | None
    owner: str | None
    more: Mapping[str, str] = field(default_factory=dict)
    """What stands in the columns that somebody added, by key."""


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
    Employer.public_id, Employer.name, Employer.do_not_contact, Employer.advertising_block, Employer.municipality,
    Employer.city, EmployerRelationship.stage, EmployerRelationship.last_contact_at, Staff.name,
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
    found = _rows(actor, filters, match, offset=(number - 1) * PER_PAGE) if total else ()
    rows = [_line(row, filters.columns) for row in found]
    has_next = len(rows) > PER_PAGE
    return EmployerPage(
        items=rows[:PER_PAGE], page=number, per_page=PER_PAGE, total=min(total, COUNTED), is_more=is_more,
        prev_url=page_url(number - 1) if number > 1 else None, next_url=page_url(number + 1) if has_next else None,
    )  # fmt: skip


def rows_for_file(actor: Actor, filters: EmployerFilter) -> Iterator[list[str]]:
    """Every row of the list in its order with exactly the columns shown, for a file; at most ``EXPORTED``."""
    shown = [COLUMNS[key] for key in ("name", *filters.columns)]
    whole = _with_relationship(select(*(column.value for column in shown), Employer.id, Employer.country), actor)
    statement = _ordered(whole.where(*_conditions(actor, filters, _match(filters))), filters.sort).limit(EXPORTED)
    for row in current_session().execute(statement.execution_options(yield_per=_BATCH)):
        country = row[-1]
        yield [column.cell(value, country) for column, value in zip(shown, row[:-2], strict=True)]


def employer_ids(actor: Actor, filters: EmployerFilter, *, limit: int) -> list[int]:
    """The ids of the employers of the list in its order, at most ``limit``: what "all that match" means."""
    match = _match(filters)
    joined = _SORTS.get(filters.sort.removeprefix("-"), Employer.sort_name).class_ is EmployerRelationship
    statement = _ordered(_ids(actor, filters, match, joined=joined), filters.sort).limit(limit)
    return list(current_session().scalars(trusted(statement, because="scoped by its conditions")))


def ids_of(actor: Actor, chosen: Sequence[str | int]) -> list[int]:
    """The ids of employers in use named by public ids, or by ids, as far as ``actor`` sees them, by name."""
    named = Employer.public_id if chosen and isinstance(chosen[0], str) else Employer.id
    statement = scoped(select(Employer.id).where(named.in_(chosen)), condition(Employer, actor))
    return list(current_session().scalars(statement.order_by(Employer.sort_name, Employer.id))) if chosen else []


@dataclass(frozen=True)
class OfReader:
    """An employer with the relationship of the reader's unit, if it has one, and who is responsible by name."""

    name: str
    do_not_contact: bool
    may_be_approached: bool
    """By ``crm.history.approach``."""
    relationship: EmployerRelationship | None
    owner: str | None
    deputy: str | None


def relationships_of_reader(actor: Actor, employer_ids: Sequence[int]) -> list[OfReader]:
    """Some employers that ``actor`` sees by name, each with the relationship of the reader's unit. One query."""
    flags = (Employer.do_not_contact, may_be_approached(actor))
    columns = (Employer.name, *flags, EmployerRelationship, Staff.name, COLUMNS["deputy"].value)
    statement = _with_relationship(select(*columns), actor).where(Employer.id.in_(employer_ids))
    statement = statement.order_by(Employer.sort_name, Employer.id).execution_options(populate_existing=True)
    return [OfReader(*row) for row in current_session().execute(statement)]


def _match(filters: EmployerFilter) -> TextMatch | None:
    return text_index().find(filters.text, archived=filters.show == "archived") if filters.text else None


def _total(actor: Actor, filters: EmployerFilter, match: TextMatch | None) -> int:
    """How many there are, at most one more than ``COUNTED``. The index knows it where nothing but the text filters."""
    if match is not None and _is_only_text(filters):
        return COUNTED + 1 if match.total is None else match.total
    counted = select(func.count()).select_from(_ids(actor, filters, match).limit(COUNTED + 1).subquery())
    counted = trusted(counted, because="counts a statement that is scoped")
    return current_session().scalar(counted) or 0


def _is_only_text(filters: EmployerFilter) -> bool:
    return replace(filters, text="", sort="name", columns=USUAL) == EmployerFilter()


def _rows(actor: Actor, filters: EmployerFilter, match: TextMatch | None, *, offset: int) -> Sequence[Row[Any]]:
    """The rows of ``_lines``. Where nothing filters but a text that few have, what is asked is put together once for a
    process."""
    is_of_many = match is not None and match.gathered is None
    if is_of_many or not _is_only_text(filters):
        return current_session().execute(_lines(actor, filters, match), {"offset": offset}).all()
    dialect = current_session().get_bind().dialect.name

    def make() -> Select[Any]:
        few = TextMatch(among_gathered(dialect, Employer.id, "found"), COUNTED)
        return _lines(actor, filters, few if match is not None else None)

    sort = filters.sort if filters.sort.removeprefix("-") in _SORTS else "name"
    values = {"found": match.gathered} if match is not None else {}
    name = ("employers.lines", sort, filters.columns, match is None)
    return read_prepared(actor, name, make, offset=offset, **values)


def _lines(actor: Actor, filters: EmployerFilter, match: TextMatch | None) -> Select[Any]:
    """The lines of a page from ``offset`` on and one more. They are chosen first, so that only they are joined with
    all that is shown."""
    of_relationship = _SORTS.get(filters.sort.removeprefix("-"), Employer.sort_name).class_ is EmployerRelationship
    few = match is not None and match.total is not None
    chosen = _ordered(_ids(actor, filters, match, joined=of_relationship), filters.sort, few=few)
    chosen = chosen.limit(PER_PAGE + 1).offset(bindparam("offset", type_=Integer))
    more = [COLUMNS[key].value for key in filters.columns if key not in USUAL]
    columns = (*_LINE, *more, Employer.country) if more else _LINE
    return _ordered(_with_relationship(select(*columns), actor).where(Employer.id.in_(chosen)), filters.sort)


def _line(row: Any, columns: tuple[str, ...]) -> EmployerLine:
    more = [key for key in columns if key not in USUAL]
    if not more:
        return EmployerLine(*row[: len(_LINE)])
    cells = {key: COLUMNS[key].cell(value, row[-1]) for key, value in zip(more, row[len(_LINE) : -1], strict=True)}
    return replace(EmployerLine(*row[: len(_LINE)]), more=cells)


def _ids(actor: Actor, filters: EmployerFilter, match: TextMatch | None, *, joined: bool = False) -> Select[Any]:
    """The ids of the employers of the list, joined with the relationship only where that decides or orders."""
    found = select(Employer.id).where(*_conditions(actor, filters, match), condition(Employer, actor))
    if joined or _asks_of_relationship(filters):
        found = found.select_from(Employer).outerjoin(EmployerRelationship, _of_reader(actor))
    return found


def _asks_of_relationship(filters: EmployerFilter) -> bool:
    said = filters.stage or filters.experience or filters.information
    return bool(said) or filters.owner != "all" or filters.show == "quiet"


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
    found: list[ColumnElement[bool]] = [Employer.archived_at.is_(None)]
    if filters.show == "archived":
        # Whoever was merged is found under what they became.
        found = [Employer.archived_at.is_not(None), Employer.merged_into_id.is_(None)]
    if match is not None:
        found.append(match.condition)
    if filters.municipality:
        found.append(_in_municipality(filters.municipality))
    if filters.kind:
        found.append(Employer.kind == EmployerKind(filters.kind))
    if filters.show == "overdue":
        found.append(_has_overdue_step(actor))
    if filters.show == "blocked":
        found.append(Employer.do_not_contact.is_(True))
    return [*found, *_of_relationship(actor, filters)]


def _of_relationship(actor: Actor, filters: EmployerFilter) -> Iterator[ColumnElement[bool]]:
    """What is asked of the relationship of the reader's unit."""
    if filters.stage:
        yield _under_stage(actor, filters.stage)
    if filters.show == "quiet":
        yield _is_quiet()
    if filters.experience:
        yield EmployerRelationship.prior_experience == filters.experience
    if filters.information:
        yield EmployerRelationship.preferred_information == filters.information
    if filters.owner == "mine":
        yield or_(EmployerRelationship.owner_id == actor.staff_id, EmployerRelationship.deputy_id == actor.staff_id)
    if filters.owner in ("unit", "none"):
        yield EmployerRelationship.id.is_not(None)
    if filters.owner == "none":
        yield EmployerRelationship.owner_id.is_(None)


def _in_municipality(text: str) -> ColumnElement[bool]:
    # SQLite folds only ASCII letters, so the usual ways of writing a name are tried.
    ways = dict.fromkeys((text, text.capitalize(), text.title()))
    by_name = [Employer.municipality.startswith(way, autoescape=True) for way in ways]
    return or_(Employer.municipality_code == text, *by_name)


def _under_stage(actor: Actor, stage: str) -> ColumnElement[bool]:
    """Stands under a stage of the reader's unit: in it, or in one of another list that means the same."""
    stages = stages_of(actor.unit_id)
    wanted = stages.place_of(stage)
    known = dict.fromkeys([*stages.codes, *stages.retired, *STAGES, *LONG_LIST, stage])
    found: ColumnElement[bool] = EmployerRelationship.stage.in_(stages.under(wanted.code, known))
    if stages.of_meaning(wanted.meaning) is wanted:
        # Own stages of other units are known by what they mean alone.
        own = EmployerRelationship.stage.startswith(f"own.{wanted.meaning.value}.", autoescape=True)
        found = or_(found, and_(own, EmployerRelationship.stage.not_in(list(known))))
    return found


def _has_overdue_step(actor: Actor) -> ColumnElement[bool]:
    late = select(Task.id).where(
        Task.employer_id == Employer.id, Task.state == TaskState.OPEN, Task.due_on < today(), condition(Task, actor)
    )
    return late.correlate(Employer).exists()


def _is_quiet() -> ColumnElement[bool]:
    long_ago = or_(
        EmployerRelationship.last_contact_at.is_(None), EmployerRelationship.last_contact_at < clock.now() - QUIET
    )
    return and_(EmployerRelationship.id.is_not(None), Employer.do_not_contact.is_(False), long_ago)

"""Reading the board: how many employers stand under each stage, and the first cards of each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import condition, scoped, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, EmployerKind, EmployerRelationship
from crm.employers.stages import StageDef, StageSet
from crm.employers.text_index import text_index
from crm.languages import in_language
from crm.tasks.models import Task, TaskState

CARDS = 20
"""How many cards of a stage are shown at first, and how many more each time."""
ROWS = 25


@dataclass(frozen=True)
class BoardFilter:
    """Which relationships the board shows. ``owner``: "", "mine", "none" or the id of a colleague.

    ``unit_id``: whose stages are the columns; ``unit_ids``: that unit with those below it, whose employers are shown.
    """

    text: str = ""
    owner: str = ""
    unit_id: int | None = None
    unit_ids: frozenset[int] | None = None
    municipality: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Card:
    """One unit's relationship to an employer, as the board shows it."""

    relationship_id: int
    public_id: str
    version: int
    stage: str
    since: datetime
    last_contact_at: datetime | None
    employer_id: int
    employer_public_id: str
    name: str
    place: str | None
    city: str | None
    kind: EmployerKind
    do_not_contact: bool
    advertising_block: bool
    warning: str | None
    warning_until: date | None
    owner: str | None
    unit_id: int
    unit: str

    def has_warning(self, today: date) -> bool:
        """Whether a warning of colleagues is in force."""
        return bool(self.warning) and (self.warning_until is None or self.warning_until >= today)

    @property
    def initials(self) -> str:
        """Who is responsible, in two letters; '' where the unit is."""
        words = (self.owner or "").split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@dataclass(frozen=True)
class Step:
    """What was promised next, and by when."""

    title: str
    due_on: date


@dataclass(frozen=True)
class Column:
    """A stage with its count and the cards that are shown of it."""

    stage: StageDef
    total: int
    cards: Sequence[Card]
    page: int

    @property
    def left(self) -> int:
        """How many cards come after those shown."""
        return max(0, self.total - (self.page - 1) * CARDS - len(self.cards))


_CARD = (
    EmployerRelationship.id, EmployerRelationship.public_id, EmployerRelationship.version_id,
    EmployerRelationship.stage, EmployerRelationship.stage_since, EmployerRelationship.last_contact_at,
    Employer.id, Employer.public_id, Employer.name, Employer.municipality, Employer.city, Employer.kind,
    Employer.do_not_contact, Employer.advertising_block, Employer.warning, Employer.warning_until, Staff.name,
    EmployerRelationship.unit_id, Unit.name,
)  # fmt: skip
SORTS: Mapping[str, ColumnElement[Any]] = {
    "name": Employer.sort_name.expression,
    "since": EmployerRelationship.stage_since.expression,
    "contact": EmployerRelationship.last_contact_at.expression,
}


def stage_counts(actor: Actor, filters: BoardFilter, stages: StageSet) -> tuple[dict[str, int], dict[str, str]]:
    """How many stand under each stage, and under which stage each code stands that occurs. One query."""
    statement = _base(select(EmployerRelationship.stage, func.count()), actor, filters)
    rows = current_session().execute(statement.group_by(EmployerRelationship.stage)).all()
    places = {code: stages.place_of(code).code for code, _count in rows}
    totals = dict.fromkeys(stages.codes, 0)
    for code, count in rows:
        totals[places[code]] += count
    return totals, places


def employer_count(actor: Actor, filters: BoardFilter, stages: StageSet, *, only: str = "") -> int:
    """How many employers the rows are about: fewer, where some work with several units. One query, or two."""
    statement = _base(select(func.count(EmployerRelationship.employer_id.distinct())), actor, filters)
    if only:
        places = stage_counts(actor, filters, stages)[1]
        statement = statement.where(EmployerRelationship.stage.in_(stages.under(only, places)))
    return current_session().scalar(statement) or 0


def board(actor: Actor, filters: BoardFilter, stages: StageSet, *, only: str = "", page: int = 1) -> list[Column]:
    """The stages with their first cards, those moved last on top; with ``only`` a page of one of them. Two queries."""
    totals, places = stage_counts(actor, filters, stages)
    shown = [stage for stage in stages.stages if only in ("", stage.code)]
    cards = _first_cards(actor, filters, {code: at for code, at in places.items() if only in ("", at)}, page)
    by_place: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        by_place[places[card.stage]].append(card)
    return [Column(stage, totals[stage.code], by_place[stage.code], page) for stage in shown]


def _first_cards(actor: Actor, filters: BoardFilter, places: Mapping[str, str], page: int) -> list[Card]:
    if not places:
        return []
    newest = (EmployerRelationship.stage_since.desc(), EmployerRelationship.id.desc())
    conditions = base_conditions(actor, filters)

    def of_column(place: str) -> Select[Any]:
        here = EmployerRelationship.stage.in_([code for code, at in places.items() if at == place])
        rows = scoped(_joined(select(EmployerRelationship.id)), *conditions, here).order_by(*newest)
        return select(rows.limit(CARDS).offset((page - 1) * CARDS).subquery().c.id)

    chosen = union_all(*(of_column(place) for place in dict.fromkeys(places.values())))
    statement = _with_names(select(*_CARD)).where(EmployerRelationship.id.in_(chosen)).order_by(*newest)
    return _cards(trusted(statement, because="the rows chosen are scoped"))


def table_rows(
    actor: Actor, filters: BoardFilter, stages: StageSet, *, only: str, sort: str, page: int
) -> tuple[list[Card], int]:
    """A page of the same as a table, and how many there are. Two queries."""
    totals, places = stage_counts(actor, filters, stages)
    total = totals.get(only, 0) if only else sum(totals.values())
    column = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    direction = column.desc() if sort.startswith("-") else column.asc()
    statement = _with_names(_base(select(*_CARD), actor, filters, joined=True))
    if only:
        statement = statement.where(EmployerRelationship.stage.in_([code for code, at in places.items() if at == only]))
    statement = statement.order_by(direction.nulls_last(), EmployerRelationship.id)
    return _cards(statement.limit(ROWS).offset((page - 1) * ROWS)) if total else [], total


def next_steps(actor: Actor, cards: Collection[Card], language: str) -> dict[tuple[int, int], Step]:
    """The open task due first of each card, by employer and unit; tasks about participants are not for a board."""
    if not cards:
        return {}
    statement = (
        select(Task.employer_id, Task.unit_id, Task.title, Task.due_on)
        .where(
            Task.employer_id.in_({card.employer_id for card in cards}),
            Task.state == TaskState.OPEN,
            Task.participant_id.is_(None),
        )
        .order_by(Task.due_on, Task.id)
    )
    found: dict[tuple[int, int], Step] = {}
    for employer_id, unit_id, title, due_on in current_session().execute(scoped(statement, condition(Task, actor))):
        if employer_id is not None:
            found.setdefault((employer_id, unit_id), Step(in_language(title, language), due_on))
    return found


def base_conditions(actor: Actor, filters: BoardFilter) -> list[ColumnElement[bool]]:
    """What every row of the board fulfils: visible to ``actor``, in use, and as the filters say."""
    found: list[ColumnElement[bool]] = [condition(EmployerRelationship, actor), Employer.archived_at.is_(None)]
    if filters.text:
        found.append(text_index().find(filters.text).condition)
    if filters.unit_ids is not None:
        found.append(EmployerRelationship.unit_id.in_(sorted(filters.unit_ids)))
    if filters.municipality:
        found.append(_in_municipality(filters.municipality))
    if filters.kind:
        found.append(Employer.kind == EmployerKind(filters.kind))
    if filters.owner:
        found.append(_owned(actor, filters.owner))
    return found


def _owned(actor: Actor, owner: str) -> ColumnElement[bool]:
    if owner == "none":
        return EmployerRelationship.owner_id.is_(None)
    staff_id = actor.staff_id if owner == "mine" else int(owner)
    mine = EmployerRelationship.owner_id == staff_id
    return or_(mine, EmployerRelationship.deputy_id == staff_id) if owner == "mine" else mine


def _in_municipality(text: str) -> ColumnElement[bool]:
    ways = dict.fromkeys((text, text.capitalize(), text.title()))
    by_name = [Employer.municipality.startswith(way, autoescape=True) for way in ways]
    return or_(Employer.municipality_code == text, *by_name)


def _base(statement: Any, actor: Actor, filters: BoardFilter, *, joined: bool = False) -> Select[Any]:
    return scoped(statement if joined else _joined(statement), *base_conditions(actor, filters))


def _joined(statement: Any) -> Any:
    return statement.select_from(EmployerRelationship).join(Employer, Employer.id == EmployerRelationship.employer_id)


def _with_names(statement: Any) -> Select[Any]:
    named: Select[Any] = (
        statement.select_from(EmployerRelationship)
        .join(Employer, Employer.id == EmployerRelationship.employer_id)
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .outerjoin(Staff, Staff.id == EmployerRelationship.owner_id)
    )
    return named


def _cards(statement: Select[Any]) -> list[Card]:
    return [Card(*row) for row in current_session().execute(statement)]

"""Reads of units and staff. Units and colleagues' names are known to everybody who works here."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import CTE, ScalarSelect, Select, String, bindparam, cast, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import Staff, StaffRole, Unit, staff_roles
from crm.actors import Actor, Role
from crm.db import current_session, reading_connection
from crm.errors import NotVisible
from crm.registry import current_registry


def unit_tree_ids(unit_id: int) -> frozenset[int]:
    """The unit and every unit below it, archived ones too:

    what is theirs stays visible. One recursive query.
    """
    return frozenset(reading_connection().scalars(_unit_tree(), {"unit_id": unit_id}))


@cache
def _unit_tree() -> Select[int]:
    return select(_tree_below(select(Unit.id).where(Unit.id == bindparam("unit_id"))).c[0])


def unit_tree_as_text(unit: Select[int]) -> ScalarSelect[str]:
    """The same for the one unit that ``unit`` selects, as a column beside others: see ``unit_tree_from_text``."""
    return select(func.aggregate_strings(cast(_tree_below(unit).c[0], String), ",")).scalar_subquery()


def unit_tree_from_text(text: str) -> frozenset[int]:
    """The units of ``unit_tree_as_text``."""
    return frozenset(map(int, text.split(",")))


def _tree_below(unit: Select[int]) -> CTE:
    tree = unit.cte("unit_tree", recursive=True)
    return tree.union(select(Unit.id).join(tree, Unit.parent_id == tree.c[0]))


def units_among(unit_ids: Collection[int], *, with_archived: bool = False) -> list[Unit]:
    """These units by name; without the archived ones unless asked for."""
    statement = select(Unit).where(Unit.id.in_(unit_ids)).order_by(func.lower(Unit.name), Unit.id)
    if not with_archived:
        statement = statement.where(Unit.archived_at.is_(None))
    return list(current_session().scalars(statement))


def units_for(actor: Actor) -> list[Unit]:
    """The units in use that the actor belongs to or stands above. Every unit for the system."""
    if actor.is_system:
        everything = select(Unit).where(Unit.archived_at.is_(None)).order_by(func.lower(Unit.name), Unit.id)
        return list(current_session().scalars(everything))
    return units_among(actor.unit_ids)


def coordinators_in(unit_ids: Collection[int]) -> list[Staff]:
    """The active coordinators whose home is one of these units, by name: who can be given a participant."""
    statement = (
        select(Staff)
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .where(StaffRole.name == Role.COORDINATOR.value, Staff.unit_id.in_(unit_ids), Staff.active)
        .order_by(func.lower(Staff.name), Staff.id)
    )
    return list(current_session().scalars(statement))


def modules_on(where: int | Actor | None) -> frozenset[str]:
    """The modules that are on for a unit; for an actor those of the home unit and of every unit below it.

    A unit's own list says what was switched there: a key for on, "-key" for off. What a unit does not mention
    it has from the unit above, and at the top from the module's default.
    """
    unit_id = where.unit_id if isinstance(where, Actor) else where
    wanted: dict[str, bool] = {}
    while unit_id is not None:
        unit = current_session().get(Unit, unit_id)
        if unit is None:
            break
        for entry in unit.modules:
            wanted.setdefault(entry.removeprefix("-"), not entry.startswith("-"))
        unit_id = unit.parent_id
    registered = current_registry().modules
    found = frozenset(key for key, module in registered.items() if wanted.get(key, module.default_on))
    return found | _switched_on_below(where) if isinstance(where, Actor) else found


def _switched_on_below(actor: Actor) -> frozenset[str]:
    """What some unit below the actor's own has switched on: who leads several units works with all they use."""
    below = actor.unit_ids - {actor.unit_id}
    if not below:
        return frozenset()
    lists = current_session().scalars(select(Unit.modules).where(Unit.id.in_(below), Unit.archived_at.is_(None)))
    return frozenset(entry for entries in lists for entry in entries) & frozenset(current_registry().modules)


def module_entries(parent_id: int | None, on: frozenset[str]) -> list[str]:
    """What a unit below ``parent_id`` has to keep, so that exactly the modules ``on`` are on for it."""
    inherited = modules_on(parent_id)
    known = frozenset(current_registry().modules)
    return sorted(on & known - inherited) + sorted(f"-{key}" for key in inherited - on)


@dataclass(frozen=True)
class UnitLine:
    """A unit in the tree, and how deep it stands below the first one."""

    unit: Unit
    depth: int


def unit_lines(unit_ids: Collection[int], *, with_archived: bool = False) -> list[UnitLine]:
    """These units as a tree, each below its parent, sisters by name. One query, however many there are."""
    units = units_among(unit_ids, with_archived=with_archived)
    known = {unit.id for unit in units}
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    return list(_walk(below, None, 0))


def _walk(below: dict[int | None, list[Unit]], parent_id: int | None, depth: int) -> Iterator[UnitLine]:
    for unit in below.get(parent_id, []):
        yield UnitLine(unit, depth)
        yield from _walk(below, unit.id, depth + 1)


def unit_choices(unit_ids: Collection[int]) -> list[tuple[int, str]]:
    """Pairs for a select field, indented as the tree stands; archived units are left out."""
    return [(line.unit.id, "\u2003" * line.depth + line.unit.name) for line in unit_lines(unit_ids)]


def staff_counts(unit_ids: Collection[int]) -> dict[int, int]:
    """How many active staff each of these units has itself; a unit without any is left out."""
    statement = (
        select(Staff.unit_id, func.count()).where(Staff.unit_id.in_(unit_ids), Staff.active).group_by(Staff.unit_id)
    )
    return {row[0]: row[1] for row in current_session().execute(statement)}


@dataclass(frozen=True)
class StaffFilters:
    """What the staff list is narrowed to. ``state``: active, invited, disabled or all."""

    q: str = ""
    unit_id: int | None = None
    role: Role | None = None
    state: str = "active"


def staff_in(actor: Actor, filters: StaffFilters) -> Select[Staff]:
    """The staff of the actor's units under ``filters``, without order."""
    statement = select(Staff).options(selectinload(Staff.roles), joinedload(Staff.unit))
    if not actor.is_system:
        statement = statement.where(Staff.unit_id.in_(actor.unit_ids))
    if filters.q:
        wanted = f"%{_like(filters.q)}%"
        statement = statement.where(or_(Staff.name.ilike(wanted, escape="\\"), Staff.email.ilike(wanted, escape="\\")))
    if filters.unit_id is not None:
        statement = statement.where(Staff.unit_id == filters.unit_id)
    if filters.role is not None:
        statement = statement.where(Staff.roles.any(StaffRole.name == filters.role.value))
    return _in_state(statement, filters.state)


def _in_state(statement: Select[Staff], state: str) -> Select[Staff]:
    if state == "active":
        return statement.where(Staff.active)
    if state == "invited":
        return statement.where(Staff.active, Staff.password.is_(None))
    return statement.where(Staff.active.is_(False)) if state == "disabled" else statement


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def staff_one(actor: Actor, public_id: str) -> Staff:
    """One member of staff in the actor's units. Raises NotVisible."""
    found: Staff | None = current_session().scalar(
        staff_in(actor, StaffFilters(state="all")).where(Staff.public_id == public_id)
    )
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def unit_one(actor: Actor, public_id: str) -> Unit:
    """One of the actor's units. Raises NotVisible."""
    found = current_session().scalar(select(Unit).where(Unit.public_id == public_id))
    if found is None or not (actor.is_system or found.id in actor.unit_ids):
        raise NotVisible("Not found, or not visible to you.")
    return found


def names_of(staff_ids: Collection[int]) -> dict[int, str]:
    """The names of these people, by id; who is gone is left out."""
    rows = current_session().execute(select(Staff.id, Staff.name).where(Staff.id.in_(set(staff_ids))))
    return {row[0]: row[1] for row in rows}

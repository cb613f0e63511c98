"""Reading talks and press, and counting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.cooperation.models import Appearance
from crm.cooperation.words import KINDS
from crm.coverage.queries import region_book
from crm.db import current_session
from crm.folding import fold


@dataclass(frozen=True)
class AppearanceFilter:
    """What the list shows."""

    since: date
    until: date
    kind: str | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Appearances:
    """What was found, the newest first, with its figures. A place counts once however its name is written."""

    rows: Sequence[Appearance]
    by_kind: dict[str, int]
    municipalities: Sequence[str]
    asked_for: Sequence[str]
    """The municipalities that asked for it themselves."""
    reached: int
    unknown_reach: int


def appearances(actor: Actor, filters: AppearanceFilter) -> Appearances:
    """Talks and press of the actor's units in a period. Two queries."""
    statement = (
        visible(Appearance, actor)
        .where(Appearance.on_date.between(filters.since, filters.until), Appearance.removed_at.is_(None))
        .options(joinedload(Appearance.unit))
        .order_by(Appearance.on_date.desc(), Appearance.id.desc())
    )
    if filters.kind is not None:
        statement = statement.where(Appearance.kind == filters.kind)
    if filters.unit_id is not None:
        statement = statement.where(Appearance.unit_id == filters.unit_id)
    return counted(current_session().scalars(statement).all())


def counted(rows: Sequence[Appearance]) -> Appearances:
    """The figures of some talks and press."""
    return Appearances(
        rows=rows,
        by_kind={kind: sum(1 for each in rows if each.kind == kind) for kind in KINDS},
        municipalities=_places(rows),
        asked_for=_places([each for each in rows if each.by_request]),
        reached=sum(each.reach or 0 for each in rows),
        unknown_reach=sum(1 for each in rows if each.reach is None),
    )


def known_municipalities(actor: Actor, *, on: date) -> list[str]:
    """Names to choose from while typing, of the country of the actor's unit."""
    unit = current_session().get(Unit, actor.unit_id) if actor.unit_id is not None else None
    return [each.name for each in region_book().of(unit.country, "municipality", on=on)] if unit else []


def units_with_appearances(actor: Actor) -> list[tuple[int, str]]:
    """One's units that have any, by name; nothing to choose for who has but one."""
    if len(actor.unit_ids) < 2:
        return []
    having = select(Appearance.unit_id).where(Appearance.unit_id.in_(actor.unit_ids))
    statement = trusted(select(Unit.id, Unit.name).where(Unit.id.in_(having)), because="names of one's own units")
    return [(row[0], row[1]) for row in current_session().execute(statement.order_by(Unit.name))]


def _places(rows: Sequence[Appearance]) -> list[str]:
    found: dict[str, str] = {}
    for each in rows:
        if each.municipality:
            found.setdefault(each.municipality_code or fold(each.municipality), each.municipality)
    return sorted(found.values(), key=fold)

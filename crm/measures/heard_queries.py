"""Talks, press and conferences, and what employers said of us: counted where their module is on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from crm.accounts.queries import modules_on
from crm.accounts.scopes import trusted
from crm.cooperation.models import Appearance
from crm.cooperation.modules import TALKS
from crm.cooperation.queries import counted
from crm.db import current_session
from crm.partnerships.models import Testimonial
from crm.partnerships.modules import PARTNERSHIPS
from crm.reports.filters import FollowUpFilters

_COUNTS = "of the units of the actor"


@dataclass(frozen=True)
class Heard:
    """How often the units were heard or read in public, and how far that reached."""

    by_kind: Mapping[str, int]
    by_request: Mapping[str, int]
    """How many of them somebody had asked for, by kind."""
    municipalities: int
    asked_for: int
    """Municipalities that asked for it themselves."""
    reached: int
    unknown_reach: int


@dataclass(frozen=True)
class Said:
    """Testimonials of the period, and those that may be shown to others."""

    count: int
    shown: int


def units_with(filters: FollowUpFilters, module: str) -> tuple[int, ...]:
    """The units of a report for which a module is on."""
    return tuple(sorted(unit_id for unit_id in filters.unit_ids if module in modules_on(unit_id)))


def talking_units(filters: FollowUpFilters) -> tuple[int, ...]:
    """The units of a report that write talks and press down."""
    return units_with(filters, TALKS.key)


def promising_units(filters: FollowUpFilters) -> tuple[int, ...]:
    """The units of a report that write testimonials down."""
    return units_with(filters, PARTNERSHIPS.key)


def appearances_of(filters: FollowUpFilters) -> Sequence[Appearance]:
    """Talks, press and conferences of the period, the newest first. One statement."""
    statement = (
        select(Appearance)
        .where(
            Appearance.unit_id.in_(talking_units(filters)),
            Appearance.on_date.between(filters.since, filters.until),
            Appearance.removed_at.is_(None),
        )
        .order_by(Appearance.on_date.desc(), Appearance.id.desc())
    )
    return current_session().scalars(trusted(statement, because=_COUNTS)).all()


def heard(filters: FollowUpFilters) -> Heard:
    """What the units did in public in the period. One statement."""
    found = counted(appearances_of(filters))
    return Heard(
        by_kind=found.by_kind,
        by_request={kind: sum(each.by_request for each in found.rows if each.kind == kind) for kind in found.by_kind},
        municipalities=len(found.municipalities),
        asked_for=len(found.asked_for),
        reached=found.reached,
        unknown_reach=found.unknown_reach,
    )


def said_in(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    """The testimonials of the period that stand."""
    return [
        Testimonial.unit_id.in_(promising_units(filters)),
        Testimonial.said_on.between(filters.since, filters.until),
        Testimonial.removed_at.is_(None),
    ]


def said(filters: FollowUpFilters) -> Said:
    """How many testimonials there are. One statement."""
    statement = select(func.count(), func.count().filter(Testimonial.may_publish)).where(*said_in(filters))
    count, shown = current_session().execute(trusted(statement, because=_COUNTS)).one()
    return Said(count, shown)

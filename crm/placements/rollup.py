"""Placements at the parts of an organisation, counted on the page of the organisation above."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from sqlalchemy import and_, case, func, or_, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Employer
from crm.placements.models import Placement
from crm.web.filters import today

_COUNTS = "counts without persons; employers are organisation-wide"


@dataclass(frozen=True)
class PlacementsOfPart:
    """How many placements one part of an organisation has had, and how many are running."""

    name: str
    public_id: str
    total: int
    running: int


def placements_below(employer_id: int) -> Sequence[PlacementsOfPart]:
    """The placements at all employers below one, at whatever depth, those with the most first. Its own do not count."""
    below = (
        select(Employer.id.label("id"))
        .where(Employer.parent_id == employer_id)
        .cte("parts_of_employer", recursive=True)
    )
    # UNION, not UNION ALL: rows that stand under each other by mistake end the search and do not go round for ever.
    below = below.union(select(Employer.id).join(below, Employer.parent_id == below.c.id))
    day = today()
    is_running = and_(
        Placement.starts_on <= day,
        or_(Placement.ends_on.is_(None), Placement.ends_on >= day),
        Placement.end_reason.is_(None),
        Placement.status == "active",
    )
    statement = (
        select(Employer.name, Employer.public_id, func.count(), func.sum(case((is_running, 1), else_=0)))
        .join(Placement, Placement.employer_id == Employer.id)
        .where(Employer.id.in_(select(below.c.id)), Employer.id != employer_id)
        .group_by(Employer.id, Employer.name, Employer.public_id)
        .order_by(func.count().desc(), Employer.name)
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    return [PlacementsOfPart(name, public_id, total, running or 0) for name, public_id, total, running in rows]


def rollup_panel(context: Mapping[str, Any]) -> str:
    """The placements at the parts, in figures; nothing for an employer that has no parts with placements."""
    employer: Employer = context["employer"]
    parts = placements_below(employer.id)
    if not parts:
        return ""
    return render_template(
        "placements/rollup_panel.html",
        parts=parts,
        total=sum(part.total for part in parts),
        running=sum(part.running for part in parts),
    )

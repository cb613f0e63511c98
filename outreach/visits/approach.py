"""A visit that was agreed opens the number of an employer that has a block against advertising."""

from typing import Any

from sqlalchemy import Select, select

from crm.actors import Actor
from crm.extension_points import ApproachReason
from outreach.visits.models import Visit, VisitState


def _employers_to_visit(actor: Actor) -> Select[Any]:
    """Employers with a planned visit of the actor's units."""
    return select(Visit.employer_id).where(Visit.unit_id.in_(actor.unit_ids), Visit.state == VisitState.PLANNED)


visit_agreed = ApproachReason(key="outreach_visit", employer_ids=_employers_to_visit)

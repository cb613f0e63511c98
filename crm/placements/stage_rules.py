"""What the placement stages of the pipeline ask for."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import EmployerRelationship
from crm.extension_points import StageRequirement, Text
from crm.placements.models import Placement

_STAGES = ("placement_running", "placement_active")


def stage_requirements() -> tuple[StageRequirement, ...]:
    """An employer with a placement running has a placement that is running. It is said and never blocks."""
    return tuple(StageRequirement(f"placements.{stage}", stage, _a_placement_runs) for stage in _STAGES)


def _a_placement_runs(relationship_id: int) -> Sequence[Text]:
    statement = (
        select(Placement.id)
        .join(EmployerRelationship, EmployerRelationship.employer_id == Placement.employer_id)
        .where(
            EmployerRelationship.id == relationship_id,
            Placement.unit_id == EmployerRelationship.unit_id,
            Placement.status == "active",
            Placement.end_reason.is_(None),
        )
        .limit(1)
    )
    found = current_session().scalar(trusted(statement, because="whether there is one, without persons"))
    return () if found is not None else (_("No placement of the unit is in progress there."),)

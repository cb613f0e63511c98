"""What the placement stages of the pipeline ask for, and which employers have somebody with them."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import EmployerRelationship
from crm.extension_points import StageRequirement, Text
from crm.participants.models import Participant
from crm.placements.models import Placement

_STAGES = ("placement_running", "placement_active")


def stage_requirements() -> tuple[StageRequirement, ...]:
    """An employer with a placement running has a placement that is running. It is said and never blocks."""
    return tuple(StageRequirement(f"placements.{stage}", stage, _a_placement_runs) for stage in _STAGES)


def placed_at(actor: Actor) -> Select[int]:
    """The employers where somebody of the actor's units has a placement that is planned or in progress.

    A protected participant opens nothing: not even that there is one is told.
    """
    statement = select(Placement.employer_id).join(Placement.participant)
    return statement.where(
        Placement.unit_id.in_(actor.unit_ids), Placement.end_reason.is_(None), ~Participant.protected
    )


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

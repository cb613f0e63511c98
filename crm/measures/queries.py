"""What was agreed, and which numbers of workplaces are known."""

from collections.abc import Collection

from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session
from crm.measures.models import CoordinatorFigures, WorkplaceCount


def shows_coordinators(unit_id: int) -> bool:
    """Whether figures about single coordinators of a unit may be shown: see ``units_that_agreed``."""
    return unit_id in units_that_agreed({unit_id})


def units_that_agreed(unit_ids: Collection[int]) -> frozenset[int]:
    """The units among these of which single coordinators may be shown. One statement.

    Both are needed: an administrator has switched it on in the unit's settings, and the day and those who agreed are
    recorded here.
    """
    statement = (
        select(CoordinatorFigures.unit_id)
        .join(Unit, Unit.id == CoordinatorFigures.unit_id)
        .where(CoordinatorFigures.unit_id.in_(unit_ids), Unit.coordinator_figures_agreed.is_not(None))
    )
    return frozenset(current_session().scalars(statement))


def staff_agreements(unit_ids: Collection[int]) -> dict[int, CoordinatorFigures]:
    """What was agreed in these units, by unit."""
    rows = current_session().scalars(select(CoordinatorFigures).where(CoordinatorFigures.unit_id.in_(unit_ids)))
    return {row.unit_id: row for row in rows}


def workplace_counts() -> list[WorkplaceCount]:
    """Every number of workplaces, by municipality, the newest year first."""
    statement = select(WorkplaceCount).order_by(
        WorkplaceCount.municipality, WorkplaceCount.country, WorkplaceCount.year.desc()
    )
    return list(current_session().scalars(statement))

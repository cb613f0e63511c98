"""Reading the project card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.programmes.card_models import ProgrammeGoal, ProgrammeGrant, ProgrammeMilestone, ProgrammePartner
from crm.programmes.models import Programme
from crm.programmes.periods import months_between
from crm.tasks.models import Task, TaskState

_CHECKED = "what hangs on a programme that the caller has checked"


@dataclass(frozen=True)
class ProjectCard:
    """Everything on the card of one project."""

    programme: Programme
    grants: Sequence[ProgrammeGrant]
    partners: Sequence[ProgrammePartner]
    milestones: Sequence[ProgrammeMilestone]
    goals: Sequence[ProgrammeGoal]

    @property
    def granted(self) -> Decimal:
        """The sum of all years."""
        return sum((each.amount for each in self.grants), Decimal(0))

    @property
    def funded(self) -> Decimal | None:
        """Granted of the total budget, between 0 and 1 (or more); None without a budget."""
        budget = self.programme.total_budget
        return self.granted / budget if budget else None

    @property
    def months(self) -> tuple[int, int] | None:
        """Whole months and days left over; None while the end is open."""
        ends_on = self.programme.ends_on
        return months_between(self.programme.starts_on, ends_on) if ends_on else None


def card_of(actor: Actor, programme: Programme) -> ProjectCard:
    """The card of a programme that the actor sees: four queries."""
    session = current_session()
    grants = select(ProgrammeGrant).where(ProgrammeGrant.programme_id == programme.id).order_by(ProgrammeGrant.year)
    partners = visible(ProgrammePartner, actor).where(ProgrammePartner.programme_id == programme.id)
    milestones = visible(ProgrammeMilestone, actor).where(ProgrammeMilestone.programme_id == programme.id)
    goals = visible(ProgrammeGoal, actor).where(ProgrammeGoal.programme_id == programme.id)
    return ProjectCard(
        programme=programme,
        grants=session.scalars(trusted(grants, because=_CHECKED)).all(),
        partners=session.scalars(partners.order_by(ProgrammePartner.id)).all(),
        milestones=session.scalars(milestones.order_by(ProgrammeMilestone.on_date, ProgrammeMilestone.id)).all(),
        goals=session.scalars(goals.order_by(ProgrammeGoal.is_main.desc(), ProgrammeGoal.id)).all(),
    )


def partner_ends(programme_id: int) -> list[date | None]:
    """When each partner of a programme ends. Asked by services that have checked the programme."""
    statement = select(ProgrammePartner.ends_on).where(ProgrammePartner.programme_id == programme_id)
    return list(current_session().scalars(trusted(statement, because=_CHECKED)))


def open_sources(kind: str, *, starting_with: str) -> list[str]:
    """The sources of open tasks of a kind. Asked by services that have checked what the source begins with."""
    statement = select(Task.source_ref).where(
        Task.kind == kind, Task.state == TaskState.OPEN, Task.source_ref.startswith(starting_with, autoescape=True)
    )
    found = current_session().scalars(trusted(statement, because=_CHECKED))
    return [source_ref for source_ref in found if source_ref is not None]

"""Reading the project card."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import or_, select

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.history.subjects import table
from crm.programmes.card_models import ProgrammeGoal, ProgrammeGrant, ProgrammeMilestone, ProgrammePartner
from crm.programmes.models import Programme
from crm.programmes.periods import months_between
from crm.tasks.models import Task, TaskState

_CHECKED = "what hangs on a programme that the caller has checked"
_ORGANISATION_WIDE = "only name, number and public address are read; employers are organisation-wide"


@dataclass(frozen=True)
class ProjectCard:
    """Everything on the card of one project."""

    programme: Programme
    grants: Sequence[ProgrammeGrant]
    partners: Sequence[ProgrammePartner]
    employers: Mapping[int, tuple[str, str]]
    """Public id and name of the partners that are employers here, by the employer's id."""
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
    """The card of a programme that the actor sees: five queries."""
    session = current_session()
    grants = select(ProgrammeGrant).where(ProgrammeGrant.programme_id == programme.id).order_by(ProgrammeGrant.year)
    partners = visible(ProgrammePartner, actor).where(ProgrammePartner.programme_id == programme.id)
    milestones = visible(ProgrammeMilestone, actor).where(ProgrammeMilestone.programme_id == programme.id)
    goals = visible(ProgrammeGoal, actor).where(ProgrammeGoal.programme_id == programme.id)
    joined = session.scalars(partners.order_by(ProgrammePartner.id)).all()
    return ProjectCard(
        programme=programme,
        grants=session.scalars(trusted(grants, because=_CHECKED)).all(),
        partners=joined,
        employers=_employers_among({each.employer_id for each in joined if each.employer_id is not None}),
        milestones=session.scalars(milestones.order_by(ProgrammeMilestone.on_date, ProgrammeMilestone.id)).all(),
        goals=session.scalars(goals.order_by(ProgrammeGoal.is_main.desc(), ProgrammeGoal.id)).all(),
    )


def employer_called(text: str) -> int:
    """The employer in use with this organisation number, or with this name and no other of the same.

    Raises DomainError (field ``employer``) where there is none, or more than one.
    """
    employer = table("employer").c
    compact = "".join(text.split()).replace("-", "")
    same = or_(employer.org_number == compact, employer.sort_name == text.casefold())
    statement = select(employer.id).where(same, employer.archived_at.is_(None)).limit(2)
    found = current_session().scalars(trusted(statement, because=_ORGANISATION_WIDE)).all()
    if len(found) != 1:
        raise DomainError(_("There is not exactly one employer with this name or number."), field="employer")
    employer_id: int = found[0]
    return employer_id


def employer_text(employer_id: int | None) -> str:
    """What stands in the field for an employer: its number, else its name."""
    if employer_id is None:
        return ""
    employer = table("employer").c
    statement = select(employer.org_number, employer.name).where(employer.id == employer_id)
    number, name = current_session().execute(trusted(statement, because=_ORGANISATION_WIDE)).one()
    return str(number or name)


def _employers_among(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    if not ids:
        return {}
    employer = table("employer").c
    statement = select(employer.id, employer.public_id, employer.name).where(employer.id.in_(ids))
    rows = current_session().execute(trusted(statement, because=_ORGANISATION_WIDE))
    return {key: (public_id, name) for key, public_id, name in rows}


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

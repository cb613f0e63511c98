"""Reads of profiles, plans and competence cards. The caller has checked the participant."""

from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.participants.models import Participant
from crm.placements.models import Placement
from crm.plans.models import PaperKind, ParticipantProfile, PlanPaper

_CHECKED = "of a participant already checked"


def profile_of(participant_id: int) -> ParticipantProfile | None:
    """What a participant wants and can."""
    statement = select(ParticipantProfile).where(ParticipantProfile.participant_id == participant_id)
    return current_session().scalar(trusted(statement, because=_CHECKED))


def papers_of(participant_id: int, kind: PaperKind | None = None) -> list[PlanPaper]:
    """The versions of a participant's papers, the newest first."""
    statement = select(PlanPaper).where(PlanPaper.participant_id == participant_id)
    if kind is not None:
        statement = statement.where(PlanPaper.kind == kind)
    statement = statement.order_by(PlanPaper.number.desc(), PlanPaper.id.desc())
    return list(current_session().scalars(trusted(statement, because=_CHECKED)))


def placements_to_show_at(person: Participant) -> list[Placement]:
    """Where a competence card can be shown: the participant's placements that have not ended, the newest first."""
    statement = (
        select(Placement)
        .where(Placement.participant_id == person.id, Placement.end_reason.is_(None))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
    )
    return list(current_session().scalars(trusted(statement, because=_CHECKED)))

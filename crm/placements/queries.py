"""Reads of placements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import condition, scoped, trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.text_index import text_index
from crm.participants.models import Enrolment
from crm.placements.models import Placement

MOST_MATCHES = 10
HIRED = "hired"
_PLACES_AT = trusted(
    select(func.count()).select_from(Placement).where(Placement.employer_id == bindparam("employer_id")),
    because="a count without persons",
)
# Somebody who was hired shortly before the exit works there at the exit, though the placement has ended.
_HIRED_BEFORE_EXIT = timedelta(days=30)


@dataclass(frozen=True)
class PlacementsAt:
    """Placements at an employer: those of participants whom the reader sees, and how many there are besides."""

    seen: Sequence[Placement]
    others: int


def placements_of(actor: Actor, participant_id: int) -> list[Placement]:
    """A participant's placements with their employers, the newest first."""
    statement = (
        visible(Placement, actor)
        .where(Placement.participant_id == participant_id)
        .options(joinedload(Placement.employer), joinedload(Placement.workplace))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
    )
    return list(current_session().scalars(statement))


def placements_at(actor: Actor, employer_id: int, *, limit: int = 20) -> PlacementsAt:
    """The newest placements at an employer. Participants whom the actor does not see are only counted."""
    session = current_session()
    total = session.scalar(_PLACES_AT, {"employer_id": employer_id}) or 0
    if not total:
        return PlacementsAt((), 0)
    own = session.scalar(scoped(_PLACES_AT, condition(Placement, actor)), {"employer_id": employer_id}) or 0
    statement = (
        visible(Placement, actor)
        .where(Placement.employer_id == employer_id)
        .options(joinedload(Placement.participant))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
        .limit(limit)
    )
    return PlacementsAt(tuple(session.scalars(statement)), total - own)


def current_employer_for_exit(enrolment_id: int, on: date) -> Placement | None:
    """The placement or job that the person of an enrolment has on a day, or was hired from within 30 days before.

    The enrolment's own comes before others of the same person, the latest start first. The caller has checked the
    enrolment.
    """
    person = select(Enrolment.participant_id).where(Enrolment.id == enrolment_id).scalar_subquery()
    running = or_(Placement.ends_on.is_(None), Placement.ends_on >= on)
    just_hired = (Placement.end_reason == HIRED) & (Placement.ends_on >= on - _HIRED_BEFORE_EXIT)
    statement = (
        select(Placement)
        .where(Placement.participant_id == person, Placement.starts_on <= on, or_(running, just_hired))
        .options(joinedload(Placement.employer))
        .order_by(
            (func.coalesce(Placement.enrolment_id, 0) == enrolment_id).desc(),
            Placement.starts_on.desc(),
            Placement.id.desc(),
        )
        .limit(1)
    )
    return current_session().scalar(trusted(statement, because="of an enrolment already checked"))


def employers_like(actor: Actor, text: str) -> list[Employer]:
    """Employers in use whose name, number or place has every word of ``text``; at most ten."""
    if not text.strip():
        return []
    statement = (
        visible(Employer, actor)
        .where(text_index().find(text).condition, Employer.archived_at.is_(None))
        .order_by(Employer.sort_name, Employer.id)
        .limit(MOST_MATCHES)
    )
    return list(current_session().scalars(statement))

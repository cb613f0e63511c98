"""Reads of placements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import Unit
from crm.accounts.queries import modules_on
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.text_index import text_index
from crm.participants.models import Enrolment
from crm.placements.around_models import (
    AdaptedPosts,
    Occupation,
    PlacementAlert,
    PlacementRules,
    SharingConsent,
    SharingEntry,
)
from crm.placements.gaps import SHIPPED, GapKind, Level
from crm.placements.models import BEFORE_START, Placement
from crm.placements.step_models import Clarification

IN_FULL = "placements_full"
"""The module with which a unit works with clarifications, check-ins, evaluations and certificates."""
MOST_MATCHES = 10
MOST_ALERTS = 50
HIRED = "hired"
# With fewer persons, a share would tell of one of them.
FEWEST_FOR_SHARE = 3
# Somebody who was hired shortly before the exit works there at the exit, though the placement has ended.
_HIRED_BEFORE_EXIT = timedelta(days=30)


@dataclass(frozen=True)
class EmployerFigures:
    """Figures of an employer without persons; those at its parts stand in rollup.py.

    ``running`` counts placements in progress, ``fte`` their full-time equivalents (a placement without a share counts
    as whole). ``retained`` of ``persons``: who is still there or was hired.
    """

    total: int = 0
    running: int = 0
    fte: float = 0.0
    retained: int = 0
    persons: int = 0

    @property
    def share_is_shown(self) -> bool:
        """Whether there are enough persons for a share."""
        return self.persons >= FEWEST_FOR_SHARE


def placements_of(actor: Actor, participant_id: int) -> list[Placement]:
    """A participant's placements with their employers, the newest first."""
    statement = (
        visible(Placement, actor)
        .where(Placement.participant_id == participant_id)
        .options(joinedload(Placement.employer), joinedload(Placement.workplace))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
    )
    return list(current_session().scalars(statement))


def last_evaluated(actor: Actor, participant_id: int) -> Placement | None:
    """The placement of a participant that ended last of those with an evaluation."""
    statement = (
        visible(Placement, actor)
        .where(Placement.participant_id == participant_id, Placement.evaluations.any())
        .options(joinedload(Placement.employer), selectinload(Placement.evaluations))
        .order_by(Placement.ends_on.desc(), Placement.id.desc())
        .limit(1)
    )
    return current_session().scalar(statement)


def numbers_to_call(participant_id: int) -> list[tuple[str, str]]:
    """Employer, and who to call if something happens there, of a participant's placements that have not ended.

    The caller has checked the participant.
    """
    statement = (
        select(Employer.name, Clarification.who_to_call)
        .join(Placement, Placement.employer_id == Employer.id)
        .join(Clarification, Clarification.placement_id == Placement.id)
        .where(Placement.participant_id == participant_id, Placement.end_reason.is_(None))
        .where(Clarification.who_to_call.is_not(None))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
    )
    found = current_session().execute(trusted(statement, because="of a participant already checked"))
    return [(name, who) for name, who in found if who]


def employer_figures(employer_id: int) -> EmployerFigures:
    """The figures of an employer, in one query."""
    statement = select(
        Placement.participant_id,
        Placement.fte_percent,
        Placement.status,
        Placement.end_reason,
        Placement.cancelled,
    ).where(Placement.employer_id == employer_id)
    return figures_of(current_session().execute(trusted(statement, because="figures without persons")).all())


def figures_of(rows: Sequence[Any]) -> EmployerFigures:
    """The figures of placements that have these columns."""
    begun = [row for row in rows if row.status not in BEFORE_START and not row.cancelled]
    running = [row for row in begun if row.end_reason is None and row.status == "active"]
    retained = {row.participant_id for row in begun if row.end_reason in (None, HIRED)}
    return EmployerFigures(
        total=len(rows),
        running=len(running),
        fte=sum(row.fte_percent or 100 for row in running) / 100,
        retained=len(retained),
        persons=len({row.participant_id for row in begun}),
    )


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
        .where(Placement.status.not_in(BEFORE_START), ~Placement.cancelled)
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


def placements_in_full(unit_id: int) -> bool:
    """Whether a unit works with the whole course of a placement, and not only with its start and end."""
    return IN_FULL in modules_on(unit_id)


def levels_for(unit_id: int) -> dict[GapKind, Level]:
    """What a unit makes of each kind of gap: its own rules, else those of the unit above, else what is shipped."""
    session = current_session()
    at: int | None = unit_id
    while at is not None:
        rules = session.scalar(select(PlacementRules).where(PlacementRules.unit_id == at))
        if rules is not None:
            return {kind: Level(rules.levels.get(kind.value, SHIPPED[kind].value)) for kind in GapKind}
        at = session.scalar(select(Unit.parent_id).where(Unit.id == at))
    return dict(SHIPPED)


def placements_of_chain(participant_id: int, employer_id: int) -> list[Placement]:
    """The placements of one person, who was checked, at one employer, in the order in which they began."""
    statement = (
        select(Placement)
        .where(Placement.participant_id == participant_id, Placement.employer_id == employer_id)
        .order_by(Placement.starts_on, Placement.id)
    )
    return list(current_session().scalars(trusted(statement, because="of the same person as one already checked")))


def may_be_told(participant_id: int, employer_id: int) -> frozenset[str]:
    """What a participant, whom the caller has checked, agrees that an employer is told. Without a word: nothing."""
    newest = (
        select(SharingConsent.items)
        .where(SharingConsent.participant_id == participant_id, SharingConsent.employer_id == employer_id)
        .order_by(SharingConsent.id.desc())
        .limit(1)
    )
    found = current_session().scalar(trusted(newest, because="of a participant already checked"))
    return frozenset(found or ())


def occupations() -> list[Occupation]:
    """The occupations that are configured, by name."""
    return list(current_session().scalars(select(Occupation).order_by(Occupation.name)))


def sharing_log(actor: Actor, placement: Placement) -> list[SharingEntry]:
    """What the employer of a placement was told of its participant, the newest first."""
    statement = (
        visible(SharingEntry, actor)
        .where(
            SharingEntry.participant_id == placement.participant_id,
            SharingEntry.employer_id == placement.employer_id,
        )
        .order_by(SharingEntry.id.desc())
    )
    return list(current_session().scalars(statement))


def open_alerts(actor: Actor) -> list[PlacementAlert]:
    """For whom somebody must act now, the longest waiting first, with their placements."""
    of_placement = joinedload(PlacementAlert.placement)
    statement = (
        visible(PlacementAlert, actor)
        .where(PlacementAlert.dealt_with_at.is_(None))
        .options(of_placement.joinedload(Placement.participant), of_placement.joinedload(Placement.employer))
        .order_by(PlacementAlert.since, PlacementAlert.id)
        .limit(MOST_ALERTS)
    )
    return list(current_session().scalars(statement))


def adapted_posts_at(employer_id: int) -> list[AdaptedPosts]:
    """The figures of adapted posts at an employer, the oldest first. Figures without persons."""
    statement = select(AdaptedPosts).where(AdaptedPosts.employer_id == employer_id).order_by(AdaptedPosts.as_of)
    return list(current_session().scalars(statement))

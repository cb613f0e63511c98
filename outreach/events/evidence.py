"""For which commitments of those who came an event may be shown as evidence."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.partnerships.models import Commitment, CommitmentEvidence, Partnership
from crm.partnerships.shown import source_of
from outreach.events.models import EventInvitation, OutreachEvent

EVENT = "event"
"""The kind of commitment for which contacts of the kind "event" are counted."""


@dataclass(frozen=True)
class Offer:
    """A commitment that runs on the day of the event. ``counts``: the coming is counted for it without anybody's
    doing; ``given``: the event stands among its evidence."""

    commitment: Commitment
    contact_id: int | None
    counts: bool
    given: bool


def offers_for(actor: Actor, event: OutreachEvent) -> list[Offer]:
    """The running commitments of the employers that came. Three queries, one where nobody came."""
    contacts = _contacts(event)
    if not contacts:
        return []
    statement = (
        visible(Commitment, actor)
        .join(Commitment.partnership)
        .where(
            Partnership.employer_id.in_(contacts),
            Partnership.ended_on.is_(None),
            Commitment.cancelled_on.is_(None),
            Commitment.starts_on <= event.day,
            Commitment.ends_on >= event.day,
        )
        .options(contains_eager(Commitment.partnership).joinedload(Partnership.employer))
        .order_by(Partnership.employer_id, Commitment.id)
    )
    found = list(current_session().scalars(statement))
    # For placements and visits evidence only explains what is counted anyway: there is nothing to add.
    found = [each for each in found if each.kind == EVENT or source_of(each.kind) == "evidence"]
    given = _given(actor, event, [each.id for each in found])
    return [
        Offer(
            commitment=each,
            contact_id=contacts[each.partnership.employer_id],
            counts=each.kind == EVENT,
            given=each.id in given,
        )
        for each in found
    ]


def _contacts(event: OutreachEvent) -> dict[int, int | None]:
    statement = select(EventInvitation.employer_id, EventInvitation.contact_id).where(
        EventInvitation.event_id == event.id, EventInvitation.came > 0, EventInvitation.employer_id.is_not(None)
    )
    rows = current_session().execute(trusted(statement, because="of an event that the caller has read"))
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _given(actor: Actor, event: OutreachEvent, commitment_ids: list[int]) -> set[int]:
    statement = visible(CommitmentEvidence, actor).where(
        CommitmentEvidence.commitment_id.in_(commitment_ids),
        CommitmentEvidence.on_date == event.day,
        CommitmentEvidence.text == event.title,
        CommitmentEvidence.removed_at.is_(None),
    )
    return {each.commitment_id for each in current_session().scalars(statement)}

"""Who sees which partnerships: those who work in the unit, or above it. Evaluators see figures only."""

from sqlalchemy import ColumnElement, false, select

from crm.actors import Actor
from crm.employers.queries import STAFF
from crm.partnerships.models import (
    Commitment,
    CommitmentEvidence,
    Partnership,
    PartnershipReview,
    Testimonial,
)


def partnership_scope(actor: Actor) -> ColumnElement[bool]:
    """Partnerships of one's units."""
    return Partnership.unit_id.in_(actor.unit_ids) if actor.has_role(*STAFF) else false()


def commitment_scope(actor: Actor) -> ColumnElement[bool]:
    """Commitments of the partnerships that one sees."""
    return Commitment.partnership_id.in_(select(Partnership.id).where(partnership_scope(actor)))


def review_scope(actor: Actor) -> ColumnElement[bool]:
    """Reviews of the partnerships that one sees."""
    return PartnershipReview.partnership_id.in_(select(Partnership.id).where(partnership_scope(actor)))


def evidence_scope(actor: Actor) -> ColumnElement[bool]:
    """Evidence of the commitments that one sees; what was removed too, so that it can come back."""
    return CommitmentEvidence.commitment_id.in_(select(Commitment.id).where(commitment_scope(actor)))


def testimonial_scope(actor: Actor) -> ColumnElement[bool]:
    """Testimonials that one's units were given."""
    return Testimonial.unit_id.in_(actor.unit_ids) if actor.has_role(*STAFF) else false()

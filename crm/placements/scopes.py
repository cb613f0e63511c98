"""Who sees which placements."""

from sqlalchemy import ColumnElement

from crm.actors import Actor
from crm.participants.scopes import follows_participant
from crm.placements.models import Placement


def placement_scope(actor: Actor) -> ColumnElement[bool]:
    """A placement is seen by those who see the participant."""
    return follows_participant(Placement.participant_id, actor)

"""Who sees which rows of surveys: those who see the participant. Answers of one person are read by nobody this way."""

from sqlalchemy import ColumnElement, false, select

from crm.actors import Actor
from crm.extension_points import Scope
from crm.participants.scopes import follows_participant
from surveys.models import Answer, DueRow, Response


def due_row_scope(actor: Actor) -> ColumnElement[bool]:
    """A due row is seen by those who see the participant."""
    return follows_participant(DueRow.participant_id, actor)


def response_scope(actor: Actor) -> ColumnElement[bool]:
    """That somebody answered, and when, is seen by those who see the participant."""
    return Response.due_id.in_(select(DueRow.id).where(due_row_scope(actor)))


def answer_scope(actor: Actor) -> ColumnElement[bool]:
    """Single answers are in the contact history as far as they may be read; here nobody reads them."""
    return false()


def scopes() -> tuple[Scope, ...]:
    """The scopes of every guarded model."""
    return (
        Scope(DueRow, due_row_scope),
        Scope(Response, response_scope),
        Scope(Answer, answer_scope),
    )

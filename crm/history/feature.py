"""What this feature adds to the application: its templates and who sees which lines."""

from flask import Blueprint
from sqlalchemy import ColumnElement, and_, false, or_, select

from crm.actors import Actor, Role
from crm.extension_points import Feature, Scope
from crm.history.models import HistoryLine, HistoryLink
from crm.history.subjects import participant_is_visible

_READERS = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)


def whole_lines(actor: Actor) -> ColumnElement[bool]:
    """Lines that ``actor`` may read whole: of the actor's units, and about nobody the actor does not see."""
    if not actor.has_role(*_READERS):
        return false()
    hidden = select(HistoryLink.line_id).where(~participant_is_visible(actor, HistoryLink.participant_id.expression))
    mine = or_(HistoryLine.unit_id.is_(None), HistoryLine.unit_id.in_(actor.unit_ids))
    return and_(mine, HistoryLine.id.not_in(hidden))


def _links(actor: Actor) -> ColumnElement[bool]:
    return HistoryLink.line_id.in_(select(HistoryLine.id).where(whole_lines(actor)))


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="history",
        blueprints=[Blueprint("history", __name__, template_folder="templates")],
        scopes=[Scope(HistoryLine, whole_lines), Scope(HistoryLink, _links)],
    )

"""Reads of programmes."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from crm.accounts.scopes import prepared, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.programmes.models import Programme


def programmes_for(actor: Actor, *, with_archived: bool = False) -> list[Programme]:
    """The programmes that the actor knows, by name, with their targets."""
    name = ("programmes", with_archived)
    return list(current_session().scalars(prepared(actor, name, lambda: _by_name(actor, with_archived))))


def _by_name(actor: Actor, with_archived: bool) -> Select[Programme]:
    statement = visible(Programme, actor).options(selectinload(Programme.targets))
    if not with_archived:
        statement = statement.where(Programme.archived_at.is_(None))
    return statement.order_by(func.lower(Programme.name), Programme.id)


def programme_by_code(actor: Actor, code: str) -> Programme | None:
    """The programme with this code, if the actor knows it."""
    statement = visible(Programme, actor).where(func.lower(Programme.code) == code.strip().lower())
    return current_session().scalar(statement)


def code_is_taken(code: str, *, except_id: int | None = None) -> bool:
    """Whether a programme of any unit has this code."""
    statement = select(func.count()).select_from(Programme).where(func.lower(Programme.code) == code.lower())
    if except_id is not None:
        statement = statement.where(Programme.id != except_id)
    return bool(current_session().scalar(scoped(statement, Programme.id > 0)))

"""Whom messages are for, in words. Participants and staff are found by their tables: they stand above and
below."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from sqlalchemy import select

from crm.accounts.models import Staff
from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.db import current_session
from crm.messaging.models import MailboxItem, OutboxMessage
from crm.registry import current_registry

_PARTICIPANT_PAGE = "participants.show"


@dataclass(frozen=True)
class Person:
    """A name, and the page of the person where there is one."""

    name: str
    href: str | None = None


def receivers_of(actor: Actor, rows: Iterable[OutboxMessage | MailboxItem]) -> dict[int, Person]:
    """Who each row is for, by the row's id; rows whose person ``actor`` does not see are left out."""
    listed = list(rows)
    participants = _participants(actor, {row.participant_id for row in listed if row.participant_id})
    staff = _staff({row.staff_id for row in listed if row.staff_id})
    found: dict[int, Person] = {}
    for row in listed:
        person = participants.get(row.participant_id or 0) or staff.get(row.staff_id or 0)
        if person is not None:
            found[row.id] = person
    return found


def _participants(actor: Actor, ids: set[int]) -> dict[int, Person]:
    model = next((each for each in current_registry().scopes if each.__tablename__ == "participant"), None)
    if model is None or not ids:
        return {}
    rows = current_session().scalars(scoped(select(model).where(model.id.in_(ids)), condition(model, actor)))
    return {row.id: Person(row.full_name, _page_of(row)) for row in rows}


def _page_of(row: Any) -> str | None:
    if _PARTICIPANT_PAGE not in current_app.view_functions:
        return None
    return url_for(_PARTICIPANT_PAGE, public_id=row.public_id)


def _staff(ids: set[int]) -> dict[int, Person]:
    if not ids:
        return {}
    rows = current_session().execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {row.id: Person(row.name) for row in rows}

"""Small steps that the services of this feature share: conflicts, times of history lines, units."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import Versioned, current_session
from crm.errors import DomainError, EditConflict
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages


def check_version(row: Versioned, version: int | None, current: Callable[[], Mapping[str, object]]) -> None:
    """Raises EditConflict with what now stands there when ``row`` was saved since ``version`` was shown.

    None means that the caller showed nothing (an import, a job) and nothing can be lost.
    """
    if version is not None and row.version_id != version:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current=current())


def unit_of(unit_id: int) -> Unit:
    """The unit of a row that the actor has been found to see."""
    statement = select(Unit).where(Unit.id == unit_id)
    found = current_session().scalar(trusted(statement, because="the unit of a row already checked"))
    if found is None:
        raise DomainError(_("Choose a unit."), field="unit_id")
    return found


def check_unit(actor: Actor, unit_id: int) -> Unit:
    """The unit, when the actor works there. Raises DomainError on the field ``unit_id``."""
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    return unit_of(unit_id)


def moment_of(day: date, zone: str) -> datetime:
    """When something dated ``day`` stands in the history: now for today and days to come, else noon of the day."""
    now = clock.now()
    return now if day >= clock.today(zone) else clock.local_instant(day, time(12), zone)


def write_person_line(
    actor: Actor,
    *,
    kind: str,
    source_ref: str,
    at: datetime,
    participant_id: int,
    unit_id: int,
    summary: Callable[[], object],
    detail: dict[str, str] | None = None,
) -> None:
    """A line of the contact history about one participant, in every staff language. May be repeated."""
    write_line(
        actor,
        kind=kind,
        source_ref=source_ref,
        at=at,
        summary=in_all_languages(summary),
        detail=detail,
        unit_id=unit_id,
        subjects=[Subject(participant_id=participant_id)],
    )

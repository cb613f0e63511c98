"""What this feature does when others say that something has happened."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor, system_actor
from crm.db import current_session
from crm.errors import DomainError
from crm.events import EmployerClosed, EmployerClosingUndone, WorkplaceClosed, WorkplaceReopened
from crm.participants.services.editing import unit_of
from crm.placements.around_services import drop_alert, raise_alert
from crm.placements.models import Placement
from crm.placements.services import end_placement, take_back_end

CLOSED = "employer_closed"
WORKPLACE = "workplace_closed"
_MEMORY = "placements"
# Whoever is being wound up still exists: people may work there for months.
_HAS_ENDED = frozenset({"bankrupt", "closed"})


def act_on_closed_employer(event: EmployerClosed) -> None:
    """An employer is gone: its placements end for that reason, and each person stands on the act-now list.

    While it is being wound up the end is only proposed. May be repeated: what somebody has dealt with stays so.
    """
    actor = system_actor("placements.employer_closed")
    done: list[dict[str, Any]] = event.memory.setdefault(_MEMORY, [])
    for placement in _running(Placement.employer_id == event.employer_id, event.since):
        known = {alert.kind for alert in placement.alerts}
        ends_on, proposed = placement.ends_on, placement.end_proposed
        raise_alert(actor, placement=placement, kind=f"employer_{event.status}", since=event.since)
        if event.status in _HAS_ENDED:
            last_day = max(min(event.since, clock.today(unit_of(placement.unit_id).time_zone)), placement.starts_on)
            end_placement(actor, placement_id=placement.id, ends_on=last_day, reason=CLOSED)
        else:
            placement.end_proposed = True
        done.append(
            {
                "id": placement.id,
                "ends_on": ends_on.isoformat() if ends_on else None,
                "proposed": proposed,
                "version": placement.version_id,
                "alert": f"employer_{event.status}" not in known,
            }
        )


def take_closing_back(event: EmployerClosingUndone) -> None:
    """The employer had not closed: its placements go on as they were, and nobody has to act for the people there.

    What somebody has changed or dealt with since stays. May be repeated.
    """
    actor = system_actor("placements.employer_closed")
    done = {each["id"]: each for each in event.memory.get(_MEMORY, [])}
    statement = select(Placement).where(Placement.id.in_(done), Placement.employer_id == event.employer_id)
    for placement in current_session().scalars(trusted(statement, because="those that the closing ended")).all():
        before = done[placement.id]
        untouched = placement.version_id == before["version"]
        if untouched and placement.end_reason == CLOSED and not _goes_on(actor, placement, before["ends_on"]):
            continue
        if before["alert"]:
            drop_alert(actor, placement=placement, kind=f"employer_{event.status}")
        if untouched:
            placement.end_proposed = before["proposed"]


def _goes_on(actor: Actor, placement: Placement, ends_on: str | None) -> bool:
    """Take the end back. Where the unit insists by now on something that is missing, the end stays, and so does the
    person on the act-now list: somebody has to write it down first."""
    try:
        take_back_end(actor, placement_id=placement.id, planned_end=date.fromisoformat(ends_on) if ends_on else None)
    except DomainError:
        return False
    return True


def act_on_closed_workplace(event: WorkplaceClosed) -> None:
    """A workplace has closed while its employer may go on: who works there stands on the act-now list. Their placements
    do not end by themselves, because people may be moved to another workplace. May be repeated."""
    actor = system_actor("placements.workplace_closed")
    for placement in _running(Placement.workplace_id == event.workplace_id, event.since):
        raise_alert(actor, placement=placement, kind=WORKPLACE, since=event.since)


def forget_closed_workplace(event: WorkplaceReopened) -> None:
    """The workplace is in use: nobody has to act for the people there. May be repeated."""
    actor = system_actor("placements.workplace_closed")
    for placement in _running(Placement.workplace_id == event.workplace_id, None):
        drop_alert(actor, placement=placement, kind=WORKPLACE)


def _running(where: ColumnElement[bool], since: date | None) -> list[Placement]:
    """Placements somewhere that have not ended, also not before ``since``."""
    statement = select(Placement).where(where, Placement.end_reason.is_(None))
    found = current_session().scalars(trusted(statement, because="everybody at a place that has closed")).all()
    return [each for each in found if since is None or not _ended_before(each, since)]


def _ended_before(placement: Placement, since: date) -> bool:
    today = clock.today(unit_of(placement.unit_id).time_zone)
    return placement.ends_on is not None and placement.ends_on < min(since, today)

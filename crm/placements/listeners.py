"""What this feature does when others say that something has happened."""

from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session
from crm.events import EmployerClosed
from crm.participants.services.editing import unit_of
from crm.placements.around_services import raise_alert
from crm.placements.models import Placement
from crm.placements.services import end_placement

CLOSED = "employer_closed"
# Whoever is being wound up still exists: people may work there for months.
_HAS_ENDED = frozenset({"bankrupt", "closed"})


def act_on_closed_employer(event: EmployerClosed) -> None:
    """An employer is gone: its placements end for that reason, and each person stands on the act-now list.

    While it is being wound up the end is only proposed. May be repeated: what somebody has dealt with stays so.
    """
    actor = system_actor("placements.employer_closed")
    statement = select(Placement).where(Placement.employer_id == event.employer_id, Placement.end_reason.is_(None))
    running = trusted(statement, because="everybody at an employer that has closed")
    for placement in current_session().scalars(running).all():
        today = clock.today(unit_of(placement.unit_id).time_zone)
        if placement.ends_on is not None and placement.ends_on < min(event.since, today):
            continue
        raise_alert(actor, placement=placement, kind=f"employer_{event.status}", since=event.since)
        if event.status in _HAS_ENDED:
            last_day = max(min(event.since, today), placement.starts_on)
            end_placement(actor, placement_id=placement.id, ends_on=last_day, reason=CLOSED)
        else:
            placement.end_proposed = True

"""What is not kept longer than it is needed: what was discarded or never looked at, and devices on which somebody has
signed out."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.extension_points import PeriodicJob
from outreach.visits.models import ReportState, VisitDevice, VisitReport
from outreach.visits.services.reports import give_up_report

DISCARDED_FOR = timedelta(days=7)
"""So long what was discarded can be taken back."""
KEPT_FOR = timedelta(days=90)
"""So long what came from a telephone waits for its writer to look at it; who has left never does."""
CLEARED_FOR = timedelta(days=30)
_ACTOR = system_actor("outreach.visits")
_EACH = 200


def tidy() -> str:
    """Empty what was discarded a week ago and what nobody has looked at for three months, and forget devices that have
    kept nothing for a month. May be repeated."""
    now = clock.now()
    old = update(VisitReport).where(
        VisitReport.state == ReportState.DISCARDED,
        VisitReport.settled_at < now - DISCARDED_FOR,
        VisitReport.reason.is_not(None),
    )
    gone = delete(VisitDevice).where(VisitDevice.cleared_at < now - CLEARED_FOR, VisitDevice.cut_off_at.is_(None))
    given_up = _give_up(now)
    with transaction():
        session = current_session()
        emptied = cast(CursorResult[Any], session.execute(old.values(fields={}, reason=None))).rowcount
        forgotten = cast(CursorResult[Any], session.execute(gone)).rowcount
    return f"{emptied + given_up} emptied, {forgotten} devices forgotten"


def _give_up(now: datetime) -> int:
    count = 0
    statement = (
        select(VisitReport)
        .where(VisitReport.state == ReportState.KEPT, VisitReport.received_at < now - KEPT_FOR)
        .order_by(VisitReport.id)
        .limit(_EACH)
        .with_for_update(of=VisitReport)
    )
    while True:
        with transaction():
            because = "nobody has looked at them for three months, and nothing of them is shown"
            found = current_session().scalars(trusted(statement, because=because)).all()
            for report in found:
                give_up_report(_ACTOR, report)
            count += len(found)
        if len(found) < _EACH:
            return count


JOBS = (PeriodicJob("outreach.visits", every=timedelta(days=1), run=tidy, late_after=timedelta(days=3)),)

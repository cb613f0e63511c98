"""What is not kept longer than it is needed: what was discarded, and devices on which somebody has signed out."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update

from crm import clock
from crm.db import current_session, transaction
from crm.extension_points import PeriodicJob
from outreach.visits.models import ReportState, VisitDevice, VisitReport

DISCARDED_FOR = timedelta(days=7)
"""So long what was discarded can be taken back."""
CLEARED_FOR = timedelta(days=30)


def tidy() -> str:
    """Empty what was discarded a week ago, and forget devices that have kept nothing for a month. May be repeated."""
    now = clock.now()
    old = update(VisitReport).where(
        VisitReport.state == ReportState.DISCARDED,
        VisitReport.settled_at < now - DISCARDED_FOR,
        VisitReport.reason.is_not(None),
    )
    gone = delete(VisitDevice).where(VisitDevice.cleared_at < now - CLEARED_FOR, VisitDevice.cut_off_at.is_(None))
    with transaction():
        session = current_session()
        emptied = cast(CursorResult[Any], session.execute(old.values(fields={}, reason=None))).rowcount
        forgotten = cast(CursorResult[Any], session.execute(gone)).rowcount
    return f"{emptied} emptied, {forgotten} devices forgotten"


JOBS = (PeriodicJob("outreach.visits", every=timedelta(days=1), run=tidy, late_after=timedelta(days=3)),)

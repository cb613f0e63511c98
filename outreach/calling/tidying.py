"""What is not kept longer than it is needed: what was typed in calls that nobody has ever closed."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.extension_points import PeriodicJob
from outreach.calling.models import Call

KEPT_FOR = timedelta(days=60)
"""So long a call can be taken up again after somebody last typed in it; it outlives a summer's holidays."""
BATCH = 200
_KEY = "outreach.calls"
_ACTOR = system_actor(_KEY)


def throw_abandoned_away() -> str:
    """Throw calls away that nobody has typed in for sixty days: what was said in them stands nowhere else, and is of no
    use any more. May run twice and at the same time as itself; each batch is a transaction of its own."""
    done = 0
    while number := _batch(clock.now() - KEPT_FOR):
        done += number
    return f"{done} thrown away"


def _batch(before: datetime) -> int:
    with transaction() as session:
        calls = session.scalars(trusted(_abandoned(before), because="a job of the system, for every unit")).all()
        for call in calls:
            record(
                _ACTOR, "outreach_call.discarded", subject_type="employer", subject_id=call.employer_id,
                unit_id=call.unit_id,
            )  # fmt: skip
            current_session().delete(call)
    return len(calls)


def _abandoned(before: datetime) -> Select[Call]:
    """A batch of them, locked; whoever types in one at this moment keeps it, and so does another run."""
    statement = select(Call).where(Call.ended_at.is_(None), Call.saved_at < before).order_by(Call.id).limit(BATCH)
    return statement.with_for_update(of=Call, skip_locked=True).execution_options(populate_existing=True)


JOBS = (PeriodicJob(_KEY, every=timedelta(days=1), run=throw_abandoned_away, late_after=timedelta(days=3)),)

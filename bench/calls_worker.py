"""One caller: `python -m bench.calls_worker REPORT LIST STAFF NUMBER` takes the next one of a list again and again.

What a claim costs is the processor time of this process while it claims, and of its connection's server process. So
that there is a next one, each call is finished over another connection, which is not counted.
"""

import json
import sys
import time
from pathlib import Path

from sqlalchemy import Connection, select, text, update

from bench.cpu import cpu_seconds
from crm.accounts.models import Staff
from crm.accounts.queries import unit_tree_ids
from crm.actors import Actor, ActorKind
from crm.app import create_app
from crm.db import current_session, db, transaction
from outreach.lists.models import CallEntry, EntryState
from outreach.lists.services import next_entry

_BATCH = 100


def main() -> None:
    """Call, and write down the milliseconds of a claim."""
    report, list_id, staff_id, number = sys.argv[1], *(int(each) for each in sys.argv[2:5])
    app = create_app()
    with app.app_context(), db.engine.connect() as aside:
        actor = _actor(staff_id)
        _batch(actor, list_id, aside, claims=20)  # fills caches that live as long as the process
        sizes = [min(_BATCH, number - first) for first in range(0, number, _BATCH)]
        spent = [_batch(actor, list_id, aside, claims=claims) / claims for claims in sizes]
    # What else the machine does makes a batch dearer, never cheaper.
    Path(report).write_text(json.dumps({"cpu_ms": 1000 * min(spent), "claims": number}))


def _batch(actor: Actor, list_id: int, aside: Connection, *, claims: int) -> float:
    """The processor seconds of some claims, commits included."""
    server = _server()
    before, own = cpu_seconds(server), 0.0
    for _each in range(claims):
        began = time.process_time()
        with transaction():
            entry = next_entry(actor, list_id=list_id)
            entry_id = entry.id if entry else 0
        own += time.process_time() - began
        done = {"state": EntryState.DONE, "taken_by_id": None, "taken_until": None}
        aside.execute(update(CallEntry).where(CallEntry.id == entry_id).values(done))
        aside.commit()
    return own + cpu_seconds(server) - before


def _server() -> list[int]:
    """The process of PostgreSQL that works for this connection, which the pool gives out again and again."""
    if db.engine.dialect.name != "postgresql":
        return []
    return [int(current_session().scalar(text("SELECT pg_backend_pid()")) or 0)]


def _actor(staff_id: int) -> Actor:
    staff = current_session().scalars(select(Staff).where(Staff.id == staff_id)).one()
    units = unit_tree_ids(staff.unit_id)
    return Actor(ActorKind.STAFF, "bench", staff.id, staff.unit_id, units, staff.role_names, staff.language)


if __name__ == "__main__":
    main()

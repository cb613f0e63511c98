"""The next one of a long call list, taken by a caller: everything that a claim checks, and its commit."""

import json
import sys
from collections.abc import Iterator

from sqlalchemy import update

from bench.bulk import N, key
from bench.data import fill_all
from bench.installation import Installation
from bench.results import Goal, Result
from bench.sizes import Sizes
from crm import clock
from crm.db import current_session
from crm.employers.models import Employer
from outreach.lists.models import CallEntry, CallList, CallListCaller, EntryState
from outreach.scripts.models import CallScript
from tests.servers.gunicorn_app import clean_environment
from tests.servers.processes import REPOSITORY, ManagedProcess

LONG_LIST = 50_000


def calls(place: Installation, sizes: Sizes) -> Iterator[Result]:
    """Measure a caller who takes one after another from a list of 50,000, or of all employers there are."""
    place.stop()
    number = min(LONG_LIST, sizes.employers)
    with place.filling() as data:
        data.grow_employers(number)
        list_id = _list(data.unit_id, data.staff_id, number)
    told = _call(place, list_id, place.data.staff_id, min(sizes.units, number - 50))
    yield Result(
        f"the next one of a call list of {number:,}", place.database, judged=told["cpu_ms"], goal=Goal(5, "ms"),
        cpu_ms=told["cpu_ms"],
    )  # fmt: skip


def _list(unit_id: int, staff_id: int, number: int) -> int:
    session, now = current_session(), clock.now()
    script = CallScript(key="bench", titles={"en": "Bench"}, folded="bench", created_at=now)
    call_list = CallList(unit_id=unit_id, name="Bench", script=script, created_at=now)
    call_list.callers = [CallListCaller(staff_id=staff_id)]
    session.add(call_list)
    session.execute(update(Employer).values(phone="+46850000001"))
    session.commit()
    entry = {"id": N, "public_id": key("c"), "list_id": call_list.id, "employer_id": N, "position": N}
    entry |= {"state": EntryState.WAITING, "added_at": now}
    fill_all([(CallEntry.__table__, entry)], first=1, last=number)
    return call_list.id


def _call(place: Installation, list_id: int, staff_id: int, number: int) -> dict[str, float]:
    report = place.folder / "calls.json"
    arguments = [str(each) for each in (report, list_id, staff_id, number)]
    command, log = [sys.executable, "-m", "bench.calls_worker", *arguments], place.folder / "calls.log"
    worker = ManagedProcess(command=command, log=log, env=clean_environment(place.environment), cwd=REPOSITORY)
    worker.start()
    assert worker.process is not None
    status = worker.process.wait(600)
    worker.stop()
    if status != 0:
        raise RuntimeError(log.read_text()[-4000:])
    told: dict[str, float] = json.loads(report.read_text())
    return told

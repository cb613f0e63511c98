"""Putting load on a server: so many clients at a time, each on a connection that is kept."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.browsing import Browser
from bench.cpu import Meter

CLIENTS = 8
Work = Callable[[Browser, int], None]


@dataclass(frozen=True)
class Load:
    """What a run measured. ``cpu_ms`` is server and database together, for each unit of work."""

    units: int
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    per_second: float


def run_load(
    work: Work,
    *,
    open_browser: Callable[[], Browser],
    roots: list[int],
    units: int,
    clients: int = CLIENTS,
    seconds: float = 20.0,
) -> Load:
    """Do ``work`` ``units`` times with ``clients`` at a time, for at most ``seconds``. Raises what a client raised."""
    run = _Run(work, units=units, seconds=seconds)
    browsers = [open_browser() for _client in range(clients)]
    threads = [threading.Thread(target=run.client, args=(browser,), daemon=True) for browser in browsers]
    with Meter(roots) as meter:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for browser in browsers:
        browser.close()
    if run.faults:
        raise run.faults[0]
    done = sorted(run.latencies)
    return Load(
        units=len(done),
        cpu_ms=1000 * meter.spent.cpu / len(done),
        p50_ms=1000 * statistics.median(done),
        p95_ms=1000 * done[int(len(done) * 0.95)],
        per_second=len(done) / meter.spent.wall,
    )


class _Run:
    def __init__(self, work: Work, *, units: int, seconds: float) -> None:
        self._work = work
        self._units = units
        self._end = time.monotonic() + seconds
        self._numbers = itertools.count()
        self.latencies: list[float] = []
        self.faults: list[Exception] = []

    def client(self, browser: Browser) -> None:
        try:
            # count() hands each number out once, whatever the threads do.
            while (number := next(self._numbers)) < self._units and time.monotonic() < self._end and not self.faults:
                began = time.perf_counter()
                self._work(browser, number)
                self.latencies.append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001  # it is raised again where the threads are joined
            self.faults.append(error)

"""A thousand invitations: planned, sent to an SMTP server that takes everything, recorded one by one."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.cpu import Meter
from bench.installation import Installation
from bench.results import Goal, Result
from bench.sizes import Sizes
from tests.servers.gunicorn_app import clean_environment
from tests.servers.processes import LOOPBACK, REPOSITORY, ManagedProcess, free_port, port_answers


@dataclass
class Sink:
    """The process of the SMTP server."""

    folder: Path

    def __enter__(self) -> "Sink":
        self.port = free_port()
        self.store = self.folder / f"sink-{self.port}.txt"
        command = [sys.executable, "-m", "bench.sink", "--port", str(self.port), "--store", str(self.store)]
        self._process = ManagedProcess(command=command, log=self.folder / "sink.log", env=clean_environment({}))
        self._process.start()
        self._process.wait_ready(lambda: port_answers(self.port))
        return self

    def __exit__(self, *_unused: object) -> None:
        self._process.stop()

    @property
    def settings(self) -> dict[str, str]:
        """What the product has to know of it."""
        return {"BROBYGG_MAIL": "smtp", "BROBYGG_SMTP_URL": f"smtp://{LOOPBACK}:{self.port}?tls=none"}

    def message_ids(self) -> list[str]:
        """The Message-ID of each message that it took."""
        return self.store.read_text().split()


def invitations(place: Installation, sizes: Sizes, *, bare_cpu_ms: Callable[[], float]) -> Iterator[Result]:
    """Measure one worker from the plan to the last record, by the wall and by the processor."""
    place.stop()
    number = sizes.invitations
    with place.filling() as data:
        data.people_to_invite(number)
    with Sink(place.folder) as sink:
        seconds, spent = _work(place, sink)
        received = sink.message_ids()
    if len(received) != number or len(set(received)) != number:
        raise RuntimeError(f"{number} planned, {len(received)} received, {len(set(received))} of them different")
    goal = Goal(2.0 * number / 1000, "s", 1.0 * number / 1000)
    yield Result(
        f"{number:,} invitations: planned, sent, recorded", place.database, judged=seconds, goal=goal,
        cpu_ms=1000 * spent / number, multiple=1000 * spent / number / bare_cpu_ms(), per_second=number / seconds,
    )  # fmt: skip


def _work(place: Installation, sink: Sink) -> tuple[float, float]:
    """Run the two jobs in a process of their own; return its wall-clock and all processor seconds."""
    report = place.folder / "invitations.json"
    environment = clean_environment({**place.environment, **sink.settings})
    command = [sys.executable, "-m", "bench.invitations_worker", str(report)]
    log = place.folder / "invitations.log"
    worker = ManagedProcess(command=command, log=log, env=environment, cwd=REPOSITORY)
    database = [place.cluster.pid] if place.cluster is not None else []
    with Meter(database) as meter:
        worker.start()
        assert worker.process is not None
        status = worker.process.wait(300)
    worker.stop()
    if status != 0:
        raise RuntimeError(log.read_text()[-4000:])
    told = json.loads(report.read_text())
    return float(told["wall"]), float(told["cpu"]) + meter.spent.cpu

"""One fault run: senders work, are killed and stopped at named points and replaced; in the end everything
is counted."""

import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from crm.db import current_session, db
from crm.messaging.models import MessageState, OutboxMessage
from tests.conftest import make_app, make_settings
from tests.faults import letters
from tests.faults.receivers import Receiver
from tests.faults.worker import work

LEASE, SETTLE, RETRY = 1.0, 1.0, 0.2
# A sender that never comes to its point (the other one was quicker) is replaced after this many seconds.
LONGEST_LIFE = 15.0
FULL_STOCK = 40
UNSETTLED = (MessageState.PLANNED, MessageState.CLAIMED, MessageState.ON_WIRE)
SETTLED = (MessageState.ACCEPTED, MessageState.DELIVERED)


@dataclass
class Scenario:
    """What is tried: a database, a receiver, and how often a sender is killed or stopped."""

    name: str
    database_url: str | None
    receiver: Receiver
    kills: int
    stops: int = 0
    senders: int = 2
    seed: int = 1
    careless: bool = False


@dataclass
class Tally:
    """What was counted. ``lost``: said to have arrived, and the receiver has nothing. ``doubled``: the
    receiver has it twice. ``in_doubt``: shown to staff as unknown. ``ghosts``: received, never planned.
    ``unsettled``: still under way when time was up."""

    scenario: str
    askable: bool
    planned: int = 0
    arrived: int = 0
    kills: int = 0
    stops: int = 0
    lost: int = 0
    doubled: int = 0
    in_doubt: int = 0
    in_doubt_but_arrived: int = 0
    ghosts: int = 0
    failed: int = 0
    unsettled: int = 0
    seconds: float = 0.0
    kills_by_point: dict[str, int] = field(default_factory=dict)


@dataclass
class Sender:
    """A running process, and the point where it will end or stand still ('' means never)."""

    process: BaseProcess
    point: str
    stops: bool = False
    stopped_at: float | None = None
    replace_at: float = field(default_factory=lambda: time.monotonic() + LONGEST_LIFE)


class Run:
    """The state of one run."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.tally = Tally(scenario.name, scenario.receiver.askable)
        self._random = random.Random(scenario.seed)
        self._round: list[str] = []
        self._home = Path(tempfile.mkdtemp(prefix="brobygg-faults-"))
        self._senders: list[Sender] = []
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.faults.worker"])

    def go(self) -> Tally:
        """Do everything and clean up."""
        began = time.monotonic()
        try:
            app = self._prepare()
            with app.app_context():
                self._break_things()
                self._let_them_finish()
                self._count()
                db.engine.dispose()
        finally:
            for sender in self._senders:
                end(sender)
            self.scenario.receiver.stop()
            shutil.rmtree(self._home, ignore_errors=True)
        self.tally.seconds = round(time.monotonic() - began, 1)
        return self.tally

    def _prepare(self) -> Flask:
        values = dict(self.scenario.receiver.start())
        values |= {"PLUGINS": "elks46", "LEASE_SECONDS": str(LEASE), "SETTLE_SECONDS": str(SETTLE)}
        values |= {"RETRY_SECONDS": str(RETRY)}
        if self.scenario.database_url is not None:
            values["DATABASE_URL"] = self.scenario.database_url
        settings = make_settings(self._home, **values)
        self._environment = dict(settings.environment)
        app = make_app(settings)
        letters.register(app)
        return app

    def _break_things(self) -> None:
        """Keep the senders busy until enough of them have been killed and stopped."""
        while self.tally.kills < self.scenario.kills or self.tally.stops < self.scenario.stops:
            self._restock()
            while len(self._senders) < self.scenario.senders:
                self._senders.append(self._start(self._next_crash()))
            self._look_after()
            time.sleep(0.01)

    def _next_crash(self) -> str:
        """Every point once, in any order, before one comes again."""
        points = self.scenario.receiver.points
        self._round = self._round or self._random.sample(points, len(points))
        point = self._round.pop()
        visits = 3 if point.endswith("claim") else 12
        nth = self._random.randint(1, visits)
        wants_stop = self.tally.stops < self.scenario.stops and not any(sender.stops for sender in self._senders)
        return f"{point}:{nth}:STOP" if wants_stop else f"{point}:{nth}"

    def _start(self, crash: str) -> Sender:
        log = str(self._home / "workers.log")
        process = self._context.Process(
            target=work, args=(self._environment, log, crash, self.scenario.careless), daemon=True
        )
        process.start()
        return Sender(process, crash.partition(":")[0], stops=crash.endswith("STOP"))

    def _restock(self) -> None:
        waiting = count_in(MessageState.PLANNED)
        if waiting < FULL_STOCK // 2:
            letters.plan(self.scenario.receiver.channel, self.tally.planned, FULL_STOCK)
            self.tally.planned += FULL_STOCK

    def _look_after(self) -> None:
        for sender in list(self._senders):
            if sender.process.exitcode is not None:
                self._bury(sender)
            elif time.monotonic() > sender.replace_at and sender.stopped_at is None:
                self._senders.remove(sender)
                end(sender)
            elif sender.stops:
                self._watch_stopped(sender)

    def _bury(self, sender: Sender) -> None:
        self._senders.remove(sender)
        assert sender.process.exitcode == -signal.SIGKILL, self._log_tail()
        self.tally.kills += 1
        by_point = self.tally.kills_by_point
        by_point[sender.point] = by_point.get(sender.point, 0) + 1
        sender.process.close()

    def _watch_stopped(self, sender: Sender) -> None:
        """Let a stopped sender go on once its lease is over and others have had time to act on it."""
        now = time.monotonic()
        if sender.stopped_at is None:
            if is_stopped(sender.process.pid):
                sender.stopped_at = now
                self.tally.stops += 1
        elif now - sender.stopped_at > 2 * LEASE + SETTLE + 1:
            os.kill(sender.process.pid or 0, signal.SIGCONT)
            # It gets the time to do its worst, and is replaced then.
            sender.stops, sender.stopped_at, sender.replace_at = False, None, now + 1

    def _let_them_finish(self) -> None:
        """Healthy senders work until nothing is under way and no receiver is asked any more."""
        for sender in self._senders:
            if sender.stopped_at is not None:
                # It has been, or is now, let go on; give it time to do its worst.
                os.kill(sender.process.pid or 0, signal.SIGCONT)
        time.sleep(1)
        for sender in self._senders:
            end(sender)
        self._senders = [self._start("") for _ in range(self.scenario.senders)]
        deadline = time.monotonic() + 60
        calm_since = time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - calm_since < 2 * LEASE + 2 * SETTLE:
            if count_in(*UNSETTLED) or (self.scenario.receiver.askable and count_in(MessageState.UNKNOWN)):
                calm_since = time.monotonic()
            assert all(sender.process.exitcode is None for sender in self._senders), self._log_tail()
            time.sleep(0.1)

    def _count(self) -> None:
        received = self.scenario.receiver.received()
        current_session().rollback()
        tally = self.tally
        for message in current_session().scalars(select(OutboxMessage)):
            copies = received.pop(self.scenario.receiver.key_of(message), 0)
            tally.doubled += copies > 1
            tally.arrived += copies > 0
            tally.lost += copies == 0 and message.state in SETTLED
            tally.in_doubt += message.state is MessageState.UNKNOWN
            tally.in_doubt_but_arrived += message.state is MessageState.UNKNOWN and copies > 0
            tally.failed += message.state is MessageState.FAILED
            tally.unsettled += message.state in UNSETTLED
        tally.ghosts = sum(received.values())
        current_session().rollback()

    def _log_tail(self) -> str:
        path = self._home / "workers.log"
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""


def run(scenario: Scenario) -> Tally:
    """Run one scenario and count."""
    return Run(scenario).go()


def count_in(*states: MessageState) -> int:
    """How many messages are in these states now."""
    statement = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state.in_(states))
    found = current_session().scalar(statement) or 0
    current_session().rollback()
    return found


def is_stopped(pid: int | None) -> bool:
    """Whether the process stands still because of SIGSTOP."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except FileNotFoundError:
        return False


def end(sender: Sender) -> None:
    """Kill a sender that is not needed any more."""
    try:
        sender.process.kill()
        sender.process.join(10)
    except ValueError:
        return

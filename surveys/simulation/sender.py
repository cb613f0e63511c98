"""The sender: in this process, or in one of its own that is really killed while it works."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NoReturn, Protocol, TextIO

from flask import Flask

from crm.db import db
from crm.jobs.runner import run_job
from crm.messaging import crash_points
from crm.messaging.services import SEND_JOB
from surveys.simulation.agenda import VirtualClock

_DEATHS_PER_MESSAGE = 6
"""Between the claim and the recorded result a mail passes six of the points, an SMS five."""


class Sender(Protocol):
    """Runs the job that sends."""

    kills: int

    def send(self) -> None:
        """Send what is due."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class SenderHere:
    """Sends in this process. Nothing ever goes wrong with it."""

    kills = 0

    def __init__(self, app: Flask) -> None:
        self._app = app

    def send(self) -> None:
        """Run the job."""
        run_job(self._app, SEND_JOB)

    def close(self) -> None:
        """Nothing is held open."""


class MortalSender:
    """Sends in a process of its own that dies by SIGKILL at the points of ``crm.messaging.crash_points``.

    The process is forked when it is first needed and again after each death; meanwhile it goes on from one sweep to
    the next. ``after_death`` is called once a dead one is buried.
    """

    def __init__(
        self, app: Flask, virtual: VirtualClock, *, chance: float, seed: int, after_death: Callable[[], None]
    ) -> None:
        self.kills = 0
        self._app = app
        self._clock = virtual
        self._points = armed_points(chance)
        self._seed = seed
        self._after_death = after_death
        self._pid: int | None = None
        self._orders: TextIO | None = None
        self._reports: TextIO | None = None

    def send(self) -> None:
        """Let the process sweep once. When it dies over it, the next call starts another."""
        if self._pid is None:
            self._fork()
        assert self._orders is not None
        assert self._reports is not None
        try:
            self._orders.write(f"{self._clock.instant.isoformat()}\n")
            self._orders.flush()
        except BrokenPipeError:
            self._bury()
            return
        report = self._reports.readline()
        if not report:
            self._bury()
        elif report != "done\n":
            raise RuntimeError(f"the sender failed: {report.strip()}")

    def close(self) -> None:
        """Tell the process to end, and wait until it has."""
        if self._pid is None or self._orders is None or self._reports is None:
            return
        self._orders.close()
        os.waitpid(self._pid, 0)
        self._reports.close()
        self._pid = None

    def _fork(self) -> None:
        with self._app.app_context():
            # No connection may be shared by two processes; each opens its own.
            db.session.remove()
            db.engine.dispose()
        orders_out, orders_in = os.pipe()
        reports_out, reports_in = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(orders_in)
            os.close(reports_out)
            _live(self, os.fdopen(orders_out), os.fdopen(reports_in, "w"))
        os.close(orders_out)
        os.close(reports_in)
        self._pid = pid
        self._orders, self._reports = os.fdopen(orders_in, "w"), os.fdopen(reports_out)

    def _bury(self) -> None:
        assert self._pid is not None
        assert self._orders is not None
        assert self._reports is not None
        _pid, status = os.waitpid(self._pid, 0)
        self._pid = None
        self._reports.close()
        # An order that nobody reads any more is lost with its reader.
        with suppress(BrokenPipeError):
            self._orders.close()
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            raise RuntimeError("the sender ended without being killed")
        self.kills += 1
        self._after_death()

    def sweep_at(self, instant: datetime) -> str:
        """What the process does for one order."""
        self._clock.advance(instant)
        try:
            run_job(self._app, SEND_JOB)
        except Exception as error:  # noqa: BLE001  # It is reported to the parent, which ends the rehearsal with it.
            return f"{type(error).__name__}: {error}".replace("\n", " ")
        return "done"

    def arm(self) -> None:
        """Make this process mortal. Each has a luck of its own, which the seed decides."""
        random.seed(f"{self._seed}:{self.kills}")
        crash_points.arm(self._points)


def _live(sender: MortalSender, orders: TextIO, reports: TextIO) -> NoReturn:
    """The life of a forked process: sweep at each order, until there are no more. It never returns to its caller."""
    code = 1
    try:
        sender.arm()
        for line in orders:
            reports.write(sender.sweep_at(datetime.fromisoformat(line.strip())) + "\n")
            reports.flush()
        code = 0
    finally:
        os._exit(code)


def armed_points(chance: float) -> str:
    """The crash points for a sender that dies over each message with ``chance``: all of them, equally likely."""
    each = 1 - (1 - chance) ** (1 / _DEATHS_PER_MESSAGE)
    return ",".join(f"{name}:{each:.6f}" for name in crash_points.NAMES)

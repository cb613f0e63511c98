"""The embedded mode: one thread that runs the periodic jobs, led through a lease when there are several processes."""

import secrets
import threading
from datetime import datetime

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from crm import clock
from crm.jobs.leases import hold, release
from crm.jobs.runner import run_job
from crm.jobs.wake import EmbeddedWaker, waker_of
from crm.registry import EXTENSION, Registry

log = structlog.get_logger()
LEASE = "dispatcher"
LEASE_SECONDS = 60
TICK_SECONDS = 1.0


class Dispatcher:
    """Runs what is due or woken, one job after the other. ``start`` after the fork, never from create_app()."""

    def __init__(self, app: Flask) -> None:
        waker = waker_of(app)
        if not isinstance(waker, EmbeddedWaker):
            raise RuntimeError("with Redis, RQ workers run the jobs")
        self.app = app
        self.waker = waker
        self.owner = secrets.token_hex(8)
        self._stop = threading.Event()
        self._last: dict[str, datetime] = {}
        self._thread = threading.Thread(target=self._run, name="brobygg-dispatcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, wait: float = 10) -> None:
        """Finish the running job, then end and give the lease back."""
        self._stop.set()
        self.waker.event.set()
        self._thread.join(wait)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except SQLAlchemyError:
                log.exception("dispatcher_waits_for_database")
            self.waker.event.wait(TICK_SECONDS)
        with self.app.app_context():
            release(LEASE, self.owner)

    def tick(self) -> None:
        """Run everything that is due now, if this process leads."""
        with self.app.app_context():
            leads = hold(LEASE, self.owner, seconds=LEASE_SECONDS)
        woken = self.waker.take()
        if not leads:
            return
        for key in self._due(woken):
            if self._stop.is_set():
                return
            self._last[key] = clock.now()
            self._run_one(key)

    def _due(self, woken: set[str]) -> list[str]:
        registry: Registry = self.app.extensions[EXTENSION]
        now = clock.now()
        return [
            key
            for key, job in registry.jobs.items()
            if key in woken or key not in self._last or now - self._last[key] >= job.every
        ]

    def _run_one(self, key: str) -> None:
        try:
            run_job(self.app, key)
        except Exception:  # noqa: BLE001  # the runner has logged and noted it; the other jobs must go on
            log.warning("dispatcher_goes_on", job=key)

"""Waking the background after a commit. A wake-up that is lost delays work by one sweep and loses nothing."""

import threading
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from crm.db import after_commit
from crm.settings import Settings

if TYPE_CHECKING:
    from crm.jobs.redis_waker import RedisWaker

_WAKER = "brobygg.waker"


class EmbeddedWaker:
    """Tells the dispatcher thread of this process which jobs not to wait for."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    def wake(self, job_key: str) -> None:
        with self._lock:
            self._keys.add(job_key)
        self.event.set()

    def take(self) -> set[str]:
        """The jobs that were woken since the last call."""
        with self._lock:
            keys, self._keys = self._keys, set()
        self.event.clear()
        return keys


def waker_of(app: Flask) -> "EmbeddedWaker | RedisWaker":
    """The waker of an application, made on first use (importing and create_app() open no connection)."""
    found = app.extensions.get(_WAKER)
    if found is None:
        settings: Settings = app.extensions["brobygg.settings"]
        found = _redis_waker(settings.redis_url) if settings.redis_url else EmbeddedWaker()
        app.extensions[_WAKER] = found
    return cast("EmbeddedWaker | RedisWaker", found)


def _redis_waker(redis_url: str) -> "RedisWaker":
    from crm.jobs.redis_waker import RedisWaker  # heavy, and for installations with Redis alone

    return RedisWaker(redis_url)


def wake(job_key: str) -> None:
    """Run the job soon, once the surrounding ``transaction()`` has committed."""
    waker = waker_of(cast(Flask, current_app._get_current_object()))  # type: ignore[attr-defined]  # LocalProxy
    after_commit(lambda: waker.wake(job_key))

"""Waking the background after a commit. A wake-up that is lost delays work by one sweep and loses nothing."""

import threading
from typing import cast

import structlog
from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from crm.db import after_commit
from crm.settings import Settings

log = structlog.get_logger()
QUEUE = "brobygg"
_WAKER = "brobygg.waker"
_PENDING_SECONDS = 30


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


class RedisWaker:
    """Puts a job into RQ's queue, at most one waiting for each key."""

    def __init__(self, redis_url: str) -> None:
        self.redis = Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
        self.queue = Queue(QUEUE, connection=self.redis)

    def wake(self, job_key: str) -> None:
        try:
            if self.redis.set(pending_key(job_key), "1", nx=True, ex=_PENDING_SECONDS):
                self.queue.enqueue("crm.serving.rq_jobs.run", job_key, result_ttl=0, failure_ttl=3600, ttl=600)
        except RedisError as error:
            log.warning("wake_up_lost", job=job_key, error=type(error).__name__)


def pending_key(job_key: str) -> str:
    """The Redis key that says that a wake-up of this job waits in the queue."""
    return f"brobygg:woken:{job_key}"


def waker_of(app: Flask) -> EmbeddedWaker | RedisWaker:
    """The waker of an application, made on first use (importing and create_app() open no connection)."""
    found = app.extensions.get(_WAKER)
    if found is None:
        settings: Settings = app.extensions["brobygg.settings"]
        found = RedisWaker(settings.redis_url) if settings.redis_url else EmbeddedWaker()
        app.extensions[_WAKER] = found
    return cast(EmbeddedWaker | RedisWaker, found)


def wake(job_key: str) -> None:
    """Run the job soon, once the surrounding ``transaction()`` has committed."""
    waker = waker_of(cast(Flask, current_app._get_current_object()))  # type: ignore[attr-defined]  # LocalProxy
    after_commit(lambda: waker.wake(job_key))

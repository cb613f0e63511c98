"""Whether the system is alive: for /health, for the banner on every page and for the manager's page."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from crm import clock
from crm.db import current_session
from crm.jobs.heartbeats import Signs, last_signs
from crm.registry import EXTENSION, Registry
from crm.settings import Settings


@dataclass(frozen=True)
class JobHealth:
    """One periodic job: seconds since its last sign of life, and whether that is too long."""

    age_seconds: int | None
    late_after_seconds: int
    late: bool


@dataclass(frozen=True)
class Health:
    """The whole report. ``redis`` is None where none is configured."""

    database: bool
    redis: bool | None
    jobs: dict[str, JobHealth]

    @property
    def late_jobs(self) -> list[str]:
        return [key for key, job in self.jobs.items() if job.late]

    @property
    def ok(self) -> bool:
        return self.database and self.redis is not False and not self.late_jobs


def report(app: Flask, *, with_redis: bool = True) -> Health:
    """The state of database, Redis (unless not asked for) and heartbeats. Changes nothing."""
    registry: Registry = app.extensions[EXTENSION]
    settings: Settings = app.extensions["brobygg.settings"]
    try:
        jobs = job_health(registry, last_signs())
        database = True
    except SQLAlchemyError:
        current_session().rollback()
        jobs, database = {}, False
    return Health(database=database, redis=_redis(settings) if with_redis else None, jobs=jobs)


def job_health(registry: Registry, signs: Signs) -> dict[str, JobHealth]:
    """How each periodic job is, by its last sign of life. A job that has left none is late."""
    now = clock.now()
    found: dict[str, JobHealth] = {}
    for key, job in registry.jobs.items():
        sign = signs.get(key)
        age = int((now - sign[0]).total_seconds()) if sign else None
        limit = int(job.late_after.total_seconds())
        found[key] = JobHealth(age_seconds=age, late_after_seconds=limit, late=age is None or age > limit)
    return found


def _redis(settings: Settings) -> bool | None:
    if settings.redis_url is None:
        return None
    from redis import Redis, RedisError  # heavy, and for installations with Redis alone

    connection = Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1)
    try:
        return bool(connection.ping())
    except RedisError:
        return False
    finally:
        connection.close()

"""Signs of life of periodic jobs."""

from datetime import datetime

from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.jobs.models import Heartbeat, InstallationFact
from crm.registry import Registry

INSTALLED_AT = "installed_at"
_SIGNS = select(Heartbeat.job_key, Heartbeat.first_due_at, Heartbeat.last_ok_at, Heartbeat.last_error_at)


def expect_heartbeats(registry: Registry) -> None:
    """Write a row for every periodic job that has none, so that silence is noticed from now on. Repeatable."""
    with transaction() as session:
        known = set(session.scalars(select(Heartbeat.job_key)))
        now = clock.now()
        session.add_all(Heartbeat(job_key=key, first_due_at=now) for key in registry.jobs if key not in known)
        if session.get(InstallationFact, INSTALLED_AT) is None:
            session.add(InstallationFact(key=INSTALLED_AT, value=now.isoformat(), at=now))


def beat(job_key: str, *, detail: str) -> None:
    """Note that a job ran through."""
    with transaction() as session:
        row = _row(job_key)
        row.last_ok_at = clock.now()
        row.detail = detail[:300]
        session.add(row)


def stumble(job_key: str) -> None:
    """Note that a job failed. ``last_ok_at`` stays, so that repeated failure turns /health red."""
    with transaction() as session:
        row = _row(job_key)
        row.last_error_at = clock.now()
        session.add(row)


def last_signs() -> dict[str, tuple[datetime, datetime | None]]:
    """For each job: from when on silence counts, and the last failure."""
    rows = current_session().execute(_SIGNS)
    return {key: (last_ok or first, last_error) for key, first, last_ok, last_error in rows}


def _row(job_key: str) -> Heartbeat:
    found = current_session().get(Heartbeat, job_key)
    return found or Heartbeat(job_key=job_key, first_due_at=clock.now())

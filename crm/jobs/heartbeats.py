"""Signs of life of periodic jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, true

from crm import clock
from crm.db import current_session, reading_connection, transaction
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


Signs = Mapping[str, tuple[datetime, datetime | None]]
"""For each job: from when on silence counts, and the last failure."""


def last_signs() -> Signs:
    """The signs of life of all jobs."""
    rows = current_session().execute(_SIGNS)
    return {key: (last_ok or first, last_error) for key, first, last_ok, last_error in rows}


def signs_with(*asked: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """A statement for what every page asks: a row for each job, and beside it the same values of ``asked``.

    ``asked`` are scalar subqueries that depend on nothing. There is a row (without a key) even where no job is known.
    """
    one = select(literal(1).label("one")).subquery("one")
    columns = (Heartbeat.job_key, Heartbeat.first_due_at, Heartbeat.last_ok_at, Heartbeat.last_error_at)
    return select(*columns, *asked).select_from(one.outerjoin(Heartbeat, true()))


def read_signs(statement: Select[*tuple[Any, ...]]) -> tuple[Signs, tuple[Any, ...]]:
    """The signs of life, and the values of what was asked with them."""
    rows = reading_connection().execute(statement).all()
    signs = {row[0]: (row[2] or row[1], row[3]) for row in rows if row[0] is not None}
    return signs, tuple(rows[0])[4:]


def _row(job_key: str) -> Heartbeat:
    found = current_session().get(Heartbeat, job_key)
    return found or Heartbeat(job_key=job_key, first_due_at=clock.now())

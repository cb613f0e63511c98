"""Leases: a named right that one owner holds until a time."""

from datetime import timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.db import savepoint, transaction
from crm.jobs.models import Lease


def hold(name: str, owner: str, *, seconds: int) -> bool:
    """Take or renew the lease ``name`` for ``owner``. False when somebody else holds it."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    with transaction() as session:
        taken = session.execute(
            update(Lease)
            .where(Lease.name == name, or_(Lease.owner == owner, Lease.until < now))
            .values(owner=owner, until=until)
        )
        if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
            return True
        try:
            with savepoint():
                session.add(Lease(name=name, owner=owner, until=until))
                session.flush()  # so that a lease that exists is met here and not at the commit
        except IntegrityError:
            return False
        return True


def release(name: str, owner: str) -> None:
    """Give the lease back, if ``owner`` still holds it."""
    with transaction() as session:
        session.execute(delete(Lease).where(Lease.name == name, Lease.owner == owner))

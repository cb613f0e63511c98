"""Counting wrong passwords and codes, and locking an account for a while.

Nobody is told whether an account exists.
"""

from datetime import timedelta

import structlog

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff
from crm.actors import system_actor
from crm.db import current_session

log = structlog.get_logger()

MOST_WRONG_TRIES = 10
LOCKED_FOR = timedelta(minutes=15)


def note_failed_sign_in(staff_id: int) -> None:
    """Count a wrong password or code; the tenth locks the account for 15 minutes and starts the count anew.

    Runs in ``transaction()`` and reads the row with a lock, so that tries at the same time are all counted.
    While the account is locked nothing is counted: who keeps trying does not keep it locked.
    """
    staff = current_session().get_one(Staff, staff_id, with_for_update=True, populate_existing=True)
    if staff.is_locked():
        return
    staff.failed_sign_ins += 1
    if staff.failed_sign_ins < MOST_WRONG_TRIES:
        return
    staff.failed_sign_ins = 0
    staff.locked_until = clock.now() + LOCKED_FOR
    log.warning("accounts.locked", staff_id=staff.id)
    record(
        system_actor("accounts.lockout"),
        "account_locked",
        subject_type="staff",
        subject_id=staff.id,
        unit_id=staff.unit_id,
    )

"""What a sign-in view wants written is kept until its answer is ready, and written in one transaction then.

Flask-Security changes the loaded person and commits its session by itself. Here only ``transaction()``
commits, and it reads again what it changes. So the changes are lifted out of the session and made anew inside
it, together with what else belongs to them: mail to be sent, lines of the audit log.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, after_this_request, g
from sqlalchemy import inspect
from sqlalchemy.orm import InstanceState

from crm.accounts.models import Staff
from crm.db import current_session, transaction

_KEY = "brobygg_sign_in_writes"


def write_later(write: Callable[[], None]) -> None:
    """Call ``write`` inside the transaction at the end of this request."""
    waiting: list[Callable[[], None]] = g.setdefault(_KEY, [])
    if not waiting:
        after_this_request(_write_rest)
    waiting.append(write)


def commit_changes() -> None:
    """Write the changes of loaded staff and what waits, in one transaction.

    Does nothing when there is nothing.
    """
    changes = _lifted_changes()
    waiting: list[Callable[[], None]] = g.pop(_KEY, [])
    if not changes and not waiting:
        return
    with transaction() as session:
        # Switched off for the library's views; inside the transaction rows are read after they are written.
        session.autoflush = True
        for staff_id, values in changes.items():
            staff = session.get_one(Staff, staff_id, with_for_update=True)
            for name, value in values.items():
                setattr(staff, name, value)
        for write in waiting:
            write()


def _lifted_changes() -> dict[int, dict[str, Any]]:
    """The changed columns of every loaded member of staff, by id."""
    changes: dict[int, dict[str, Any]] = {}
    for row in current_session().dirty:
        if not isinstance(row, Staff):
            continue
        state: InstanceState[Staff] = inspect(row)
        values = {
            column.key: _plain(getattr(row, column.key))
            for column in state.mapper.column_attrs
            if state.attrs[column.key].history.has_changes()
        }
        if values and state.identity is not None:
            changes[int(state.identity[0])] = values
    return changes


def _plain(value: Any) -> Any:
    # A mutable list stays tied to the row it was read from, which the transaction expires.
    return list(value) if isinstance(value, list) else value


def _write_rest(response: Response) -> Response:
    commit_changes()
    return response

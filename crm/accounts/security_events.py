"""What follows when somebody signs in, fails to, or changes how they sign in."""

from collections.abc import Callable
from typing import Any

from flask import Flask, session
from flask_security import (
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    user_failed_authn,
)

from crm.accounts.audit import record
from crm.accounts.current import actor_for
from crm.accounts.deferred import write_later
from crm.accounts.lockout import note_failed_sign_in
from crm.accounts.models import Staff
from crm.db import current_session, transaction


def listen(app: Flask) -> None:
    """Hear what Flask-Security tells of this application. Lives as long as ``app`` does."""
    user_authenticated.connect(_signed_in, app)
    user_failed_authn.connect(_failed, app)
    for signal, action in (
        (password_changed, "password_changed"),
        (password_reset, "password_changed"),
        (tf_profile_changed, "two_factor_on"),
        (tf_disabled, "two_factor_off"),
    ):
        listener = _noting(action)
        app.extensions.setdefault("brobygg.sign_in_listeners", []).append(listener)
        signal.connect(listener, app)


def _signed_in(app: Flask, user: Staff, **extra: Any) -> None:
    """Start the session's time limit, forget wrong tries and leave a line in the audit log."""
    session.permanent = True
    user.failed_sign_ins = 0
    user.locked_until = None
    _note_later(user.id, "signed_in")


def _failed(app: Flask, user: Staff, **extra: Any) -> None:
    """Count a wrong password or code at once: the answer to it must not be ready before the count is."""
    staff_id = user.id
    with transaction():
        note_failed_sign_in(staff_id)


def _noting(action: str) -> Callable[..., None]:
    def note(app: Flask, user: Any, **extra: Any) -> None:
        _note_later(int(user.id), action)

    return note


def _note_later(staff_id: int, action: str) -> None:
    def write() -> None:
        staff = current_session().get_one(Staff, staff_id)
        record(actor_for(staff), action, subject_type="staff", subject_id=staff_id, unit_id=staff.unit_id)

    write_later(write)

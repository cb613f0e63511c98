"""What Flask-Security asks of a member of staff when they sign in."""

from datetime import datetime
from typing import Any, cast

from flask import current_app
from flask_security import UserMixin
from flask_security.utils import get_message

from crm import clock
from crm.actors import Role

TWO_FACTOR_ROLES = "BROBYGG_TWO_FACTOR_ROLES"


# The library's own annotations forbid columns that may be empty.
_Library: Any = UserMixin


class SignInRules(_Library):  # type: ignore[misc]  # so that the columns of ``Staff`` may say what they are
    """Mixin of ``Staff``: rules about one row, in the names that Flask-Security calls."""

    locked_until: Any
    role_names: Any

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Whether too many wrong passwords have locked the account.

        The library asks after it has found the password right. The form then says what it says of a wrong
        one, so that nobody learns which of the two it was.
        """
        until = cast(datetime | None, self.locked_until)
        locked = until is not None and until > clock.now()
        if locked and form_error is not None:
            form_error.append(get_message("INVALID_PASSWORD")[0])
        return locked

    def check_tf_required_setup(self) -> bool:
        """Whether this person's roles demand a second factor."""
        demanded: frozenset[Role] = current_app.config[TWO_FACTOR_ROLES]
        return bool(demanded & self.role_names)

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Ask for the second factor whenever there is one, and for setting one up where a role demands it."""
        return bool(tf_setup_methods) or self.check_tf_required_setup(), tf_setup_methods

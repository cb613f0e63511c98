"""What Flask-Security asks of a member of staff when they sign in."""

from datetime import datetime
from typing import Any, cast

from flask import current_app
from flask_security import UserMixin

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

        Says nothing to the form: nobody learns of it.
        """
        until = cast(datetime | None, self.locked_until)
        return until is not None and until > clock.now()

    def check_tf_required_setup(self) -> bool:
        """Whether this person's roles demand a second factor."""
        demanded: frozenset[Role] = current_app.config[TWO_FACTOR_ROLES]
        return bool(demanded & self.role_names)

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Ask for the second factor whenever there is one, and for setting one up where a role demands it."""
        return bool(tf_setup_methods) or self.check_tf_required_setup(), tf_setup_methods

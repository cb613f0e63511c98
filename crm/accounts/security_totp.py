"""One-time codes that work once."""

from typing import Any

from flask_security import Totp


class OneTimeCodes(Totp):
    """Remembers the last code that was taken:

    who sees it over a shoulder cannot use it again (RFC 6238, 5.2).
    """

    def get_last_counter(self, user: Any) -> int | None:
        """The counter of the last code taken from this person."""
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember the counter of the code just taken; written with the rest of the sign-in."""
        user.tf_last_counter = int(tmatch.counter)

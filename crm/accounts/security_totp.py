"""One-time codes that work once."""

from typing import Any

import segno
from flask_security import Totp


class OneTimeCodes(Totp):
    """Remembers the last code that was taken:

    who sees it over a shoulder cannot use it again (RFC 6238, 5.2).
    """

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The code to photograph, on white, so that cameras read it on a dark page too."""
        uri = self.get_totp_uri(username, totp)
        return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000"))

    def get_last_counter(self, user: Any) -> int | None:
        """The counter of the last code taken from this person."""
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember the counter of the code just taken; written with the rest of the sign-in."""
        user.tf_last_counter = int(tmatch.counter)

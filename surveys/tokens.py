"""The secrets in survey links: made from the installation's key whenever they are needed, kept as hashes only.

A link carries 128 bits and nothing about the person. Raising a row's token version spends every link that was given
out for it before; the opt-out link has a token of its own, so that forwarding it gives no way into the answers.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime

from crm.messaging.keys import keyed_hash

TOKEN_BYTES = 16
TOKEN_LENGTH = 22
TICKET_MINUTES = 30


def survey_token(public_id: str, version: int) -> str:
    """The token of the survey link of a due row: 22 characters of base64url."""
    return _token("survey link", f"{public_id}:{version}")


def opt_out_token(public_id: str, version: int) -> str:
    """The token of the opt-out link of a due row."""
    return _token("survey opt-out link", f"{public_id}:{version}")


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens are random enough that a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).digest()


def looks_like_token(text: str) -> bool:
    """Whether ``text`` has the shape of a token, so that junk never reaches the database."""
    return len(text) == TOKEN_LENGTH and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def form_token(public_id: str, version: int, step: str) -> str:
    """The token of one form of one survey. It takes the place of the session's check, because there is no session."""
    return _token("survey form", f"{public_id}:{version}:{step}")


def form_token_fits(given: str, public_id: str, version: int, step: str) -> bool:
    """Whether ``given`` is the token of this form; compared in constant time."""
    return hmac.compare_digest(given.encode(), form_token(public_id, version, step).encode())


def tablet_ticket(public_id: str, version: int, now: datetime) -> str:
    """A ticket that says "answered on the office's own screen": good once, for half an hour, for this survey only."""
    stamp = format(int(now.timestamp()), "x")
    return f"{stamp}.{_token('survey tablet', f'{public_id}:{version}:{stamp}')}"


def tablet_ticket_fits(given: str, public_id: str, version: int, now: datetime) -> bool:
    """Whether ``given`` is a ticket of this survey that has not run out. Beginning the answer uses it up."""
    stamp, _dot, token = given.partition(".")
    if not 1 <= len(stamp) <= 12 or not all(character in "0123456789abcdef" for character in stamp):
        return False
    expected = _token("survey tablet", f"{public_id}:{version}:{stamp}")
    age = now.timestamp() - int(stamp, 16)
    return hmac.compare_digest(token.encode(), expected.encode()) and 0 <= age <= TICKET_MINUTES * 60


def _token(use: str, text: str) -> str:
    raw = bytes.fromhex(keyed_hash(use, text))[:TOKEN_BYTES]
    return urlsafe_b64encode(raw).rstrip(b"=").decode()

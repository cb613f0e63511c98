"""The secrets in signing links: made from the installation's key whenever they are needed, kept as hashes only.

A link carries 128 bits and nothing about anybody. Sending it again makes a new one and spends those before.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from crm.messaging.keys import keyed_hash

TOKEN_BYTES = 16
TOKEN_LENGTH = 22


def signing_token(public_id: str, number: int) -> str:
    """The token of a signing link: 22 characters of base64url."""
    return _token("agreement link", f"{public_id}:{number}")


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens are random enough that a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).digest()


def looks_like_token(text: str) -> bool:
    """Whether ``text`` has the shape of a token, so that junk never reaches the database."""
    return len(text) == TOKEN_LENGTH and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def form_token(public_id: str, number: int, step: str) -> str:
    """The token of one form of the signing page. It takes the place of the session's check: there is no session."""
    return _token("agreement form", f"{public_id}:{number}:{step}")


def form_token_fits(given: str, public_id: str, number: int, step: str) -> bool:
    """Whether ``given`` is the token of this form; compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), form_token(public_id, number, step).encode())


def _token(use: str, text: str) -> str:
    raw = bytes.fromhex(keyed_hash(use, text))[:TOKEN_BYTES]
    return urlsafe_b64encode(raw).rstrip(b"=").decode()

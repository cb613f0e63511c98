"""The secrets in the links of invitations: made from the installation's key whenever needed, kept as hashes only.

A link carries 128 bits and nothing about anybody. A link that leads to another step cannot be made from it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from crm.messaging.keys import keyed_hash

_BYTES = 16
_LENGTH = 22


def reply_token(public_id: str) -> str:
    """The token of the link with which an invitation is answered: 22 characters of base64url."""
    return _token("outreach event link", public_id)


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens are random enough that a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).digest()


def looks_like_token(text: str) -> bool:
    """Whether ``text`` has the shape of a token, so that junk never reaches the database."""
    return len(text) == _LENGTH and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def form_token(public_id: str, step: str) -> str:
    """The token of one form of the reply page. It takes the place of the session's check: there is no session."""
    return _token("outreach event form", f"{public_id}:{step}")


def form_token_fits(given: str, public_id: str, step: str) -> bool:
    """Whether ``given`` is the token of this form; compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), form_token(public_id, step).encode())


def _token(use: str, text: str) -> str:
    raw = bytes.fromhex(keyed_hash(use, text))[:_BYTES]
    return urlsafe_b64encode(raw).rstrip(b"=").decode()

"""Keys for messages, derived from the installation's secret key: one for each use, so that none tells of
another."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from crm.settings import Settings


@lru_cache(maxsize=16)
def derived_key(secret_key: str, use: str) -> bytes:
    """32 bytes for one use (HKDF with SHA-256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"brobygg {use}".encode()).derive(secret_key.encode())


@lru_cache(maxsize=4)
def _box(secret_key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(derived_key(secret_key, "message bodies")))


def message_box() -> Fernet:
    """What seals the bytes of messages while they wait."""
    return _box(_secret_key())


def keyed_hash(use: str, text: str) -> str:
    """A hash of ``text`` that nobody can make without the secret key: 64 hexadecimal digits."""
    return hmac.new(derived_key(_secret_key(), use), text.encode(), hashlib.sha256).hexdigest()


def _secret_key() -> str:
    settings: Settings = current_app.extensions["brobygg.settings"]
    return settings.secret_key

"""Tokens of invitations: made from the secret key whenever they are needed, kept only as a hash."""

import base64
import hashlib
import hmac

from flask import current_app

from crm import clock
from crm.accounts.models import Staff


def invitation_token(staff: Staff) -> str:
    """The token of the invitation that is open for ``staff``; another one as soon as they are invited again.

    It is derived (HMAC-SHA256) from the installation's secret, so that the mail can be written when it leaves
    while the database holds nothing that opens an account.
    """
    if staff.invited_at is None:
        raise ValueError("nobody has invited this person")
    secret = str(current_app.config["SECRET_KEY"]).encode()
    message = f"brobygg invitation {staff.public_id} {staff.invited_at.isoformat()}".encode()
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def invitation_is_open(staff: Staff) -> bool:
    """Whether the invitation of ``staff`` can be accepted now."""
    expires_at = staff.invitation_expires_at
    return (
        staff.active and staff.invitation_token_hash is not None and expires_at is not None and expires_at > clock.now()
    )


def token_hash(token: str) -> str:
    """What the database keeps of a token (SHA-256, hexadecimal)."""
    return hashlib.sha256(token.encode()).hexdigest()

"""A form that is sent twice makes one participant: its key and what is typed decide the address of the new one."""

import base64
import hashlib
import secrets

from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.participants.fields import ParticipantFields
from crm.participants.models import Participant

_BYTES = 12


def new_submission_key() -> str:
    """The key of one form, unguessable: 128 bits."""
    return secrets.token_urlsafe(16)


def address_of_submission(key: str, given: ParticipantFields) -> str:
    """The address of the participant that a form makes: as unguessable as its key.

    The name takes part, so that a form that the browser brings back, and in which somebody else is then written,
    makes somebody else.
    """
    parts = (key, str(given.unit_id), given.first_name, given.last_name)
    found = hashlib.sha256("\0".join(parts).encode()).digest()[:_BYTES]
    return base64.urlsafe_b64encode(found).decode("ascii")


def made_by_submission(key: str | None, given: ParticipantFields) -> str | None:
    """The address of whom this form has made already."""
    if not key:
        return None
    statement = select(Participant.public_id).where(Participant.public_id == address_of_submission(key, given))
    return current_session().scalar(trusted(statement, because="named by the key of the form that made it"))

"""Files of a contact or another row: taken, removed, brought back, and swept when nobody needs them any more."""

import hashlib
import re
import secrets
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.attachments.kinds import kind_of
from crm.attachments.models import Attachment
from crm.attachments.queries import bytes_of_unit
from crm.attachments.store import store
from crm.db import Base, after_commit, current_session
from crm.errors import DomainError, NotAllowed, NotVisible

LARGEST = 10 * 1024 * 1024
QUOTA = 1024 * 1024 * 1024
KEPT_AFTER_REMOVAL = timedelta(days=30)
_ODD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')


def add_attachment(
    actor: Actor, *, owner_kind: str, owner_ref: str, unit_id: int, filename: str, data: bytes
) -> Attachment:
    """Keep a file of an owner that the caller has checked. ``owner_kind`` is the owner's table.

    The bytes are on the disk before the row is committed; a file without a row is swept. Raises NotAllowed for a unit
    that is not the actor's, and DomainError for what is empty, too large, of another kind, or beyond the quota.
    """
    if not (actor.is_system or unit_id in actor.unit_ids):
        raise NotAllowed(_("Choose one of your own units."))
    kind = kind_of(data)
    if not data:
        raise DomainError(_("The file is empty."), field="file")
    if len(data) > LARGEST:
        raise DomainError(_("The file is larger than 10 MB."), field="file")
    if kind is None:
        raise DomainError(_("Choose a PDF, an image or an office file without macros."), field="file")
    # The lock on the unit keeps two who add at once from passing the quota together.
    current_session().get(Unit, unit_id, with_for_update=True)
    if bytes_of_unit(unit_id) + len(data) > QUOTA:
        raise DomainError(_("Your unit has no room for more files. Remove some that are not needed."), field="file")
    key = secrets.token_hex(16)
    attachment = Attachment(
        owner_kind=owner_kind, owner_ref=owner_ref, unit_id=unit_id, added_by_id=actor.staff_id,
        filename=clean_name(filename, kind.ending), media_type=kind.media_type, size=len(data),
        sha256=hashlib.sha256(data).hexdigest(), file_key=key, created_at=clock.now(),
    )  # fmt: skip
    store().put(key, data)
    current_session().add(attachment)
    # The audit log names the row.
    current_session().flush()
    _record(actor, attachment, "attachment.added")
    return attachment


def remove_attachment(actor: Actor, *, attachment_id: int) -> Attachment:
    """Take a file away; it can be brought back for 30 days. May be repeated. Raises NotVisible."""
    attachment = locked(Attachment, actor, attachment_id)
    attachment.removed_at = clock.now()
    _record(actor, attachment, "attachment.removed")
    return attachment


def restore_attachment(actor: Actor, *, public_id: str) -> Attachment:
    """Bring a removed file back. May be repeated. Raises NotVisible."""
    statement = select(Attachment).where(Attachment.public_id == public_id, Attachment.unit_id.in_(actor.unit_ids))
    attachment = current_session().scalar(trusted(statement, because="removed files of the actor's own units"))
    if attachment is None:
        raise NotVisible(_("Not found, or not visible to you."))
    if attachment.removed_at is not None:
        attachment.removed_at = None
        _record(actor, attachment, "attachment.restored")
    return attachment


def note_download(actor: Actor, *, attachment_id: int) -> None:
    """Write down that somebody took a file."""
    record(actor, "attachment.downloaded", subject_type="attachment", subject_id=attachment_id)


def sweep(actor: Actor) -> int:
    """Delete for good what was removed long ago, and what belonged to a row that is gone. Returns how many."""
    statement = select(Attachment).order_by(Attachment.id)
    gone = 0
    for attachment in current_session().scalars(trusted(statement, because="a job of the system")).all():
        old = attachment.removed_at is not None and attachment.removed_at < clock.now() - KEPT_AFTER_REMOVAL
        if old or not _owner_is_there(attachment):
            _delete(actor, attachment)
            gone += 1
    return gone


def clean_name(filename: str, ending: str) -> str:
    """A name without folders and odd characters, with the ending of what the file is."""
    stem = _ODD.sub(" ", filename.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem = stem.rpartition(".")[0] if "." in stem else stem
    return f"{stem.strip(' .')[:150] or 'file'}.{ending}"


def _owner_is_there(attachment: Attachment) -> bool:
    table = Base.metadata.tables[attachment.owner_kind]
    found = current_session().execute(select(table.c.public_id).where(table.c.public_id == attachment.owner_ref))
    return found.first() is not None


def _delete(actor: Actor, attachment: Attachment) -> None:
    key = attachment.file_key
    _record(actor, attachment, "attachment.deleted")
    current_session().delete(attachment)
    after_commit(lambda: store().delete(key))


def _record(actor: Actor, attachment: Attachment, action: str) -> None:
    record(actor, action, subject_type="attachment", subject_id=attachment.id, unit_id=attachment.unit_id)

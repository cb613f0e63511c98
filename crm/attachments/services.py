"""Files of a contact or another row: taken, removed, brought back, and swept when nobody needs them any more."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, Table, and_, or_, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.attachments.kinds import kind_of
from crm.attachments.models import Attachment
from crm.attachments.queries import bytes_of_unit
from crm.attachments.store import LARGEST, store
from crm.db import Base, after_commit, current_session
from crm.errors import DomainError, NotAllowed, NotVisible

QUOTA = 1024 * 1024 * 1024
KEPT_AFTER_REMOVAL = timedelta(days=30)
KEPT_WITHOUT_ROW = timedelta(days=1)
REMOVED_SINCE = {"contact": "archived_at"}
"""Owners whose row stays when somebody removes them, so that they can be brought back: the column that says when."""
_AT_ONCE = 500
_ODD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')


def add_attachment(
    actor: Actor, *, owner_kind: str, owner_ref: str, unit_id: int, filename: str, data: bytes
) -> Attachment:
    """Keep a file of an owner that the caller has checked. ``owner_kind`` is the owner's table.

    The bytes are safe in the store before the row is committed; bytes without a row are swept. Raises NotAllowed for a
    unit that is not the actor's, and DomainError for what is empty, too large, of another kind, or beyond the quota.
    A route uses crm.attachments.uploads.take_upload, which talks to the store outside the transaction.
    """
    return add_kept(actor, owner_kind=owner_kind, owner_ref=owner_ref, unit_id=unit_id, kept=keep_bytes(filename, data))


@dataclass(frozen=True)
class Kept:
    """Bytes that are in the store and belong to nobody yet."""

    key: str
    filename: str
    media_type: str
    size: int
    sha256: str


def keep_bytes(filename: str, data: bytes) -> Kept:
    """Look at the bytes and put them into the store. Raises DomainError for what is not taken, and FilesUnavailable."""
    kind = kind_of(data)
    if not data:
        raise DomainError(_("The file is empty."), field="file")
    if len(data) > LARGEST:
        raise DomainError(_("The file is larger than 10 MB."), field="file")
    if kind is None:
        raise DomainError(_("Choose a PDF, an image or an office file without macros."), field="file")
    key = secrets.token_hex(16)
    store().put(key, data)
    return Kept(key, clean_name(filename, kind.ending), kind.media_type, len(data), hashlib.sha256(data).hexdigest())


def add_kept(actor: Actor, *, owner_kind: str, owner_ref: str, unit_id: int, kept: Kept) -> Attachment:
    """Give kept bytes to an owner that the caller has checked. Raises NotAllowed, and DomainError beyond the quota."""
    if not (actor.is_system or unit_id in actor.unit_ids):
        raise NotAllowed(_("Choose one of your own units."))
    # The lock on the unit keeps two who add at once from passing the quota together.
    current_session().get(Unit, unit_id, with_for_update=True)
    if bytes_of_unit(unit_id) + kept.size > QUOTA:
        raise DomainError(_("Your unit has no room for more files. Remove some that are not needed."), field="file")
    attachment = Attachment(
        owner_kind=owner_kind, owner_ref=owner_ref, unit_id=unit_id, added_by_id=actor.staff_id,
        filename=kept.filename, media_type=kept.media_type, size=kept.size,
        sha256=kept.sha256, file_key=kept.key, created_at=clock.now(),
    )  # fmt: skip
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
    gone = 0
    for attachment in current_session().scalars(trusted(_not_needed(), because="a job of the system")).all():
        _delete(actor, attachment)
        gone += 1
    return gone


def sweep_store() -> int:
    """Delete bytes that no row names: the process died between the store and the commit. Returns how many."""
    keys = list(store().older_than(clock.now() - KEPT_WITHOUT_ROW))
    gone = 0
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        statement = select(Attachment.file_key).where(Attachment.file_key.in_(some))
        known = set(current_session().scalars(trusted(statement, because="a job of the system")))
        # Nothing is open while the store is asked.
        current_session().rollback()
        for key in set(some) - known:
            store().delete(key)
            gone += 1
    return gone


def clean_name(filename: str, ending: str) -> str:
    """A name without folders and odd characters, with the ending of what the file is."""
    stem = _ODD.sub(" ", filename.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem = stem.rpartition(".")[0] if "." in stem else stem
    return f"{stem.strip(' .')[:150] or 'file'}.{ending}"


def _not_needed() -> Select[Attachment]:
    """Removed long ago, or of an owner that is gone or was removed long ago.

    Files of a kind that nobody knows (a plugin is off) stay.
    """
    before = clock.now() - KEPT_AFTER_REMOVAL
    kinds = current_session().scalars(trusted(select(Attachment.owner_kind).distinct(), because="a job of the system"))
    tables = [Base.metadata.tables[kind] for kind in kinds if kind in Base.metadata.tables]
    orphans = [
        and_(
            Attachment.owner_kind == table.name,
            ~select(table.c.public_id)
            .where(table.c.public_id == Attachment.owner_ref, *_stays(table, before))
            .exists(),
        )
        for table in tables
    ]
    return select(Attachment).where(or_(Attachment.removed_at < before, *orphans)).order_by(Attachment.id)


def _stays(table: Table, before: datetime) -> list[ColumnElement[bool]]:
    """What holds for an owner whose files are still needed."""
    if table.name not in REMOVED_SINCE:
        return []
    since = table.c[REMOVED_SINCE[table.name]]
    return [or_(since.is_(None), since >= before)]


def _delete(actor: Actor, attachment: Attachment) -> None:
    key = attachment.file_key
    _record(actor, attachment, "attachment.deleted")
    current_session().delete(attachment)
    after_commit(lambda: store().delete(key))


def _record(actor: Actor, attachment: Attachment, action: str) -> None:
    record(actor, action, subject_type="attachment", subject_id=attachment.id, unit_id=attachment.unit_id)

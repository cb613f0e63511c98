"""How a feature takes files for its rows: a route of three lines, and the partial attachments/_files.html."""

from contextlib import suppress
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.actors import Actor
from crm.attachments import services
from crm.attachments.store import LARGEST, store
from crm.db import current_session, transaction
from crm.errors import DomainError, FilesUnavailable


def take_upload(actor: Actor, owner: Any, *, unit_id: int, back: str) -> ResponseReturnValue:
    """Add the file of the request (field ``file``) to ``owner``, a row that the caller has checked, and go ``back``.

    The store is asked before the transaction begins; what then cannot be added is deleted there again. What is refused
    is said in words.
    """
    kind, ref = str(owner.__tablename__), str(owner.public_id)
    upload = request.files.get("file")
    data = upload.read(LARGEST + 1) if upload else b""
    # Nothing is open while the store is asked.
    current_session().rollback()
    try:
        kept = services.keep_bytes((upload.filename if upload else None) or "", data)
        _add(actor, kind, ref, unit_id=unit_id, kept=kept)
        flash(_("%(name)s is added.", name=kept.filename), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(back, code=303)


def _add(actor: Actor, kind: str, ref: str, *, unit_id: int, kept: services.Kept) -> None:
    try:
        with transaction():
            services.add_kept(actor, owner_kind=kind, owner_ref=ref, unit_id=unit_id, kept=kept)
    except DomainError:
        # What cannot be deleted now goes with the daily sweep; what is said is why the file was not added.
        with suppress(FilesUnavailable):
            store().delete(kept.key)
        raise

"""How a feature takes files for its rows: a route of three lines with the partial attachments/_files.html, or a field
in a form of its own, so that the form and its file are saved together."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage

from crm.actors import Actor
from crm.attachments import services
from crm.attachments.kinds import ACCEPT
from crm.attachments.store import LARGEST, store
from crm.db import current_session, transaction
from crm.errors import DomainError, FilesUnavailable
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm

WHICH_FILES = _l("PDF, image or office file, 10 MB at most. No health information and no identity numbers.")


class WithFile(BaseForm):
    """A form with a file that is saved together with it, so that neither is lost for the other."""

    file = FileField(_l("Add a file"), description=WHICH_FILES, render_kw={"accept": ACCEPT})

    def ask_again(self) -> None:
        """Say that the file has to be chosen again: a page that is shown again cannot hold it."""
        if self.file.data and not self.file.errors:
            self.file.errors = [_("Choose the file again: %(filename)s", filename=self.file.data.filename)]


@contextmanager
def kept_upload(upload: FileStorage | None) -> Iterator[services.Kept | None]:
    """The bytes of ``upload`` in the store while the caller saves what they belong to; None where none was chosen.

    The caller begins its transaction inside of it: nothing may be open while the store is asked. What then cannot be
    saved is deleted in the store again. Raises DomainError for what is not taken, and FilesUnavailable.
    """
    if upload is None:
        yield None
        return
    data = upload.read(LARGEST + 1)
    # Nothing is open while the store is asked.
    current_session().rollback()
    kept = services.keep_bytes(upload.filename or "", data)
    try:
        yield kept
    except DomainError:
        # What cannot be deleted now goes with the daily sweep; what is said is why the file was not added.
        with suppress(FilesUnavailable):
            store().delete(kept.key)
        raise


def take_upload(actor: Actor, owner: Any, *, unit_id: int, back: str) -> ResponseReturnValue:
    """Add the file of the request (field ``file``) to ``owner``, a row that the caller has checked, and go ``back``.

    What is refused is said in words.
    """
    kind, ref = str(owner.__tablename__), str(owner.public_id)
    try:
        # A file that is missing is refused like an empty one.
        with kept_upload(request.files.get("file") or FileStorage()) as kept:
            if kept is not None:
                with transaction():
                    services.add_kept(actor, owner_kind=kind, owner_ref=ref, unit_id=unit_id, kept=kept)
                tell_added(kept)
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(back, code=303)


def tell_added(kept: services.Kept) -> None:
    """Say that a file has been added."""
    flash(_("%(name)s is added.", name=kept.filename), "success")

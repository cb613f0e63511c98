"""A file leaves only as a download: no browser shows it as a page of ours."""

from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.attachments import services
from crm.attachments.queries import STAFF, attachment_of_visible_owner
from crm.attachments.store import store
from crm.db import current_session, transaction
from crm.errors import FilesUnavailable, NotVisible
from crm.web.context import local_path
from crm.web.errors import error_page
from crm.web.undo import flash_undo

blueprint = Blueprint("attachments", __name__, template_folder="templates")


@blueprint.get("/attachments/<public_id>")
@require(*STAFF)
def download(public_id: str) -> ResponseReturnValue:
    """A file, to be saved. That it was taken stands in the audit log."""
    actor = current_actor()
    attachment = attachment_of_visible_owner(actor, public_id)
    media_type, name, attachment_id = attachment.media_type, attachment.filename, attachment.id
    key = attachment.file_key
    # Nothing is open while the store is asked.
    current_session().rollback()
    try:
        data = store().get(key)
    except FilesUnavailable as error:
        return error_page(503, title=_("The file cannot be opened now"), message=error.message)
    if data is None:
        raise NotVisible(_("The file is gone."))
    with transaction():
        services.note_download(actor, attachment_id=attachment_id)
    plain = name.encode("ascii", "replace").decode().replace('"', "").replace("?", "_")
    return Response(
        data,
        mimetype=media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


@blueprint.post("/attachments/<public_id>/remove")
@require(*STAFF)
def remove(public_id: str) -> ResponseReturnValue:
    """Take a file away; the message carries an Undo button."""
    actor = current_actor()
    attachment_id = attachment_of_visible_owner(actor, public_id).id
    with transaction():
        services.remove_attachment(actor, attachment_id=attachment_id)
    back = _back()
    flash_undo(_("The file is removed."), url_for(".restore", public_id=public_id), next=back)
    return redirect(back, code=303)


@blueprint.post("/attachments/<public_id>/restore")
@require(*STAFF)
def restore(public_id: str) -> ResponseReturnValue:
    """Bring a file back."""
    with transaction():
        services.restore_attachment(current_actor(), public_id=public_id)
    flash(_("The file is back."), "success")
    return redirect(_back(), code=303)


def _back() -> str:
    return local_path(request.form.get("next"), fallback=url_for("tasks.today"))

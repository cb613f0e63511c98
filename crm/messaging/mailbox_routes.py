"""The local mailbox: what would have left, on an installation without a mail server."""

from base64 import b64decode

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many, shown
from crm.accounts.scopes import visible_one
from crm.db import current_session
from crm.messaging.blueprint import STAFF, blueprint
from crm.messaging.enclosing import NotEnclosed, files_once_more
from crm.messaging.mail_html import direction_of, linked
from crm.messaging.mailbox import kept
from crm.messaging.models import Channel, MailboxItem
from crm.messaging.people import receivers_of
from crm.messaging.queries import mailbox_seen_by
from crm.messaging.sms_text import count_sms
from crm.web.downloads import attachment
from crm.web.paging import paginate


@blueprint.get("/mailbox")
@require(*STAFF)
def mailbox() -> ResponseReturnValue:
    """Mail and SMS that the person signed in may see, newest first."""
    actor = current_actor()
    page = paginate(current_session(), mailbox_seen_by(actor))
    html = render_template("messaging/mailbox.html", page=page, people=receivers_of(actor, page.items))
    return seen_many(actor, html, participant_ids=shown(page.items))


@blueprint.get("/mailbox/<public_id>")
@require(*STAFF)
def mailbox_item(public_id: str) -> ResponseReturnValue:
    """One mail or SMS, with links that can be followed."""
    actor = current_actor()
    item = visible_one(MailboxItem, actor, public_id)
    count = count_sms(item.text) if item.channel is Channel.SMS else None
    mail = kept(item)
    html = render_template(
        "messaging/mailbox_item.html",
        item=item,
        person=receivers_of(actor, [item]).get(item.id),
        text=linked(mail.text),
        files=mail.files,
        direction=direction_of(item.language or "en"),
        count=count,
    )
    return seen_many(actor, html, participant_ids=shown([item]))


@blueprint.get("/mailbox/<public_id>/files/<file_name>")
@require(*STAFF)
def mailbox_file(public_id: str, file_name: str) -> ResponseReturnValue:
    """A file that went with a mail, to be saved and never shown. The mailbox keeps its name; it is made again."""
    actor = current_actor()
    item = visible_one(MailboxItem, actor, public_id)
    participant_ids = shown([item])
    try:
        found = {each.name: each for each in files_once_more(actor, item)}[file_name]
    except (NotEnclosed, KeyError):
        flash(_("This file cannot be opened any more."), "warning")
        return redirect(url_for(".mailbox_item", public_id=public_id), code=303)
    seen_many(actor, "", participant_ids=participant_ids)
    return attachment(found.name, b64decode(found.content))

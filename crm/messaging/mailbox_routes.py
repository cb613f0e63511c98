"""The local mailbox: what would have left, on an installation without a mail server."""

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many, shown
from crm.accounts.scopes import visible_one
from crm.db import current_session
from crm.messaging.blueprint import STAFF, blueprint
from crm.messaging.mail_html import direction_of, linked
from crm.messaging.models import Channel, MailboxItem
from crm.messaging.people import receivers_of
from crm.messaging.queries import mailbox_seen_by
from crm.messaging.sms_text import count_sms
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
    html = render_template(
        "messaging/mailbox_item.html",
        item=item,
        person=receivers_of(actor, [item]).get(item.id),
        text=linked(item.text),
        direction=direction_of(item.language or "en"),
        count=count,
    )
    return seen_many(actor, html, participant_ids=shown([item]))

"""The list of messages, one message, and the messages in doubt."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many, shown
from crm.accounts.scopes import visible_one
from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.messaging.blueprint import STAFF, blueprint
from crm.messaging.forms import FilterForm
from crm.messaging.labels import purpose_label
from crm.messaging.models import OutboxMessage
from crm.messaging.people import receivers_of
from crm.messaging.queries import doubt_count, doubts_seen_by, messages_seen_by, unit_names
from crm.messaging.resolving import receiver_for
from crm.messaging.services import settle_doubt
from crm.messaging.setup import current_messaging
from crm.registry import current_registry
from crm.web.forms import choices
from crm.web.paging import paginate


@blueprint.get("/messages")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """Every message that the person signed in may see, newest first."""
    actor = current_actor()
    messaging = current_messaging()
    units = unit_names(actor)
    form = FilterForm(request.args)
    purposes = [(key, purpose_label(key)) for key in sorted(current_registry().purposes)]
    form.purpose.choices = choices(purposes, empty=_("All"))
    form.unit.choices = choices(units.items(), empty=_("All"))
    form.validate()
    page = paginate(current_session(), messages_seen_by(actor, form.filters()))
    html = render_template(
        "messaging/index.html",
        page=page,
        form=form,
        units=units,
        people=receivers_of(actor, page.items),
        doubts=doubt_count(actor),
        has_mailbox="mailbox" in (messaging.settings.mail, messaging.settings.sms),
    )
    return seen_many(actor, html, participant_ids=shown(page.items))


@blueprint.get("/messages/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """What became of one message, without its text."""
    actor = current_actor()
    message = visible_one(OutboxMessage, actor, public_id)
    html = render_template(
        "messaging/show.html",
        message=message,
        person=receivers_of(actor, [message]).get(message.id),
        unit=unit_names(actor).get(message.unit_id or 0),
    )
    return seen_many(actor, html, participant_ids=shown([message]))


@blueprint.get("/messages/doubts")
@require(*STAFF)
def doubts() -> ResponseReturnValue:
    """Messages of which nobody knows whether they arrived."""
    actor = current_actor()
    page = paginate(current_session(), doubts_seen_by(actor))
    messaging = current_messaging()
    askable = {message.id for message in page.items if receiver_for(message.channel, messaging) is not None}
    html = render_template("messaging/doubts.html", page=page, people=receivers_of(actor, page.items), askable=askable)
    return seen_many(actor, html, participant_ids=shown(page.items))


@blueprint.post("/messages/<public_id>/arrived")
@require(Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
def arrived(public_id: str) -> ResponseReturnValue:
    """Somebody found out that the message arrived."""
    return _settle(public_id, arrived=True)


@blueprint.post("/messages/<public_id>/again")
@require(Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
def again(public_id: str) -> ResponseReturnValue:
    """Somebody decided that the message is sent again."""
    return _settle(public_id, arrived=False)


def _settle(public_id: str, *, arrived: bool) -> ResponseReturnValue:
    actor = current_actor()
    message_id = visible_one(OutboxMessage, actor, public_id).id
    try:
        with transaction():
            settle_doubt(actor, message_id=message_id, arrived=arrived)
    except DomainError as error:
        flash(str(error.message), "warning")
    else:
        flash(_("Noted: it arrived.") if arrived else _("It is sent again."), "success")
    return redirect(url_for("messaging.doubts"), code=303)

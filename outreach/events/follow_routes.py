"""What follows an event: tasks for a group of employers, evidence for their commitments."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.employers.queries import STAFF
from crm.errors import DomainError
from crm.partnerships.models import Commitment
from crm.web.filters import today
from crm.web.undo import flash_undo
from outreach.events.blueprint import blueprint
from outreach.events.evidence import offers_for
from outreach.events.forms import FollowUpForm
from outreach.events.models import OutreachEvent
from outreach.events.page import event_context
from outreach.events.services import following


@blueprint.post("/events/<public_id>/follow-up")
@require(*STAFF)
def follow_up(public_id: str) -> ResponseReturnValue:
    """A task for every employer of a group."""
    actor, form = current_actor(), FollowUpForm()
    event = visible_one(OutreachEvent, actor, public_id)
    if form.validate_on_submit():
        event_id, group = event.id, form.group.data or ""
        try:
            with transaction():
                count = following.follow_up(
                    actor, event_id=event_id, group=group, due_on=form.due_on.data or today(), title=form.title.data
                )
            text = ngettext(
                "There is a task for %(num)d employer now.", "There is a task for each of %(num)d employers now.", count
            )
            flash_undo(text, url_for(".drop_follow_up", public_id=public_id), group=group)
            return redirect(url_for(".show", public_id=public_id, _anchor="follow"), code=303)
        except DomainError as error:
            form.add_error(error)
    event = visible_one(OutreachEvent, actor, public_id)
    return render_template("outreach_events/show.html", **event_context(actor, event, follow_form=form)), 422


@blueprint.post("/events/<public_id>/follow-up/drop")
@require(*STAFF)
def drop_follow_up(public_id: str) -> ResponseReturnValue:
    """The tasks of a group are not needed after all."""
    actor = current_actor()
    event_id = visible_one(OutreachEvent, actor, public_id).id
    with transaction():
        count = following.drop_follow_up(actor, event_id=event_id, group=request.form.get("group", "")[:20])
    flash(ngettext("%(num)d task is cancelled.", "%(num)d tasks are cancelled.", count), "success")
    return redirect(url_for(".show", public_id=public_id, _anchor="follow"), code=303)


@blueprint.post("/events/<public_id>/evidence")
@require(*STAFF)
def offer_evidence(public_id: str) -> ResponseReturnValue:
    """The event shows that a commitment is kept."""
    actor = current_actor()
    event = visible_one(OutreachEvent, actor, public_id)
    wanted = visible_one(Commitment, actor, request.form.get("commitment", "")[:16])
    offer = next((each for each in offers_for(actor, event) if each.commitment.id == wanted.id), None)
    if offer is None or offer.given:
        flash(_("The event stands among the evidence already, or nobody of the employer came."), "info")
        return redirect(url_for(".show", public_id=public_id, _anchor="evidence"), code=303)
    event_id, commitment_id, contact_id = event.id, wanted.id, offer.contact_id
    try:
        with transaction():
            evidence = following.offer_as_evidence(
                actor, event_id=event_id, commitment_id=commitment_id, contact_id=contact_id
            )
            ref = evidence.public_id
        flash_undo(
            _("The event is evidence for the commitment now."), url_for("partnerships.remove_evidence", public_id=ref)
        )
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=public_id, _anchor="evidence"), code=303)

"""Inviting: whom, the preview with who is left out and why, sending and taking it back; one invitation."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible, visible_one
from crm.accounts.web_ports import module_on
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.list_queries import EmployerFilter, employer_ids
from crm.employers.queries import STAFF
from crm.employers.routes import filter_of
from crm.employers.saved_views import arguments_of, views_for
from crm.employers.view_models import SavedView
from crm.errors import DomainError, NotVisible
from crm.messaging.quiet_hours import next_allowed
from crm.partnerships.modules import PARTNERSHIPS
from crm.web.filters import show_datetime
from crm.web.forms import grouped_choices
from crm.web.undo import flash_undo
from outreach.events.blueprint import blueprint
from outreach.events.choosing import MOST, InvitePlan, InviteWish, Key, plan_invitations
from outreach.events.forms import AnswerForm, InviteForm, new_key
from outreach.events.links import door_url, reply_url
from outreach.events.models import Answer, EventInvitation, OutreachEvent
from outreach.events.page import words
from outreach.events.qr import svg_of
from outreach.events.queries import earlier_events, employer_ids_of
from outreach.events.services import inviting
from outreach.events.services.answering import answer_for_them
from outreach.events.words import LEFT_OUT

ONE_BY_ONE = "one"
_FOUND = 20


@blueprint.route("/events/<public_id>/invite", methods=["GET", "POST"])
@require(*STAFF)
def invite(public_id: str) -> ResponseReturnValue:
    """Choose whom to invite; the next page shows who they are and who is left out; the one after it sends."""
    actor = current_actor()
    event = visible_one(OutreachEvent, actor, public_id)
    form = InviteForm()
    form.source.choices = _sources(actor, event)
    plan: InvitePlan | None = None
    if form.validate_on_submit():
        wish = _wish(actor, event, form)
        try:
            if form.step.data == "do":
                return _send(actor, event, form, wish)
            plan = plan_invitations(actor, event, wish)
            form.submission_key.data = new_key()
        except DomainError as error:
            form.add_error(error)
    event = visible_one(OutreachEvent, actor, public_id)
    text = (request.args.get("q") or "").replace("\x00", "").strip()[:100]
    page = render_template(
        "outreach_events/invite.html", event=event, form=form, plan=plan, text=text, most=MOST,
        found=_found(actor, event, text) if text else None, reasons=LEFT_OUT, counts=_counts(plan),
    )  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.post("/events/batches/<batch>/undo")
@require(*STAFF)
def undo_batch(batch: str) -> ResponseReturnValue:
    """Take a sending back, as far as it has not left."""
    actor = current_actor()
    first = current_session().scalar(visible(EventInvitation, actor).where(EventInvitation.batch == batch).limit(1))
    if first is None:
        raise NotVisible("Not found, or not visible to you.")
    back = first.event.public_id
    with transaction():
        gone, kept = inviting.withdraw_batch(actor, batch=batch)
    text = ngettext("%(num)d invitation was taken back.", "%(num)d invitations were taken back.", gone)
    if kept:
        text += " " + ngettext("%(num)d has left already.", "%(num)d have left already.", kept)
    flash(text, "warning" if kept else "success")
    return redirect(url_for(".show", public_id=back), code=303)


@blueprint.route("/events/invitations/<public_id>", methods=["GET", "POST"])
@require(*STAFF)
def invitation(public_id: str) -> ResponseReturnValue:
    """One invitation: its answer, written down for those who called; its code and its link."""
    actor = current_actor()
    row = visible_one(EventInvitation, actor, public_id)
    given = {"comes": _said(row), "places": row.places or 1, "comment": row.comment}
    form = AnswerForm() if request.method == "POST" else AnswerForm(data=given)
    if form.validate_on_submit():
        row_id, back = row.id, row.event.public_id
        try:
            with transaction():
                row = answer_for_them(actor, invitation_id=row_id, reply=form.as_reply())
                queued, name = row.answer is Answer.QUEUED, row.name
            flash(_saved(name, queued=queued), "warning" if queued else "success")
            return redirect(url_for(".show", public_id=back), code=303)
        except DomainError as error:
            form.add_error(error)
    row = visible_one(EventInvitation, actor, public_id)
    page = render_template(
        "outreach_events/invitation.html", row=row, event=row.event, form=form, **words(),
        code=svg_of(door_url(row)), link=reply_url(row) if row.token_hash else None,
        voices=module_on(PARTNERSHIPS.key),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/events/invitations/<public_id>/withdraw")
@require(*STAFF)
def withdraw(public_id: str) -> ResponseReturnValue:
    """An invitation does not hold any more."""
    actor = current_actor()
    row = visible_one(EventInvitation, actor, public_id)
    row_id, back, name = row.id, row.event.public_id, row.name
    try:
        with transaction():
            inviting.withdraw(actor, invitation_id=row_id)
        text = _("The invitation of %(name)s does not hold any more.", name=name)
        flash_undo(text, url_for(".give_back", public_id=public_id))
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=back), code=303)


@blueprint.post("/events/invitations/<public_id>/give-back")
@require(*STAFF)
def give_back(public_id: str) -> ResponseReturnValue:
    """An invitation that was withdrawn holds again; its answer is what it was, as far as there is room."""
    actor = current_actor()
    row = visible_one(EventInvitation, actor, public_id)
    row_id, back = row.id, row.event.public_id
    with transaction():
        inviting.give_back(actor, invitation_id=row_id)
    flash(_("The invitation holds again."), "success")
    return redirect(url_for(".show", public_id=back), code=303)


@blueprint.post("/events/invitations/<public_id>/send-again")
@require(*STAFF)
def send_again(public_id: str) -> ResponseReturnValue:
    """Send an invitation once more."""
    actor = current_actor()
    row = visible_one(EventInvitation, actor, public_id)
    row_id, back = row.id, row.event.public_id
    try:
        with transaction():
            inviting.send_again(actor, invitation_id=row_id)
        flash(_("The invitation is on its way again."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=back), code=303)


def _saved(name: str, *, queued: bool) -> str:
    if queued:
        return str(_("There is no room left: %(name)s is on the waiting list.", name=name))
    return str(_("The answer of %(name)s is saved.", name=name))


def _said(row: EventInvitation) -> str | None:
    return {Answer.WAITING: None, Answer.NO: "no"}.get(row.answer, "yes")


def _send(actor: Actor, event: OutreachEvent, form: InviteForm, wish: InviteWish) -> ResponseReturnValue:
    event_id, public_id, batch = event.id, event.public_id, form.key or new_key()
    with transaction():
        count = inviting.invite(actor, event_id=event_id, wish=wish, batch=batch)
    flash_undo(_leaving(count, event_id), url_for(".undo_batch", batch=batch))
    return redirect(url_for(".show", public_id=public_id), code=303)


def _leaving(count: int, event_id: int) -> str:
    """When the mail leaves: at night it waits for the morning, and saying "in a minute" would be wrong."""
    event, now = current_session().get_one(OutreachEvent, event_id), clock.now()
    leaves = next_allowed(event.unit, now)
    if leaves <= now:
        text = ngettext("%(num)d invitation leaves in a minute.", "%(num)d invitations leave in a minute.", count)
    else:
        text = ngettext(
            "%(num)d invitation leaves on %(when)s.", "%(num)d invitations leave on %(when)s.", count,
            when=show_datetime(leaves),
        )  # fmt: skip
    return str(text)


def _sources(actor: Actor, event: OutreachEvent) -> list[Any]:
    """Where those invited come from: one's own employers, a saved view, an earlier event."""
    lists = [("q:owner=mine", _("Mine")), ("q:owner=unit", _("My unit's"))]
    views = [(f"view:{each.public_id}", each.name) for each in views_for(actor)]
    events = [(f"event:{public_id}", title) for public_id, title in earlier_events(actor, event)]
    groups = {_("Employers"): lists, _("Saved views"): views, _("Those invited to an earlier event"): events}
    return grouped_choices({name: pairs for name, pairs in groups.items() if pairs}, empty=_("Choose a list"))


def _wish(actor: Actor, event: OutreachEvent, form: InviteForm) -> InviteWish:
    """Whom the form means: those ticked, or everybody of the chosen list."""
    ticked = _ticked(request.form.getlist("p"))
    general = form.mode.data != ONE_BY_ONE
    if form.step.data == "do" or not general:
        ids = list(dict.fromkeys(employer_id for employer_id, _person in ticked))
        only: frozenset[Key] | None = frozenset(ticked)
    else:
        ids, only = _of_source(actor, form.source.data or ""), None
    return InviteWish(
        ids, general=general, unasked=bool(form.unasked.data), everybody=form.everybody.data == "y", only=only
    )


def _of_source(actor: Actor, source: str) -> list[int]:
    kind, _colon, what = source.partition(":")
    if kind == "event":
        return employer_ids_of(visible_one(OutreachEvent, actor, what))[:MOST]
    if kind == "view":
        what = visible_one(SavedView, actor, what).query
    return employer_ids(actor, filter_of(arguments_of(what))[1], limit=MOST) if kind in ("q", "view") else []


def _ticked(values: Sequence[str]) -> list[Key]:
    found = []
    for value in values[: MOST * 4]:
        employer, _dash, person = value.partition("-")
        if employer.isascii() and employer.isdigit() and len(employer) < 10 and person.isascii() and person.isdigit():
            found.append((int(employer), int(person[:9]) or None))
    return found


def _found(actor: Actor, event: OutreachEvent, text: str) -> InvitePlan:
    """Employers that are called so, with everybody there who can be invited by name."""
    ids = employer_ids(actor, EmployerFilter(text=text), limit=_FOUND)
    return plan_invitations(actor, event, InviteWish(ids, general=False, everybody=True))


def _counts(plan: InvitePlan | None) -> dict[str, int]:
    reasons = [each.reason for each in plan.left_out] if plan else []
    return {reason: reasons.count(reason) for reason in LEFT_OUT if reason in reasons}

"""At the door: who is expected, ticking who came, the code of an invitation, guests, the list on paper."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible, visible_one
from crm.db import current_session, transaction
from crm.employers.queries import STAFF
from crm.errors import DomainError
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.undo import flash_undo
from outreach.events.blueprint import blueprint
from outreach.events.forms import WalkInForm, new_key, with_own_ids
from outreach.events.mail_texts import when
from outreach.events.models import EventInvitation, OutreachEvent
from outreach.events.page import words
from outreach.events.queries import figures_of, invitations_for_list
from outreach.events.services import attendance
from outreach.events.words import ANSWERS, MAIL_STATES

_REF = re.compile(r"([A-Za-z0-9_-]{16})/?\s*$")


@blueprint.get("/events/<public_id>/door")
@require(*STAFF)
def door(public_id: str) -> ResponseReturnValue:
    """Who is expected, each with a button; who was not invited is added below."""
    return _door(visible_one(OutreachEvent, current_actor(), public_id))


@blueprint.post("/events/<public_id>/door/code")
@require(*STAFF)
def read_code(public_id: str) -> ResponseReturnValue:
    """What a scanner typed: the code of an invitation. Its people have come; a second time it only says so."""
    actor = current_actor()
    event_id = visible_one(OutreachEvent, actor, public_id).id
    found = _REF.search(request.form.get("code", ""))
    statement = visible(EventInvitation, actor).where(
        EventInvitation.event_id == event_id, EventInvitation.public_id == (found.group(1) if found else "")
    )
    row = current_session().scalar(statement)
    if row is None:
        flash(_("This code belongs to nobody on the list of this event."), "warning")
        return _to_door(public_id)
    return _note(row, row.came or row.places or 1)


@blueprint.get("/events/invitations/<public_id>/arrived")
@require(*STAFF)
def arrived(public_id: str) -> ResponseReturnValue:
    """Somebody stands at the door whose code was scanned: one button writes it down."""
    row = visible_one(EventInvitation, current_actor(), public_id)
    return render_template("outreach_events/arrived.html", row=row, event=row.event, when=when(row.event), **words())


@blueprint.post("/events/invitations/<public_id>/came")
@require(*STAFF)
def came(public_id: str) -> ResponseReturnValue:
    """So many people came on an invitation; none; or nobody knows any more."""
    row = visible_one(EventInvitation, current_actor(), public_id)
    text = request.form.get("people", "")
    if text == "":
        return _note(row, None)
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        flash(_("Write how many people came."), "warning")
        return _to_door(row.event.public_id)
    return _note(row, int(text))


@blueprint.post("/events/<public_id>/walk-ins")
@require(*STAFF)
def add_walk_in(public_id: str) -> ResponseReturnValue:
    """Somebody came who was not invited."""
    actor, form = current_actor(), WalkInForm()
    event = visible_one(OutreachEvent, actor, public_id)
    if form.validate_on_submit():
        event_id = event.id
        try:
            with transaction():
                row = attendance.add_walk_in(actor, event_id=event_id, given=form.as_fields(), submission_key=form.key)
                name, ref, known = row.name, row.public_id, row.employer_id is not None
            text = (
                _("%(name)s has come, and it stands in the employer's history.", name=name)
                if known
                else _("%(name)s has come.", name=name)
            )
            flash_undo(text, url_for(".remove_walk_in", public_id=ref))
            return _to_door(public_id)
        except DomainError as error:
            form.add_error(error)
    return _door(visible_one(OutreachEvent, actor, public_id), form)


@blueprint.post("/events/invitations/<public_id>/remove")
@require(*STAFF)
def remove_walk_in(public_id: str) -> ResponseReturnValue:
    """Take back a guest who was written down."""
    actor = current_actor()
    row = visible_one(EventInvitation, actor, public_id)
    row_id, back = row.id, row.event.public_id
    try:
        with transaction():
            attendance.remove_walk_in(actor, invitation_id=row_id)
        flash(_("Taken off the list."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return _to_door(back)


@blueprint.post("/events/<public_id>/rest-absent")
@require(*STAFF)
def rest_absent(public_id: str) -> ResponseReturnValue:
    """Whoever had said yes and is not ticked did not come."""
    actor = current_actor()
    event_id = visible_one(OutreachEvent, actor, public_id).id
    try:
        with transaction():
            count = attendance.note_rest_absent(actor, event_id=event_id)
        text = ngettext("%(num)d did not come.", "%(num)d did not come.", count)
        flash(text, "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.get("/events/<public_id>/list")
@require(*STAFF)
def paper(public_id: str) -> ResponseReturnValue:
    """The list to sign at the door, on paper."""
    actor = current_actor()
    event = visible_one(OutreachEvent, actor, public_id)
    rows = invitations_for_list(actor, event)
    return render_template("outreach_events/paper.html", event=event, rows=rows, when=when(event), **words())


@blueprint.get("/events/<public_id>/invitations.<any(csv, xlsx):kind>")
@require(*STAFF)
def export_invitations(public_id: str, kind: str) -> ResponseReturnValue:
    """Everybody invited with their answer and whether they came, as a file. That it was taken stands in the log."""
    actor = current_actor()
    event = visible_one(OutreachEvent, actor, public_id)
    event_id, unit_id = event.id, event.unit_id
    rows = [_cells(each) for each in invitations_for_list(actor, event, all_of_them=True)]
    answer = download(f"invitations-{event.day}", kind, _headings(), rows)
    with transaction():
        audit.record(
            actor, "event_invitations_exported", subject_type="outreach_event", subject_id=event_id, unit_id=unit_id,
            details={"kind": kind, "rows": len(rows)},
        )  # fmt: skip
    return answer


def _door(event: OutreachEvent, form: WalkInForm | None = None) -> ResponseReturnValue:
    actor, text = current_actor(), (request.args.get("q") or "").replace("\x00", "").strip()[:100]
    rows = invitations_for_list(actor, event, text=text, all_of_them=bool(text))
    walk_in = form or WalkInForm(formdata=None, data={"people": 1, "submission_key": new_key()})
    page = render_template(
        "outreach_events/door.html", event=event, rows=rows, text=text, when=when(event),
        figures=figures_of([event.id])[event.id], form=with_own_ids(walk_in, "guest"),
        open=event.cancelled_at is None and today() >= event.day, **words(),
    )  # fmt: skip
    return page, 422 if form is not None else 200


def _note(row: EventInvitation, people: int | None) -> ResponseReturnValue:
    """Write it down and go back to the list, with a button that takes it back."""
    row_id, public_id, back, name, before = row.id, row.public_id, row.event.public_id, row.name, row.came
    try:
        with transaction():
            attendance.note_came(current_actor(), invitation_id=row_id, people=people)
    except DomainError as error:
        flash(str(error.message), "warning")
        return _to_door(back)
    if people and people == before:
        flash(_("%(name)s has come already.", name=name), "info")
        return _to_door(back)
    if people is None:
        text = _("%(name)s: not written down.", name=name)
    elif people == 0:
        text = _("%(name)s did not come.", name=name)
    else:
        text = ngettext("%(name)s has come.", "%(name)s has come, %(num)d people.", people, name=name)
    flash_undo(text, url_for(".came", public_id=public_id), people="" if before is None else before)
    return _to_door(back)


def _to_door(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("outreach_events.door", public_id=public_id, q=request.form.get("q") or None), code=303)


def _headings() -> list[str]:
    return [
        _("Employer"), _("Person"), _("Language"), _("Mail"), _("Answer"), _("People signed up"), _("Comment"),
        _("Without an invitation"), _("People who came"),
    ]  # fmt: skip


def _cells(row: EventInvitation) -> list[str | int | None]:
    return [
        row.where, row.who, row.language, str(MAIL_STATES[row.mail]), "" if row.walk_in else str(ANSWERS[row.answer]),
        row.places, row.comment or "", _("Yes") if row.walk_in else "", row.came,
    ]  # fmt: skip

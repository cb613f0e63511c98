"""The last page of a call: outcome, next step, and what else the script's effects have to know."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.db import transaction
from crm.errors import DomainError, EditConflict
from crm.web.conflicts import differences
from outreach.calling.blueprint import STAFF, blueprint
from outreach.calling.briefing import briefing
from outreach.calling.forms import ClosingForm
from outreach.calling.page import closing_context, closing_values, mail_that_leaves, prepare_closing
from outreach.calling.queries import call_of
from outreach.calling.routes import next_call
from outreach.calling.services.closing import close_call
from outreach.calling.services.drafts import CallOver, Draft, keep_typed, step_back, walk_of
from outreach.calling.services.outcome import Closed
from outreach.scripts.walking import is_ended


@blueprint.get("/calls/<public_id>/close")
@require(*STAFF)
def close(public_id: str) -> ResponseReturnValue:
    """The form with which a call is closed, at any step."""
    actor = current_actor()
    call = call_of(actor, public_id)
    if call.ended_at is not None:
        return redirect(url_for(".show", public_id=public_id), code=303)
    walk, brief = walk_of(call), briefing(actor, call)
    form = ClosingForm(formdata=closing_values(actor, call, walk, brief))
    prepare_closing(actor, form, call, walk, brief)
    return render_template("outreach_calls/close.html", **closing_context(actor, call, walk, form, brief))


@blueprint.post("/calls/<public_id>/close")
@require(*STAFF)
def save(public_id: str) -> ResponseReturnValue:
    """Save the call as one, and go on with the next one where that was asked for."""
    actor = current_actor()
    call = call_of(actor, public_id)
    if call.ended_at is not None:
        return _after(
            call.public_id, Closed(call.public_id, call.contact_id, None, was_closed=True), _list_of(public_id)
        )
    call_id, walk, brief = call.id, walk_of(call), briefing(actor, call)
    form = ClosingForm()
    draft = form.draft()
    if request.form.get("go") in ("back", "later"):
        return _leave(public_id, call_id, draft, walk_is_over=is_ended(walk))
    prepare_closing(actor, form, call, walk, brief)
    list_public_id = _list_of(public_id)
    changed: list[tuple[str, object]] = []
    if form.validate_on_submit():
        try:
            with transaction():
                closed = close_call(actor, call_id=call_id, closing=form.as_closing())
            return _after(public_id, closed, list_public_id)
        except EditConflict as error:
            changed = differences(form, error)
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    if not changed:
        _keep(call_id, draft)
    return _shown_again(public_id, form, changed)


def _keep(call_id: int, draft: Draft) -> None:
    """What was typed is kept where it could not be saved; a window that is behind keeps its own."""
    try:
        with transaction():
            keep_typed(current_actor(), call_id=call_id, draft=draft)
    except (EditConflict, CallOver):
        return


def _leave(public_id: str, call_id: int, draft: Draft, *, walk_is_over: bool) -> ResponseReturnValue:
    """Back to the script, or away from the call for now; what stands on the page is kept."""
    actor, back = current_actor(), request.form.get("go") == "back"
    try:
        with transaction():
            if back and walk_is_over:
                step_back(actor, call_id=call_id, draft=draft)
            else:
                keep_typed(actor, call_id=call_id, draft=draft)
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show" if back else ".index", public_id=public_id if back else None), code=303)


def _list_of(public_id: str) -> str | None:
    entry = call_of(current_actor(), public_id).entry
    return entry.call_list.public_id if entry is not None else None


def _after(public_id: str, closed: Closed, list_public_id: str | None) -> ResponseReturnValue:
    if closed.was_closed:
        flash(_("This call was saved already; nothing was written twice."), "info")
    else:
        mail = mail_that_leaves(current_actor(), call_of(current_actor(), public_id))
        flash(" ".join(filter(None, (_("The call is saved."), mail))), "success")
    if closed.entry_lost:
        flash(_("A colleague has taken this employer from the list meanwhile. Tell them about your call."), "warning")
    if request.form.get("go") == "next" and list_public_id is not None:
        return next_call(public_id=list_public_id)
    return redirect(url_for(".show", public_id=public_id), code=303)


def _shown_again(public_id: str, form: ClosingForm, changed: list[tuple[str, object]]) -> ResponseReturnValue:
    actor = current_actor()
    call = call_of(actor, public_id)
    if call.ended_at is not None:
        return redirect(url_for(".show", public_id=public_id), code=303)
    walk, brief = walk_of(call), briefing(actor, call)
    prepare_closing(actor, form, call, walk, brief)
    form.version.data = str(call.version_id)
    form.number.data = form.base.data = str(call.draft_number)
    context = closing_context(actor, call, walk, form, brief)
    return render_template("outreach_calls/close.html", **(context | {"different": changed})), 422

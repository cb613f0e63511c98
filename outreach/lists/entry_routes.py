"""Single entries of a list: leave out, put back, call first, one more employer. Each can be taken back."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.employers.people_queries import employer_named
from crm.employers.queries import STAFF
from crm.errors import DomainError, NotVisible
from crm.web.context import local_path
from crm.web.undo import flash_undo
from outreach.lists.blueprint import blueprint
from outreach.lists.entries import add_entry, leave_out, move_entry, put_back, put_first, undo_put_back
from outreach.lists.forms import AddEntryForm
from outreach.lists.models import CallEntry, CallList, EntryState
from outreach.lists.routes import list_context
from outreach.lists.words import REASONS


@blueprint.post("/entries/<public_id>/leave-out")
@require(*STAFF)
def leave_entry_out(public_id: str) -> ResponseReturnValue:
    """Take somebody out of the list who has not been called."""
    return _change(
        public_id, leave_out, told=_("Left out. They are not called from this list."), undo=".put_entry_back"
    )


@blueprint.post("/entries/<public_id>/put-back")
@require(*STAFF)
def put_entry_back(public_id: str) -> ResponseReturnValue:
    """Call somebody after all, or once more."""
    return _change(public_id, put_back, told=_("They are on the list again."), undo=".undo_put_entry_back")


@blueprint.post("/entries/<public_id>/put-back/undo")
@require(*STAFF)
def undo_put_entry_back(public_id: str) -> ResponseReturnValue:
    """Take back that somebody was put back."""
    return _change(public_id, undo_put_back, told=_("Taken back."))


@blueprint.post("/entries/<public_id>/first")
@require(*STAFF)
def put_entry_first(public_id: str) -> ResponseReturnValue:
    """Let somebody be called before everybody else who waits."""
    actor = current_actor()
    entry = visible_one(CallEntry, actor, public_id)
    entry_id, back = entry.id, entry.call_list.public_id
    with transaction():
        before = put_first(actor, entry_id=entry_id)
    flash_undo(_("They are called first."), url_for(".move", public_id=public_id), position=before)
    return _back(back)


@blueprint.post("/entries/<public_id>/move")
@require(*STAFF)
def move(public_id: str) -> ResponseReturnValue:
    """Give an entry the place where it stood."""
    actor = current_actor()
    entry = visible_one(CallEntry, actor, public_id)
    entry_id, back = entry.id, entry.call_list.public_id
    text = request.form.get("position", "")
    number = text.removeprefix("-")
    if number.isascii() and number.isdigit() and len(number) < 9:
        with transaction():
            move_entry(actor, entry_id=entry_id, position=int(text))
        flash(_("Taken back."), "success")
    return _back(back)


@blueprint.post("/<public_id>/add")
@require(*STAFF)
def add_employer(public_id: str) -> ResponseReturnValue:
    """Put one more employer on the list."""
    actor, form = current_actor(), AddEntryForm()
    call_list = visible_one(CallList, actor, public_id)
    list_id = call_list.id
    if form.validate_on_submit():
        employer = employer_named(actor, form.employer.data or "")
        if employer is None:
            form.add_error(DomainError(_("No employer has exactly this name or number."), field="employer"))
        else:
            employer_id = employer.id
            with transaction():
                entry = add_entry(actor, list_id=list_id, employer_id=employer_id, first=bool(form.first.data))
                entry_id, state, reason = entry.public_id, entry.state, entry.reason
            if state is EntryState.LEFT_OUT and reason is not None:
                flash(_("They stand on the list, left out: %(reason)s.", reason=REASONS[reason]), "warning")
            else:
                flash_undo(_("They stand on the list."), url_for(".leave_entry_out", public_id=entry_id))
            return redirect(url_for(".show", public_id=public_id), code=303)
    call_list = visible_one(CallList, actor, public_id)
    return render_template("call_lists/show.html", **list_context(actor, call_list, add_form=form)), 422


def _change(
    public_id: str, change: Callable[..., CallEntry], *, told: str, undo: str | None = None
) -> ResponseReturnValue:
    """Change one entry and say so, with a way back; what cannot be is said on the list too."""
    actor = current_actor()
    entry = visible_one(CallEntry, actor, public_id)
    entry_id, back = entry.id, entry.call_list.public_id
    try:
        with transaction():
            change(actor, entry_id=entry_id)
    except NotVisible:
        raise
    except DomainError as error:
        flash(str(error.message), "warning")
    else:
        if undo is None:
            flash(told, "success")
        else:
            flash_undo(told, url_for(undo, public_id=public_id))
    return _back(back)


def _back(public_id: str) -> ResponseReturnValue:
    """To the list as it was filtered."""
    here = url_for(".show", public_id=public_id)
    return redirect(local_path(request.form.get("next"), fallback=here), code=303)

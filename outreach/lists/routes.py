"""The lists of a unit, one list with its entries, closing and reopening."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers.queries import STAFF
from crm.glossary import picklists
from crm.web.paging import requested_page
from crm.web.undo import flash_undo
from outreach.lists.blueprint import blueprint
from outreach.lists.building import close_list, may_change, reopen_list
from outreach.lists.entries import held_back
from outreach.lists.forms import AddEntryForm, entry_filter
from outreach.lists.list_queries import (
    CLOSED,
    MINE,
    UNIT,
    EntryFilter,
    callers_of,
    entry_page,
    list_one,
    list_page,
    progress_of,
    reasons_in,
)
from outreach.lists.models import CallList
from outreach.lists.queries import why_empty
from outreach.lists.words import FIRST, REASONS, STATE_COLORS, STATES, WANTED


@blueprint.get("")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The lists that one calls from, those of one's unit, or those that are closed."""
    actor = current_actor()
    show = request.args.get("show", MINE)
    show = show if show in (MINE, UNIT, CLOSED) else MINE
    page = list_page(actor, show, page=requested_page())
    return render_template("call_lists/index.html", page=page, show=show, wanted=WANTED)


@blueprint.get("/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """One list: how far it is, who stands in it and where, who is left out and why."""
    actor = current_actor()
    return render_template("call_lists/show.html", **list_context(actor, list_one(actor, public_id)))


@blueprint.get("/<public_id>/empty")
@require(*STAFF)
def empty(public_id: str) -> ResponseReturnValue:
    """Nobody can be called from a list at this moment: why, and when the next callback is."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    why = why_empty(actor, call_list.id)
    return render_template("call_lists/empty.html", call_list=call_list, why=why, reasons=REASONS)


@blueprint.post("/<public_id>/close")
@require(*STAFF)
def close(public_id: str) -> ResponseReturnValue:
    """Nobody gets anybody from this list any more."""
    actor = current_actor()
    list_id = visible_one(CallList, actor, public_id).id
    with transaction():
        close_list(actor, list_id=list_id)
    flash_undo(_("The list is closed. What was called stays."), url_for(".reopen", public_id=public_id))
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/<public_id>/reopen")
@require(*STAFF)
def reopen(public_id: str) -> ResponseReturnValue:
    """Call from a closed list again."""
    actor = current_actor()
    list_id = visible_one(CallList, actor, public_id).id
    with transaction():
        reopen_list(actor, list_id=list_id)
    flash(_("The list is open again."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


def list_context(actor: Actor, call_list: CallList, *, add_form: AddEntryForm | None = None) -> dict[str, object]:
    """What the page of a list shows."""
    form, filters = entry_filter()
    outcomes = dict(picklists.options("contact_outcome", actor.language))
    entries = entry_page(actor, call_list, filters, page=requested_page())
    return {
        "call_list": call_list,
        "progress": progress_of(actor, [call_list])[call_list.id],
        "page": entries,
        "held_back": held_back(actor, entries.items) if call_list.closed_at is None else {},
        "first": FIRST,
        "form": form,
        "filters": filters,
        "is_filtered": filters != EntryFilter(),
        "left_out": reasons_in(actor, call_list),
        "callers": callers_of(call_list),
        "is_caller": any(each.staff_id == actor.staff_id for each in call_list.callers),
        "may_change": may_change(actor, call_list),
        "add_form": add_form or AddEntryForm(formdata=None),
        "states": STATES,
        "state_colors": STATE_COLORS,
        "reasons": REASONS,
        "wanted": WANTED,
        "outcomes": outcomes,
        "title": call_list.script.title_in(actor.language),
    }

"""The pages of a call: begin, go from step to step, keep what is typed, throw it away."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers.models import Employer
from crm.employers.queries import positions_at
from crm.errors import DomainError, EditConflict
from crm.web.clean import clean_text
from crm.web.conflicts import differences
from crm.web.filters import show_time
from outreach.calling.blueprint import STAFF, blueprint
from outreach.calling.fields import PREFIX
from outreach.calling.forms import CallForm, EmployerCallForm, step_form
from outreach.calling.models import Call
from outreach.calling.page import done_context, step_context, step_values
from outreach.calling.queries import call_of, open_calls
from outreach.calling.services.drafts import (
    CLOSING,
    CallOver,
    Draft,
    answer_step,
    keep_draft,
    keep_typed,
    speak,
    step_back,
    walk_of,
)
from outreach.calling.services.starting import call_employer, call_next, discard_call
from outreach.calling.tidying import KEPT_FOR
from outreach.lists.models import CallList
from outreach.lists.services import Portion
from outreach.scripts.queries import script_choices
from outreach.scripts.walking import is_ended

_NOT_FIELDS = frozenset({"version", "number", "base", "tab", "place", "note", "csrf_token", "go", "save_anyway"})

_PORTIONS = 5
"""So many transactions one press may take to find somebody who may be called."""


@blueprint.get("/calls")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """One's own calls that are not closed."""
    return render_template("outreach_calls/index.html", calls=open_calls(current_actor()), kept_days=KEPT_FOR.days)


@blueprint.post("/call-lists/<public_id>/next-call")
@require(*STAFF)
def next_call(public_id: str) -> ResponseReturnValue:
    """Take the next one of a list and begin the call; whoever has one open goes on with it."""
    actor = current_actor()
    list_id = visible_one(CallList, actor, public_id).id
    try:
        address = _address_of_next(actor, list_id)
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for("call_lists.show", public_id=public_id), code=303)
    return redirect(address or url_for("call_lists.empty", public_id=public_id), code=303)


def _address_of_next(actor: Actor, list_id: int) -> str | None:
    """The page of the next call of a list. None: nobody is left. Raises DomainError, also where so many had to be left
    out that going on would take too long for one answer: those are left out by then."""
    for _each in range(_PORTIONS):
        portion = Portion()
        with transaction():
            call = call_next(actor, list_id=list_id, portion=portion)
            if call is not None:
                return url_for(".show", public_id=call.public_id)
        if not portion.is_full:
            return None
    raise DomainError(_("Many on this list may not be called any more and were left out. Press again to go on."))


@blueprint.post("/employers/<public_id>/script-call")
@require(*STAFF)
def begin(public_id: str) -> ResponseReturnValue:
    """Begin a call to an employer of one's choice, with a script."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    form = EmployerCallForm()
    form.prepare(script_choices(actor), [each for each in positions_at(actor, employer_id) if each.left_on is None])
    if not form.validate_on_submit():
        flash(_("Choose the script and whom to ask for."), "error")
        return redirect(url_for("employers.show", public_id=public_id, _anchor="script-call"), code=303)
    try:
        with transaction():
            call = call_employer(
                actor, employer_id=employer_id, script_id=form.script.data or 0, person_id=form.person.data
            )
            address = url_for(".show", public_id=call.public_id)
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for("employers.show", public_id=public_id, _anchor="script-call"), code=303)
    return redirect(address, code=303)


@blueprint.get("/calls/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """The step at which a call is; a call that is over says what came of it."""
    actor = current_actor()
    call = call_of(actor, public_id)
    if call.ended_at is not None:
        return render_template("outreach_calls/done.html", **done_context(actor, call))
    walk = walk_of(call)
    if is_ended(walk):
        return redirect(url_for(".close", public_id=public_id), code=303)
    form = step_form(walk.node, formdata=None, data=step_values(call, walk))
    return render_template("outreach_calls/step.html", **step_context(actor, call, walk, form))


@blueprint.post("/calls/<public_id>")
@require(*STAFF)
def go(public_id: str) -> ResponseReturnValue:
    """Go on with an answer, one step back, or to the end; what stands on the page is kept in any case."""
    actor = current_actor()
    call = call_of(actor, public_id)
    if call.ended_at is not None:
        return _is_over(public_id)
    call_id, form = call.id, step_form(walk_of(call).node)
    draft = form.draft()
    try:
        with transaction():
            _move(call_id, draft)
        return redirect(_address(public_id), code=303)
    except CallOver:
        return _is_over(public_id)
    except EditConflict as error:
        return _shown_again(public_id, form, error)
    except DomainError as error:
        with transaction():
            keep_typed(actor, call_id=call_id, draft=draft)
        return _shown_again(public_id, form, error)


@blueprint.post("/calls/<public_id>/draft")
@require(*STAFF)
def save_draft(public_id: str) -> ResponseReturnValue:
    """Keep what is being typed, for the script of the page. Answers in JSON."""
    actor = current_actor()
    call_id = call_of(actor, public_id).id
    draft = draft_of_request()
    try:
        with transaction():
            call = keep_draft(actor, call_id=call_id, draft=draft)
            saved = {"state": "saved", "number": call.draft_number, "at": show_time(call.saved_at)}
    except EditConflict as error:
        return {"state": "conflict", "message": str(error.message), **error.current}, 409
    except CallOver as error:
        return {"state": "over", "message": str(error.message)}, 410
    return saved


@blueprint.post("/calls/<public_id>/discard")
@require(*STAFF)
def discard(public_id: str) -> ResponseReturnValue:
    """Throw a call away that was not made; it goes back to its list."""
    actor = current_actor()
    call = call_of(actor, public_id)
    call_id, employer = call.id, call.employer.public_id
    back = url_for("employers.show", public_id=employer)
    if call.entry is not None:
        back = url_for("call_lists.show", public_id=call.entry.call_list.public_id)
    try:
        with transaction():
            discard_call(actor, call_id=call_id)
        flash(_("The call is thrown away. Nothing was written down."), "success")
    except DomainError as error:
        flash(str(error.message), "error")
    return redirect(back, code=303)


def draft_of_request() -> Draft:
    """What stands on the page, straight from what was sent: a draft is looked at when it is used, not before."""
    sent = {name: clean_text("\n".join(request.form.getlist(name))) for name in request.form}
    place = sent.get("place", "")[:60]
    fields = {
        name if place == CLOSING else name.removeprefix(PREFIX): value
        for name, value in sent.items()
        if name not in _NOT_FIELDS and (place == CLOSING or name.startswith(PREFIX))
    }
    numbers = {name: _number(sent.get(name, "")) for name in ("version", "number", "base")}
    return Draft(note=sent.get("note", ""), fields=fields, place=place, tab=sent.get("tab", "")[:20], **numbers)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _move(call_id: int, draft: Draft) -> Call:
    actor, wanted = current_actor(), request.form.get("go", "")
    key = request.form.get("answer")
    if key is not None:
        return answer_step(actor, call_id=call_id, draft=draft, key=key[:60])
    if wanted == "back":
        return step_back(actor, call_id=call_id, draft=draft)
    if wanted.startswith("speak-"):
        return speak(actor, call_id=call_id, draft=draft, language=wanted.removeprefix("speak-"))
    return keep_typed(actor, call_id=call_id, draft=draft)


def _address(public_id: str) -> str:
    wanted = request.form.get("go", "")
    if wanted == "close":
        return url_for(".close", public_id=public_id)
    if wanted == "later":
        return url_for(".index")
    return url_for(".show", public_id=public_id, _anchor="main")


def _is_over(public_id: str) -> ResponseReturnValue:
    flash(_("This call is closed."), "info")
    return redirect(url_for(".show", public_id=public_id), code=303)


def _shown_again(public_id: str, form: CallForm, error: DomainError) -> ResponseReturnValue:
    """The step where the call is now, with what was typed and what is wrong with it."""
    actor = current_actor()
    call = call_of(actor, public_id)
    walk = walk_of(call)
    changed: list[tuple[str, object]] = []
    if isinstance(error, EditConflict):
        typed = form.note.data
        if is_ended(walk):
            flash(str(error.message), "warning")
            return redirect(url_for(".close", public_id=public_id), code=303)
        form = step_form(walk.node, formdata=None, data={**step_values(call, walk), "note": typed})
        changed = differences(form, error)
        form.form_errors.append(error.message)
    else:
        for name, value in step_values(call, walk).items():
            if name in ("version", "number", "base", "place"):
                form[name].data = value
        form.add_error(DomainError(error.message, field=PREFIX + error.field if error.field else None))
    context = step_context(actor, call, walk, form)
    return render_template("outreach_calls/step.html", **(context | {"different": changed})), 422

"""Saying by hand that an employer is bankrupt, wound up, closed, or in business again."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.employers.blueprint import blueprint
from crm.employers.models import Employer, RegisterStatus
from crm.employers.queries import STAFF
from crm.employers.registers import by_hand
from crm.employers.registers.words import STATUS
from crm.employers.rules import what_it_became
from crm.employers.status_forms import StatusForm
from crm.employers.view_models import BulkAction
from crm.errors import DomainError, EditConflict
from crm.note_guard.guard import pointed_out
from crm.web.filters import today
from crm.web.undo import flash_undo


@blueprint.route("/employers/<public_id>/status", methods=["GET", "POST"])
@require(*STAFF)
def set_status(public_id: str) -> ResponseReturnValue:
    """Write down the state of an employer; the message carries an Undo button."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    if employer.merged_into_id is not None:
        return redirect(url_for(".show", public_id=what_it_became(employer).public_id), code=303)
    by_hand.check_may_set_status(actor, employer.id)
    shown = {"status": employer.register_status.value, "since": today(), "version": employer.version_id}
    form = StatusForm() if request.method == "POST" else StatusForm(data=shown)
    findings = pointed_out(form, "source")
    different: list[tuple[str, object]] = []
    if form.validate_on_submit() and not findings:
        employer_id, version = employer.id, int(form.version.data or 0)
        try:
            with transaction():
                made = by_hand.set_status(actor, employer_id=employer_id, version=version, said=form.as_statement())
                change = made.public_id if made else None
            return _saved(public_id, change, told=form.status.data != RegisterStatus.ACTIVE.value)
        except EditConflict as error:
            now = visible_one(Employer, actor, public_id)
            different = [(str(_("State")), STATUS[now.register_status])]
            form.version.data = str(now.version_id)
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    employer = visible_one(Employer, actor, public_id)
    context: dict[str, Any] = {"employer": employer, "form": form, "findings": findings, "different": different}
    page = render_template("employers/status.html", **context)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/employers/<public_id>/status/undo")
@require(*STAFF)
def take_status_back(public_id: str) -> ResponseReturnValue:
    """Take back what one has just written of an employer's state, unless somebody has changed something since."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    action_id = visible_one(BulkAction, actor, request.form.get("change", "")).id
    try:
        with transaction():
            by_hand.undo_status(actor, employer_id=employer_id, action_id=action_id)
        flash(_("Undone."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=public_id), code=303)


def _saved(public_id: str, change: str | None, *, told: bool) -> ResponseReturnValue:
    if change is None:
        flash(_("Saved."), "success")
    else:
        text = _("Saved. Everybody responsible for this employer has been told.") if told else _("Saved.")
        flash_undo(text, url_for(".take_status_back", public_id=public_id), change=change)
    return redirect(url_for(".show", public_id=public_id), code=303)

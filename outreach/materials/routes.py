"""Sending an information sheet from an employer's page."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.accounts.web_ports import module_on
from crm.db import transaction
from crm.employers.approach import closed_to
from crm.employers.models import Employer
from crm.errors import DomainError
from crm.web.filters import today
from outreach.materials.forms import MaterialForm
from outreach.materials.leaving import sending_in_words
from outreach.materials.queries import STAFF, material_of, receivers_at, sheets_on_offer
from outreach.materials.services import Sending, send_material
from outreach.scripts.modules import CALLS

blueprint = Blueprint("outreach_materials", __name__, template_folder="templates")


@blueprint.before_request
def only_where_it_is_on() -> None:
    """A unit that does not call employers has no such pages."""
    if not module_on(CALLS.key):
        raise NotFound


@blueprint.post("/employers/<public_id>/material")
@require(*STAFF)
def send(public_id: str) -> ResponseReturnValue:
    """Mail a sheet; the version is kept with the employer."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    employer_id, form = employer.id, MaterialForm()
    if employer.archived_at is not None:
        flash(_("The employer is archived."), "error")
        return _back(public_id)
    # Mail that was promised in a call is sent by the call; this door is for mail that nobody has asked for.
    if closed_to(actor, [employer]):
        flash(_("They have a block. Log the contact on their page, with the reason that holds."), "error")
        return _back(public_id)
    form.prepare(sheets_on_offer(actor), receivers_at(actor, employer))
    if not form.validate_on_submit() or actor.unit_id is None:
        flash(_("Choose the sheet, its language and who gets it."), "error")
        return _back(public_id)
    wanted = Sending(
        version_id=form.sheet.data or 0, language=form.language.data or "", employer_id=employer_id,
        unit_id=actor.unit_id, person_id=form.person_id(), submission_key=(form.submission_key.data or "")[:40] or None,
    )  # fmt: skip
    try:
        with transaction():
            send_material(actor, wanted, on=today())
        sent = material_of(actor, wanted.submission_key) if wanted.submission_key else None
        when = sending_in_words(sent, sent.mail.unit) if sent is not None else ""
        flash(" ".join(filter(None, (_("The information sheet is on its way."), when))), "success")
    except DomainError as error:
        flash(str(error.message), "error")
    return _back(public_id)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("employers.details", public_id=public_id, _anchor="material"), code=303)

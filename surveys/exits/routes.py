"""Answering on the spot: the office's own screen, and what came of the offer."""

from flask import Blueprint, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import logout_user

from crm import clock
from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Role
from crm.db import transaction
from crm.errors import DomainError
from surveys.exits.forms import OfferForm
from surveys.exits.services import record_offer
from surveys.models import DueRow
from surveys.tokens import survey_token, tablet_ticket

blueprint = Blueprint("surveys_exits", __name__, template_folder="templates", url_prefix="/surveys/due")


@blueprint.post("/<public_id>/tablet")
@require(Role.COORDINATOR, Role.MANAGER)
def tablet(public_id: str) -> ResponseReturnValue:
    """Hand the screen over: sign the member of staff out, so that nobody's data is one press away, and open the survey.

    The ticket in the address makes the answer count as given on the office's screen; only we can make one.
    """
    actor = current_actor()
    row = visible_one(DueRow, actor, public_id)
    token = survey_token(row.public_id, row.token_version)
    ticket = tablet_ticket(row.public_id, row.token_version, clock.now())
    with transaction():
        record(actor, "survey_on_tablet", subject_type="survey_due", subject_id=row.id, unit_id=row.unit_id)
    logout_user()
    session.clear()
    return redirect(url_for("surveys_respondent.show", token=token, m=ticket), 303)


@blueprint.post("/<public_id>/offer")
@require(Role.COORDINATOR, Role.MANAGER)
def offer(public_id: str) -> ResponseReturnValue:
    """Write down what came of the offer to answer now."""
    actor = current_actor()
    row = visible_one(DueRow, actor, public_id)
    exit_id = row.exit.public_id
    form = OfferForm()
    if not form.validate_on_submit():
        flash(_("Choose what came of it."), "warning")
    else:
        _save(row.id, str(form.outcome.data))
    return redirect(url_for("participants.show_exit", public_id=exit_id), 303)


def _save(row_id: int, outcome: str) -> None:
    try:
        with transaction():
            record_offer(current_actor(), row_id=row_id, outcome=outcome)
    except DomainError as error:
        flash(str(error.message), "warning")
    else:
        flash(_("Noted. The participant's page only says that the survey was offered."), "success")

"""The employers that others have named: found, laid aside, taken up again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.errors import DomainError
from crm.web.forms import BaseForm
from crm.web.undo import flash_undo
from outreach.calling.blueprint import STAFF, blueprint
from outreach.calling.models import Referral
from outreach.calling.queries import employer_called, referrals_of
from outreach.calling.services.referring import reopen_referral, settle_referral


class FoundForm(BaseForm):
    """Which employer was meant."""

    employer = StringField(validators=[InputRequired(), Length(max=200)])


@blueprint.get("/referrals")
@require(*STAFF)
def referrals() -> ResponseReturnValue:
    """Whom others have named, and who named them: those that wait, or those that somebody has dealt with."""
    settled = request.args.get("show") == "settled"
    found = referrals_of(current_actor(), settled=settled)
    return render_template("outreach_calls/referrals.html", found=found, settled=settled, form=FoundForm(formdata=None))


@blueprint.post("/referrals/<public_id>/found")
@require(*STAFF)
def referral_found(public_id: str) -> ResponseReturnValue:
    """Say which employer was meant, by its whole name or its number."""
    actor = current_actor()
    referral_id = visible_one(Referral, actor, public_id).id
    form = FoundForm()
    try:
        if not form.validate_on_submit():
            raise DomainError(_("Write the name or the number of the employer."))
        employer = employer_called(actor, form.employer.data or "")
        with transaction():
            settle_referral(actor, referral_id=referral_id, employer_id=employer.id)
            address = url_for("employers.show", public_id=employer.public_id)
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for(".referrals"), code=303)
    flash_undo(_("It is kept who named them."), url_for(".reopen", public_id=public_id))
    return redirect(address, code=303)


@blueprint.post("/referrals/<public_id>/aside")
@require(*STAFF)
def lay_aside(public_id: str) -> ResponseReturnValue:
    """Nothing comes of a referral."""
    actor = current_actor()
    referral_id = visible_one(Referral, actor, public_id).id
    with transaction():
        settle_referral(actor, referral_id=referral_id, employer_id=None)
    flash_undo(_("It is laid aside."), url_for(".reopen", public_id=public_id))
    return redirect(url_for(".referrals"), code=303)


@blueprint.post("/referrals/<public_id>/reopen")
@require(*STAFF)
def reopen(public_id: str) -> ResponseReturnValue:
    """Take it up again."""
    actor = current_actor()
    referral_id = visible_one(Referral, actor, public_id).id
    with transaction():
        reopen_referral(actor, referral_id=referral_id)
    return redirect(url_for(".referrals"), code=303)

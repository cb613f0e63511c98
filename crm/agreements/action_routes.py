"""What is done with an agreement: sent, signed, refused, renewed, replaced, ended."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.agreements.blueprint import WRITERS, blueprint
from crm.agreements.forms import OnBehalfForm, OurSignatureForm, ReasonForm
from crm.agreements.models import Agreement
from crm.agreements.routes import agreement_page
from crm.agreements.services.following import renew_agreement, replace_agreement
from crm.agreements.services.running import end_agreement
from crm.agreements.services.sending import note_link_shown, send_agreement, send_link_again
from crm.agreements.services.signing import refuse_on_behalf, sign_for_us, sign_on_behalf
from crm.attachments.uploads import take_upload
from crm.db import transaction
from crm.errors import DomainError
from crm.web.forms import BaseForm


@blueprint.post("/agreements/<public_id>/send")
@require(*WRITERS)
def send(public_id: str) -> ResponseReturnValue:
    """Write the text for good and send the link."""
    said = _("Sent. The text does not change any more.")
    return _do(public_id, said, lambda row_id: send_agreement(current_actor(), agreement_id=row_id))


@blueprint.post("/agreements/<public_id>/send-again")
@require(*WRITERS)
def send_again(public_id: str) -> ResponseReturnValue:
    """Send a new link."""
    said = _("A new link is on its way. Those before it do not work any more.")
    return _do(public_id, said, lambda row_id: send_link_again(current_actor(), agreement_id=row_id))


@blueprint.post("/agreements/<public_id>/link")
@require(*WRITERS)
def show_link(public_id: str) -> ResponseReturnValue:
    """The employer's link, to be read out or handed over. Whoever has it can sign, so that it was shown is recorded."""
    agreement_id = visible_one(Agreement, current_actor(), public_id).id
    try:
        with transaction():
            note_link_shown(current_actor(), agreement_id=agreement_id)
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for(".show", public_id=public_id), code=303)
    return agreement_page(public_id, show_link=True)


@blueprint.post("/agreements/<public_id>/sign")
@require(*WRITERS)
def sign(public_id: str) -> ResponseReturnValue:
    """Sign for our side."""
    form = OurSignatureForm()
    role = form.role.data or ""
    return _with_form(
        public_id, form, "our_form", _("You have signed."),
        lambda row_id: sign_for_us(current_actor(), agreement_id=row_id, role=role),
    )  # fmt: skip


@blueprint.post("/agreements/<public_id>/sign-on-behalf")
@require(*WRITERS)
def on_behalf(public_id: str) -> ResponseReturnValue:
    """Write the employer's signature down."""
    form = OnBehalfForm()
    given = {"name": form.name.data or "", "role": form.role.data or "", "reason": form.reason.data or ""}
    return _with_form(
        public_id, form, "behalf_form", _("The signature is written down."),
        lambda row_id: sign_on_behalf(current_actor(), agreement_id=row_id, **given),
    )  # fmt: skip


@blueprint.post("/agreements/<public_id>/files")
@require(*WRITERS)
def add_file(public_id: str) -> ResponseReturnValue:
    """Keep a file with the agreement, the paper that was signed for instance."""
    actor = current_actor()
    agreement = visible_one(Agreement, actor, public_id)
    # At the head of the page stands whether the file was taken, and if not, why.
    back = url_for(".show", public_id=public_id, _anchor="main")
    return take_upload(actor, agreement, unit_id=agreement.unit_id, back=back)


@blueprint.post("/agreements/<public_id>/refused")
@require(*WRITERS)
def refused(public_id: str) -> ResponseReturnValue:
    """Write down that the employer does not want to sign."""
    form = ReasonForm()
    reason = form.reason.data or ""
    return _with_form(
        public_id, form, "refuse_form", _("Noted."),
        lambda row_id: refuse_on_behalf(current_actor(), agreement_id=row_id, reason=reason),
    )  # fmt: skip


@blueprint.post("/agreements/<public_id>/end")
@require(*WRITERS)
def end(public_id: str) -> ResponseReturnValue:
    """End an agreement early."""
    form = ReasonForm()
    reason, version = form.reason.data or "", int(form.version.data or 0)
    return _with_form(
        public_id, form, "end_form", _("The agreement has ended."),
        lambda row_id: end_agreement(current_actor(), agreement_id=row_id, reason=reason, version=version),
    )  # fmt: skip


@blueprint.post("/agreements/<public_id>/renew")
@require(*WRITERS)
def renew(public_id: str) -> ResponseReturnValue:
    """Make the next agreement."""
    said = _("Here is the next agreement, filled in as the one before. Read it through, then send it.")
    return _do(public_id, said, lambda row_id: renew_agreement(current_actor(), agreement_id=row_id))


@blueprint.post("/agreements/<public_id>/replace")
@require(*WRITERS)
def replace(public_id: str) -> ResponseReturnValue:
    """Make an agreement in the place of this one."""
    said = _("Here is the new draft. Change what has to be different, then send it.")
    return _do(public_id, said, lambda row_id: replace_agreement(current_actor(), agreement_id=row_id))


def _do(public_id: str, said: str, call: Callable[[int], Agreement]) -> ResponseReturnValue:
    """Do it in a transaction, and show the agreement that came of it."""
    row_id = visible_one(Agreement, current_actor(), public_id).id
    try:
        with transaction():
            address = url_for(".show", public_id=call(row_id).public_id)
        flash(said, "success")
        return redirect(address, code=303)
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for(".show", public_id=public_id), code=303)


def _with_form(
    public_id: str, form: BaseForm, name: str, said: str, call: Callable[[int], Agreement]
) -> ResponseReturnValue:
    """The same for an action that has something to fill in. What was typed is shown again where it is wrong, and also
    where the action is over because somebody else was faster."""
    row_id = visible_one(Agreement, current_actor(), public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                call(row_id)
            flash(said, "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return agreement_page(public_id, open_form=name, **{name: form}), 422

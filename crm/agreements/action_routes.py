"""What is done with an agreement: sent, signed, refused, renewed, replaced, ended."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.agreements.blueprint import WRITERS, blueprint
from crm.agreements.forms import EndForm, OnBehalfForm, OurSignatureForm, ReasonForm
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
    return _do(public_id, send_agreement, _("Sent. The text does not change any more."))


@blueprint.post("/agreements/<public_id>/send-again")
@require(*WRITERS)
def send_again(public_id: str) -> ResponseReturnValue:
    """Send a new link."""
    return _do(public_id, send_link_again, _("A new link is on its way. Those before it do not work any more."))


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
    return _do_with(public_id, "our_form", OurSignatureForm(), sign_for_us, _("You have signed."))


@blueprint.post("/agreements/<public_id>/sign-on-behalf")
@require(*WRITERS)
def on_behalf(public_id: str) -> ResponseReturnValue:
    """Write the employer's signature down."""
    return _do_with(public_id, "behalf_form", OnBehalfForm(), sign_on_behalf, _("The signature is written down."))


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
    return _do_with(public_id, "refuse_form", ReasonForm(), refuse_on_behalf, _("Noted."))


@blueprint.post("/agreements/<public_id>/end")
@require(*WRITERS)
def end(public_id: str) -> ResponseReturnValue:
    """End an agreement early."""
    return _do_with(public_id, "end_form", EndForm(), end_agreement, _("The agreement has ended."))


@blueprint.post("/agreements/<public_id>/renew")
@require(*WRITERS)
def renew(public_id: str) -> ResponseReturnValue:
    """Make the next agreement."""
    said = _("Here is the next agreement, filled in as the one before. Read it through, then send it.")
    return _do(public_id, renew_agreement, said)


@blueprint.post("/agreements/<public_id>/replace")
@require(*WRITERS)
def replace(public_id: str) -> ResponseReturnValue:
    """Make an agreement in the place of this one."""
    return _do(public_id, replace_agreement, _("Here is the new draft. Change what has to be different, then send it."))


def _do(public_id: str, service: Callable[..., Agreement], said: str) -> ResponseReturnValue:
    """Let the service do it in a transaction, and show the agreement that came of it."""
    actor = current_actor()
    row_id = visible_one(Agreement, actor, public_id).id
    try:
        with transaction():
            address = url_for(".show", public_id=service(actor, agreement_id=row_id).public_id)
        flash(said, "success")
        return redirect(address, code=303)
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for(".show", public_id=public_id), code=303)


def _do_with(
    public_id: str, name: str, form: BaseForm, service: Callable[..., Agreement], said: str
) -> ResponseReturnValue:
    """The same with what stands in a form, whose fields are called as the service calls them. What was typed is shown
    again where it is wrong, and also where the action is over because somebody else was faster."""
    actor = current_actor()
    row_id = visible_one(Agreement, actor, public_id).id
    if form.validate_on_submit():
        given = {key: value for key, value in form.data.items() if key != "csrf_token"}
        try:
            with transaction():
                service(actor, agreement_id=row_id, **given)
            flash(said, "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return agreement_page(public_id, open_form=name, **{name: form}), 422

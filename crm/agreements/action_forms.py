"""The small forms on an agreement's page."""

from flask import request
from flask_babel import gettext as _

from crm.actors import Actor, Role
from crm.agreements.forms import OnBehalfForm, OurSignatureForm, ReasonForm
from crm.agreements.models import Agreement


def action_forms(actor: Actor, agreement: Agreement) -> dict[str, object]:
    """Forms to sign for us, to write the employer's signature down, to refuse and to end."""
    contact = agreement.contact.name if agreement.contact else ""
    job = _("Manager") if actor.has_role(Role.MANAGER) else _("Business coordinator")
    return {
        "our_form": OurSignatureForm(formdata=None, data={"role": job}),
        "behalf_form": OnBehalfForm(formdata=None, data={"name": contact}, prefix=""),
        "refuse_form": ReasonForm(formdata=None),
        "end_form": ReasonForm(formdata=None, data={"version": agreement.version_id}),
        "open_form": "",
        "here": request.path,
    }

"""The small forms on an agreement's page."""

from collections.abc import Mapping, Sequence

from flask import request
from flask_babel import force_locale
from flask_babel import gettext as _
from wtforms import HiddenField

from crm.actors import Actor, Role
from crm.agreements.forms import EndForm, OnBehalfForm, OurSignatureForm, ReasonForm
from crm.agreements.models import Agreement, Side
from crm.agreements.wording import contact_title
from crm.web.forms import BaseForm


def action_forms(actor: Actor, agreement: Agreement) -> dict[str, object]:
    """Forms to sign for us, to write the employer's signature down, to refuse and to end."""
    contact = agreement.contact.name if agreement.contact else ""
    with force_locale(agreement.language):  # it will stand in the signed text
        job = _("Manager") if actor.has_role(Role.MANAGER) else _("Business coordinator")
    return {
        "our_form": OurSignatureForm(formdata=None, data={"role": job}),
        "behalf_form": OnBehalfForm(formdata=None, data={"name": contact, "role": contact_title(agreement)}, prefix=""),
        "refuse_form": ReasonForm(formdata=None),
        "end_form": EndForm(formdata=None, data={"version": agreement.version_id}),
        "open_form": "",
        "here": request.path,
    }


def tell_apart(forms: Mapping[str, object]) -> None:
    """Give the fields of forms that stand on one page ids of their own, so that each label names its field."""
    for name, form in forms.items():
        if isinstance(form, BaseForm):
            for field in form:
                field.id = f"{name.removesuffix('_form')}-{field.name}"
                field.label.field_id = field.id


def typed_too_late(
    forms: Mapping[str, object], *, waiting: Sequence[Side], can_end: bool
) -> list[tuple[object, object]] | None:
    """What was typed into a form that the page does not have any more, because somebody else was faster; else None."""
    there = {
        "our_form": Side.OURS in waiting,
        "behalf_form": Side.EMPLOYER in waiting,
        "refuse_form": Side.EMPLOYER in waiting,
        "end_form": can_end,
    }
    name = str(forms["open_form"])
    form = forms.get(name)
    if not isinstance(form, BaseForm) or there[name]:
        return None
    return [(field.label.text, field.data) for field in form if not isinstance(field, HiddenField) and field.data]

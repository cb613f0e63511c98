"""What two people who changed the same row see: their own text beside what now stands there."""

from dataclasses import dataclass

from flask_babel import gettext as _
from wtforms import BooleanField, Field, HiddenField, SelectField

from crm.errors import EditConflict
from crm.web.forms import BaseForm


@dataclass(frozen=True)
class Difference:
    """One field that the two saw differently."""

    label: str
    saved: str
    typed: str


def meet(form: BaseForm, conflict: EditConflict) -> list[Difference]:
    """The fields of ``form`` that differ from what now stands there, in the order of the form.

    The form gets the new versions in its hidden fields: who has compared and saves again, means it.
    """
    found = []
    for field in form:
        if field.name not in conflict.current:
            continue
        now = conflict.current[field.name]
        if isinstance(field, HiddenField):
            field.data = str(now)
            continue
        saved, typed = _shown(field, now), _shown(field, field.data)
        if saved != typed:
            found.append(Difference(label=str(field.label.text), saved=saved, typed=typed))
    form.add_error(conflict)
    return found


def _shown(field: Field, value: object) -> str:
    if isinstance(value, tuple | list):
        value = ",".join(str(each) for each in value)
    if isinstance(field, BooleanField):
        return str(_("Yes") if value else _("No"))
    if isinstance(field, SelectField):
        labels = {str(value): str(label) for value, label, *_rest in field.iter_choices()}
        return labels.get("" if value is None else str(value), "–")
    return "–" if value in (None, "") else str(value)

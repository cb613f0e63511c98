"""Two people saved the same page: what is different, in words, so that nobody's work is lost."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import Form, SelectField

from crm.errors import DomainError, EditConflict
from crm.web.filters import show_moment
from crm.web.forms import BaseForm


def refusal(form: BaseForm, error: DomainError) -> list[tuple[str, object]]:
    """Say in the form what a service refused. Where somebody else had saved the same row it returns what is different,
    and the form may be sent again, to be saved over that on purpose."""
    form.add_error(error)
    if not isinstance(error, EditConflict):
        return []
    found = differences(form, error)
    form["version"].data = str(error.current["version"])
    return found


def differences(form: Form, conflict: EditConflict) -> list[tuple[str, object]]:
    """Label and present value of every field in which the row differs from what the form carries."""
    found: list[tuple[str, object]] = []
    for name, now in conflict.current.items():
        field = form._fields.get(name)
        if field is not None and (now or None) != (field.data or None):
            found.append((str(field.label.text), _in_words(field, now)))
    return found


def _in_words(field: Any, value: object) -> object:
    if value is None or value == "":
        return "–"
    if isinstance(field, SelectField) and field.choices:
        # A choice is a pair or one of WTForms' own; both can be unpacked.
        options: list[Any] = list(field.choices)
        labels = {str(code): label for code, label, *_more in options}
        many = value if isinstance(value, list | tuple | set | frozenset) else [value]
        return ", ".join(str(labels.get(str(each), each)) for each in many) or "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return show_moment(value) if isinstance(value, date) else value

"""Two people saved the same page: what is different, in words, so that nobody's work is lost."""

from typing import Any

from wtforms import Form, SelectField

from crm.errors import EditConflict


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
        labels = {str(choice[0]): choice[1] for choice in field.choices}
        many = value if isinstance(value, list | tuple | set | frozenset) else [value]
        return ", ".join(str(labels.get(str(each), each)) for each in many) or "–"
    return value

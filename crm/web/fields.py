"""How the form macros in web/ui.html see a field: its kind, its attributes and its errors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import (
    Field,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectFieldBase,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget


@dataclass(frozen=True)
class FormError:
    """A line of the error summary. ``field_id`` is where its link leads; empty for the form as a whole."""

    field_id: str
    label: str
    message: str


def field_kind(field: Field) -> str:
    """hidden, checkbox, radios, checkboxes, select, textarea, file or text."""
    if isinstance(field, HiddenField) or isinstance(field.widget, HiddenInput):
        return "hidden"
    if isinstance(field, RadioField):
        return "radios"
    if isinstance(field, SelectFieldBase):
        return "checkboxes" if isinstance(field.widget, ListWidget) else "select"
    if isinstance(field.widget, CheckboxInput):
        return "checkbox"
    if isinstance(field, TextAreaField):
        return "textarea"
    return "file" if isinstance(field, FileField) else "text"


def field_errors(field: Field) -> list[str]:
    """The messages of one field as texts; those of fields inside it are told beside them."""
    if isinstance(field.errors, Mapping):
        return []  # A form inside this one: only names of its fields stand here.
    return [str(error) for error in field.errors if not isinstance(error, list | tuple | Mapping)]


def field_attrs(field: Field, kind: str, hint: object, width: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of the input: class, what describes it, whether it is wrong, and what the template gave.

    A group of choices carries the description on its fieldset; ``options`` go to each input.
    """
    errors = field_errors(field)
    described = [f"{field.id}-hint"] if hint else []
    described += [f"{field.id}-error{number if number > 1 else ''}" for number in range(1, len(errors) + 1)]
    attrs: dict[str, Any] = {"aria_describedby": " ".join(described)} if described else {}
    if kind in {"radios", "checkboxes"}:
        return attrs | {"options": dict(given)}
    attrs["class"] = f"ds-input w-{width}" if width else "ds-input"
    if errors:
        attrs["aria_invalid"] = "true"
    if kind == "textarea":
        attrs["rows"] = 4
    return attrs | dict(given)


def form_errors(form: Form) -> list[FormError]:
    """Every error of a form in the order of its fields, with those of nested forms and lists."""
    errors = [FormError("", "", str(message)) for message in getattr(form, "form_errors", [])]
    for field in form:
        errors.extend(_errors_of(field))
    return errors


def _errors_of(field: Field) -> Iterator[FormError]:
    label = "" if field_kind(field) == "hidden" else str(field.label.text)
    for message in field_errors(field):
        yield FormError("" if field_kind(field) == "hidden" else field.id, label, message)
    if isinstance(field, FormField):
        yield from form_errors(field.form)
    elif isinstance(field, FieldList):
        for entry in field.entries:
            yield from _errors_of(entry)

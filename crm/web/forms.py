"""The base of every form: cleaned texts, messages in the reader's language, choices."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField, PasswordField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs describe 3.2
from wtforms.widgets import CheckboxInput, ListWidget

from crm.errors import DomainError
from crm.web.clean import clean_line, clean_text
from crm.web.inputs import write_field
from crm.web.messages import OurMessages


def _cleaned(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _cleaned_line(value: object) -> object:
    return clean_line(value) if isinstance(value, str) else value


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of the staff pages. Texts arrive trimmed and normalised; a password is left as it was typed."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the same
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Clean what is typed before the field's own filters and validators see it."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                own = unbound_field.kwargs.get("filters", ())
                cleaner = _cleaned if issubclass(kind, TextAreaField) else _cleaned_line
                options["filters"] = (cleaner, *own)
            return unbound_field.bind(form=form, **options)

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Markup:
            """Write a field as WTForms does, faster."""
            return write_field(field, render_kw)

        def get_translations(self, form: Any) -> OurMessages:
            """Our own words for WTForms' messages, in the reader's language."""
            return OurMessages()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the form. What could not be read at all is said once: a limit says nothing more about it."""
        valid = bool(super().validate(extra_validators=extra_validators))
        for field in self:
            unread = [each for each in field.errors if each in field.process_errors]
            field.errors = unread or field.errors
        return valid

    def add_error(self, error: DomainError) -> None:
        """Show a broken rule beside its field, or above the form where it names no field of this form."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


class VersionField(HiddenField):
    """The version of the row that a form was filled from. What is no number is 0, which no row has: a conflict."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; a hidden field has no place to complain."""
        text = str(valuelist[0]) if valuelist else ""
        self.data: Any = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, as tick boxes rather than a list that needs a key held down."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def choices(pairs: Iterable[tuple[object, object]], *, empty: object | None = None) -> list[Any]:
    """Choices of a select field from (value, label) pairs; ``empty`` is the label of "nothing chosen"."""
    first = [SelectChoice("", empty)] if empty is not None else []
    return first + [SelectChoice(str(value), label) for value, label in pairs]


def grouped_choices(groups: Mapping[str, Iterable[tuple[object, object]]], *, empty: object | None = None) -> list[Any]:
    """Like ``choices``, with a heading over each group."""
    first = [SelectChoice("", empty)] if empty is not None else []
    return first + [
        SelectChoice(str(value), label, optgroup=group) for group, pairs in groups.items() for value, label in pairs
    ]


# What the database's own numbers can hold.
_LARGEST = 2**31 - 1


def optional_int(value: object) -> int | None:
    """``coerce`` of a select field whose empty choice means nothing. ValueError for what no row can be numbered."""
    if value in (None, "", "None"):
        return None
    number = int(str(value))
    if not 0 <= number <= _LARGEST:
        raise ValueError("no number of a row")
    return number


def optional_text(value: object) -> str | None:
    """``coerce`` of a select field of texts whose empty choice means nothing."""
    return None if value in (None, "", "None") else str(value)

"""Fields of free text that look after themselves: pointed out while typing, asked about once more before saving.

A form that has one needs nothing else, neither in its route nor in its template: ``field(form.note)`` of web/ui.html is
enough. ``pointed_out`` of guard.py is for routes that look at several fields at once, or at no form.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import get_template_attribute, has_request_context, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from crm.note_guard.guard import TICK, Finding, find_sensitive

if TYPE_CHECKING:
    _Base = StringField
else:
    _Base = object


class Guarded(_Base):
    """What a note of one line and one of many have in common."""

    findings: Sequence[Finding] = ()

    @property
    def place(self) -> str:
        """The id of the element in which it is pointed out."""
        return f"{self.id}-found"

    def pre_validate(self, form: BaseForm) -> None:
        """Not yet: something in it does not belong in a note, and nobody has said that it is right all the same."""
        self.findings = find_sensitive(str(self.data or ""))
        if self.findings and not (has_request_context() and request.form.get(TICK)):
            raise StopValidation(_("Look once more before you save"))

    def __call__(self, **given: Any) -> Markup:
        """The input, which asks what there is to point out as soon as somebody stops typing."""
        looked_at = {
            "hx-post": url_for("note_guard.check", field=self.name, place=self.place),
            "hx-trigger": "input changed delay:600ms",
            "hx-target": f"#{self.place}",
            "hx-swap": "innerHTML",
        }
        return Markup(super().__call__(**{**looked_at, **given}))

    def below(self) -> Markup:
        """What stands under the field; web/ui.html asks every field for it."""
        ticked = bool(has_request_context() and request.form.get(TICK))
        return Markup(get_template_attribute("note_guard/_guard.html", "below")(self, ticked))


class NoteField(Guarded, TextAreaField):
    """A note of several lines."""


class NoteLine(Guarded, StringField):
    """A note of one line."""

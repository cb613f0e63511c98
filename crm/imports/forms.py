"""The form that takes a file."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from crm.web.forms import BaseForm, choices, optional_int


class UploadForm(BaseForm):
    """A list as CSV or Excel, and what holds for rows that do not say otherwise."""

    kind = RadioField(_l("What is in the list?"), validators=[InputRequired()])
    file = FileField(
        _l("File"),
        description=_l("CSV or Excel (.xlsx), at most 20 MB. The first row has the headings."),
        validators=[FileRequired(_l("Choose a file."))],
    )
    unit_id = SelectField(_l("Unit, where a row names none"), coerce=optional_int, validators=[Optional()])
    programme_id = SelectField(_l("Programme, where a row names none"), coerce=optional_int, validators=[Optional()])


def kind_choices(form: UploadForm, *, with_participants: bool) -> None:
    """Participants are read in by those who work with them."""
    kinds = [("participants", _l("Participants"))] if with_participants else []
    form.kind.choices = choices([*kinds, ("employers", _l("Employers"))])

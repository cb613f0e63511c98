"""The forms that take a file and that say what its columns mean."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from crm.imports.columns import fields_of_kind
from crm.imports.field_names import field_name
from crm.imports.mappings import LONGEST_NAME
from crm.web.forms import BaseForm, choices, optional_int

_OVERWRITE = _l("Replace what is filled in already where the file says otherwise (employers)")
_LEFT_OUT = ""
_COLUMN = "column-"


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
    overwrite = BooleanField(_OVERWRITE)


class ColumnsForm(BaseForm):
    """What the columns of a file mean, besides the choice for each column, which has its own field."""

    save_as = StringField(
        _l("Remember these columns as"),
        description=_l("They are offered again for every file with the same headings. Leave it empty for this once."),
        validators=[Optional(), Length(max=LONGEST_NAME)],
    )
    overwrite = BooleanField(_OVERWRITE)


def kind_choices(form: UploadForm, *, with_participants: bool) -> None:
    """Participants and inquiries are read in by those who work with them."""
    kinds = [("participants", _l("Participants"))] if with_participants else []
    inquiries = [("inquiries", _l("Inquiries"))] if with_participants else []
    form.kind.choices = choices([*kinds, ("employers", _l("Employers")), *inquiries])


def column_field(place: int) -> str:
    """The name of the choice for one column."""
    return f"{_COLUMN}{place}"


def field_choices(kind: str) -> list[tuple[str, str]]:
    """What a column may mean."""
    return [(_LEFT_OUT, _("Leave it out")), *((name, str(field_name(name))) for name in fields_of_kind(kind))]


def chosen_places(given: Mapping[str, str], headings: Sequence[str], kind: str) -> tuple[dict[str, int], str | None]:
    """The place of each field by what was chosen for the columns, and what is wrong with the choice."""
    known = set(fields_of_kind(kind))
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = given.get(column_field(place), "")
        if name not in known:
            continue
        if name in places:
            first = headings[places[name]]
            return places, _("Two columns mean the same: %(first)s and %(second)s.", first=first, second=heading)
        places[name] = place
    return places, None

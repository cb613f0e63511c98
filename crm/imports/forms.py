"""The forms that take a file and that say what its columns mean."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from crm.imports.columns import fields_of_kind
from crm.imports.field_names import field_name
from crm.imports.lookups import Defaults
from crm.imports.mappings import LONGEST_NAME
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, choices, optional_int

_OVERWRITE = _l("Replace what is filled in already where the file says otherwise (employers)")
_UNIT = _l("Unit, where a row names none")
_UNIT_HINT = _l(
    "All employers of the list become contacts of a unit that you choose by its name. “My own unit” gets only those "
    "that nobody here knew."
)
_LEFT_OUT = ""
_COLUMN = "column-"
NO_UNIT = 0
"""The choice that employers become contacts of no unit; no unit has this number."""


class UploadForm(BaseForm):
    """A list as CSV or Excel, and what holds for rows that do not say otherwise."""

    kind = RadioField(_l("What is in the list?"), validators=[InputRequired()])
    file = FileField(
        _l("File"),
        description=_l("CSV or Excel (.xlsx), at most 20 MB. The first row has the headings."),
        validators=[FileRequired(_l("Choose a file."))],
    )
    unit_id = SelectField(_UNIT, description=_UNIT_HINT, coerce=optional_int, validators=[Optional()])
    programme_id = SelectField(_l("Programme, where a row names none"), coerce=optional_int, validators=[Optional()])
    overwrite = BooleanField(_OVERWRITE)


class ColumnsForm(BaseForm):
    """What the columns of a file mean, besides the choice for each column, which has its own field."""

    save_as = StringField(
        _l("Remember these columns as"),
        description=_l("They are offered again for every file with the same headings. Leave it empty for this once."),
        validators=[Optional(), Length(max=LONGEST_NAME)],
    )
    unit_id = SelectField(_UNIT, description=_UNIT_HINT, coerce=optional_int, validators=[Optional()])
    overwrite = BooleanField(_OVERWRITE)


def unit_choices(form: UploadForm | ColumnsForm, units: Iterable[tuple[int, str]]) -> None:
    """Nothing chosen, one of the units, or none of them."""
    own = [(NO_UNIT, _l("No unit (employers)"))]
    form.unit_id.choices = choices([*units, *own], empty=_("My own unit"))


def chosen_unit(form: UploadForm | ColumnsForm, *, kind: str, programme_id: int | None = None) -> Defaults:
    """What was chosen for rows that name no unit. Participants and inquiries always have one."""
    of_no_unit = kind == "employers" and form.unit_id.data == NO_UNIT
    return Defaults(unit_id=form.unit_id.data or None, programme_id=programme_id, of_no_unit=of_no_unit)


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

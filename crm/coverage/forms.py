"""The form of a coverage target: first which area, then, if not all of it, which regions."""

from datetime import date

from flask_babel import gettext as _
from wtforms import DateField, FileField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from crm.coverage.code_files import DIGITS
from crm.coverage.counting import AGREEMENT, CONTACT, PARTICIPANTS, PLACEMENT
from crm.coverage.regions import COUNTRIES, COUNTY, MUNICIPALITY, RegionBook
from crm.coverage.services import TargetFields
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.web.filters import today
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, grouped_choices, optional_int

COUNTED_WORDS: dict[str, Text] = {
    PLACEMENT: _l("Employers with a placement"),
    AGREEMENT: _l("Employers with a signed agreement"),
    CONTACT: _l("Employers with a contact"),
    PARTICIPANTS: _l("Participants who are placed there"),
}
COUNTRY_NAMES: dict[str, Text] = {"SE": _l("Sweden"), "NO": _l("Norway"), "DK": _l("Denmark"), "FI": _l("Finland")}


class TargetForm(BaseForm):
    """A target. ``area`` is "NO:county:" for every county, "SE:municipality:17" for every municipality of Värmland."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    counted = SelectField(_l("What is counted"), choices=choices(COUNTED_WORDS.items()))
    area = SelectField(
        _l("Where"), description=_l("You can leave out single regions afterwards"), validators=[InputRequired()]
    )
    starts_on = DateField(_l("From"), validators=[InputRequired()])
    deadline = DateField(_l("Deadline"), validators=[InputRequired()])
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    programme_id = SelectField(_l("Only placements of this programme"), coerce=optional_int)
    codes = CheckboxesField(_l("Regions"), validate_choice=False)
    version = VersionField()

    def prepare(self, book: RegionBook, *, on: date) -> None:
        """Fill in the areas as they are on a day."""
        self.area.choices = grouped_choices(
            {str(COUNTRY_NAMES[country]): _areas(book, country, on) for country in COUNTRIES}, empty=_l("Choose")
        )

    def place(self) -> tuple[str, str, str]:
        """Country, level and the county (or nothing) of the chosen area."""
        country, level, parent = (*(self.area.data or "").split(":"), "", "", "")[:3]
        return country, level, parent

    def all_codes(self, book: RegionBook) -> list[str]:
        """The codes of every region of the chosen area on the first day."""
        country, level, parent = self.place()
        found = book.of(country, level, on=self.starts_on.data or today(), parent=parent or None)
        return [each.code for each in found]

    def as_fields(self) -> TargetFields:
        """What services want."""
        country, level, _parent = self.place()
        return TargetFields(
            name=self.name.data or "",
            unit_id=self.unit_id.data or 0,
            counted=self.counted.data,
            country=country,
            level=level,
            starts_on=self.starts_on.data or today(),
            deadline=self.deadline.data or today(),
            programme_id=self.programme_id.data,
        )


class CodesForm(BaseForm):
    """A file with the municipalities of a country."""

    country = SelectField(_l("Country"), choices=choices((code, COUNTRY_NAMES[code]) for code in DIGITS))
    valid_from = DateField(
        _l("The list holds from"),
        description=_l("What a later list no longer names ends the day before"),
        validators=[InputRequired()],
    )
    file = FileField(_l("File"))


def _areas(book: RegionBook, country: str, on: date) -> list[tuple[str, str]]:
    name = str(COUNTRY_NAMES[country])
    found = [(f"{country}:{COUNTY}:", _("All counties or regions: %(country)s", country=name))]
    if book.has_municipalities(country):
        found.append((f"{country}:{MUNICIPALITY}:", _("All municipalities: %(country)s", country=name)))
        for county in book.of(country, COUNTY, on=on):
            if book.of(country, MUNICIPALITY, on=on, parent=county.code):
                label = _("All municipalities of %(county)s", county=county.name)
                found.append((f"{country}:{MUNICIPALITY}:{county.code}", label))
    return found

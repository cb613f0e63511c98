"""Forms about employers, contact persons and workplaces."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from crm.employers.columns import ListColumn
from crm.employers.fields import EmployerFields, PersonFields, PositionFields, Preferences, WorkplaceFields
from crm.employers.models import EmployerKind
from crm.employers.org_numbers import COUNTRIES
from crm.employers.rules import CHECK_DIGIT, SIMILAR_NAME
from crm.employers.stages import KINDS, StageSet
from crm.employers.ways import INFORMATION, REASONS, WAYS
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int, optional_text


def reader_language() -> str:
    """The language that picklists are shown in."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


def country_choices() -> list[tuple[str, str]]:
    """The Nordic countries by name in the reader's language."""
    locale = get_locale()
    names = locale.territories if locale else {}
    return [(code, names.get(code, code)) for code in COUNTRIES]


CHOSEN = ("owner", "stage", "show", "municipality", "kind", "experience", "information")
"""The filters of the list of employers, but for the text that is searched for: fields of ``EmployerFilterForm``."""


class EmployerFilterForm(BaseForm):
    """What the list of employers shows; read from the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Name, number or place"), validators=[Optional(), Length(max=100)])
    owner = SelectField(
        _l("Responsible"),
        choices=choices(
            [
                ("all", _l("All employers")),
                ("mine", _l("Mine")),
                ("unit", _l("My unit's")),
                ("none", _l("Nobody's yet")),
            ]
        ),
        default="all",
    )
    stage = SelectField(_l("Stage"), default="", validate_choice=False)
    kind = SelectField(_l("Kind"), choices=choices(KINDS.items(), empty=_l("All kinds")), default="")
    municipality = StringField(_l("Municipality"), validators=[Optional(), Length(max=80)])
    show = SelectField(
        _l("Show"),
        choices=choices(
            [
                ("in_use", _l("In use")),
                ("quiet", _l("Not contacted for 90 days")),
                ("overdue", _l("Overdue")),
                ("blocked", _l("Do not contact")),
                ("archived", _l("Archived")),
            ]
        ),
        default="in_use",
    )
    experience = SelectField(_l("Experience so far"), default="", validate_choice=False)
    information = SelectField(
        _l("What information do they want?"), choices=choices(INFORMATION.items(), empty=_l("All")), default=""
    )
    c = CheckboxesField(_l("Columns"), validate_choice=False)

    def prepare(self, stages: StageSet, columns: Mapping[str, ListColumn]) -> None:
        """Fill in the stages of the reader's unit and the columns that can be chosen."""
        self.stage.choices = choices(stages.choices.items(), empty=_l("All stages"))
        self.experience.choices = choices(picklists.options("prior_experience", reader_language()), empty=_l("All"))
        self.c.choices = choices((key, column.label) for key, column in columns.items() if key != "name")


class ViewForm(BaseForm):
    """The name under which the list is kept as it is shown."""

    query = HiddenField()
    name = StringField(_l("Name of the view"), validators=[InputRequired(), Length(max=60)])
    shared = BooleanField(_l("Share it with my unit"))
    as_default = BooleanField(_l("My list opens with it"))


class EmployerForm(BaseForm):
    """An employer. Only the name is required; the rest can wait."""

    version = VersionField()
    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=200)])
    confirm_similar = BooleanField(_l("This is another employer"))
    country = SelectField(_l("Country"))
    org_number = StringField(
        _l("Organisation number"),
        validators=[Optional(), Length(max=30)],
        description=_l("Leave empty for sole traders: their number is a person's own."),
    )
    confirm_digit = BooleanField(_l("The number is right all the same"))
    kind = SelectField(_l("Kind"), choices=choices(KINDS.items()))
    industry_text = StringField(_l("Industry"), validators=[Optional(), Length(max=200)])
    employee_count = IntegerField(_l("Employees"), validators=[Optional(), NumberRange(min=0, max=5_000_000)])
    municipality = StringField(_l("Municipality"), validators=[Optional(), Length(max=80)])
    address = StringField(_l("Street address"), validators=[Optional(), Length(max=200)])
    postcode = StringField(_l("Postcode"), validators=[Optional(), Length(max=12)])
    city = StringField(_l("City"), validators=[Optional(), Length(max=80)])
    phone = StringField(_l("Phone"), validators=[Optional(), Length(max=30)])
    email = StringField(_l("E-mail"), validators=[Optional(), Length(max=254)])
    website = StringField(
        _l("Website"),
        validators=[
            Optional(),
            Length(max=300),
            Regexp(r"^https?://", message=_l("Write a web address that begins with https://.")),
        ],
    )
    parent = StringField(
        _l("Part of"),
        validators=[Optional(), Length(max=200)],
        description=_l("Name or number of the larger organisation, as a chapter of an association has one."),
    )
    source = StringField(_l("How we found them"), validators=[Optional(), Length(max=60)])
    advertising_block = BooleanField(_l("Advertising block: no unasked mail or calls"))

    def prepare(self) -> None:
        """Fill in what depends on the reader's language."""
        self.country.choices = choices(country_choices())

    @property
    def confirmed(self) -> frozenset[str]:
        """What the person has confirmed, in the words of the services."""
        ticked = {CHECK_DIGIT: self.confirm_digit.data, SIMILAR_NAME: self.confirm_similar.data}
        return frozenset(key for key, yes in ticked.items() if yes)

    def as_fields(self, **kept: Any) -> EmployerFields:
        """What services want. ``kept``: columns that this form does not show and that stay as they are."""
        texts = ("org_number", "industry_text", "municipality", "address", "postcode", "city", "phone", "email")
        filled = {name: self[name].data or None for name in (*texts, "website", "source")}
        return EmployerFields(
            name=self.name.data or "",
            country=self.country.data,
            kind=EmployerKind(self.kind.data),
            employee_count=self.employee_count.data,
            advertising_block=self.advertising_block.data,
            **filled,
            **kept,
        )


class PersonForm(BaseForm):
    """A contact person and what they are at this employer."""

    version = VersionField()
    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    title = StringField(_l("Role"), validators=[Optional(), Length(max=120)])
    phone = StringField(_l("Phone"), validators=[Optional(), Length(max=30)])
    email = StringField(_l("E-mail"), validators=[Optional(), Length(max=254)])
    workplace_id = SelectField(_l("Workplace"), coerce=optional_int)
    decides = BooleanField(_l("Decides about places and jobs"))
    preferred_way = SelectField(
        _l("Likes to be reached by"), choices=choices(WAYS.items(), empty=_l("Not stated")), coerce=optional_text
    )
    do_not_call = BooleanField(_l("Does not want to be called"))
    do_not_mail = BooleanField(_l("Does not want mail"))
    told_on = DateField(
        _l("Told that we keep these details"),
        validators=[Optional()],
        description=_l("The day you told them. They have a right to know."),
    )

    def prepare(self, workplaces: list[tuple[int, str]]) -> None:
        """Fill in the employer's workplaces."""
        self.workplace_id.choices = choices(workplaces, empty=_l("The whole employer"))

    def as_fields(self, country: str) -> PersonFields:
        """The person, as services want it."""
        return PersonFields(
            name=self.name.data or "", phone=self.phone.data or None, email=self.email.data or None,
            do_not_call=self.do_not_call.data, do_not_mail=self.do_not_mail.data,
            preferred_way=self.preferred_way.data, told_on=self.told_on.data, country=country,
        )  # fmt: skip

    def as_position(self) -> PositionFields:
        """What the person is here, as services want it."""
        return PositionFields(
            title=self.title.data or None, decides=self.decides.data, workplace_id=self.workplace_id.data
        )


class WorkplaceForm(BaseForm):
    """A workplace unit."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=200)])
    unit_number = StringField(_l("Unit number"), validators=[Optional(), Length(max=20)])
    address = StringField(_l("Street address"), validators=[Optional(), Length(max=200)])
    postcode = StringField(_l("Postcode"), validators=[Optional(), Length(max=12)])
    city = StringField(_l("City"), validators=[Optional(), Length(max=80)])
    phone = StringField(_l("Phone"), validators=[Optional(), Length(max=30)])

    def as_fields(self) -> WorkplaceFields:
        """What services want."""
        names = ("unit_number", "address", "postcode", "city", "phone")
        return WorkplaceFields(name=self.name.data or "", **{name: self[name].data or None for name in names})


THE_UNIT = 0
"""The choice of a field for staff that names no person but the unit; nobody has this number."""


class RelationshipForm(BaseForm):
    """Who is responsible, in one unit."""

    version = VersionField()
    note = TextAreaField(
        _l("What must the next one know?"),
        validators=[Optional(), Length(max=2000)],
        description=_l("It stands in the history."),
    )
    owner_id = SelectField(_l("Responsible"), coerce=optional_int)
    deputy_id = SelectField(_l("Deputy"), coerce=optional_int)
    tell = BooleanField(
        _l("Tell the employer by e-mail who is responsible now"),
        description=_l("If there is an address and they may be contacted."),
    )

    def prepare(self, staff: list[tuple[int, str]]) -> None:
        """Fill in the colleagues that may be chosen."""
        # Nobody at all cannot be chosen: whoever names no person says that the unit is responsible.
        self.owner_id.choices = choices([*staff, (THE_UNIT, _l("The unit, until somebody takes it"))])
        self.deputy_id.choices = choices(staff, empty=_l("Nobody: the unit"))


class PreferencesForm(BaseForm):
    """What an employer wants of us, and how it went so far."""

    version = VersionField()
    preferred_information = SelectField(
        _l("What information do they want?"),
        choices=choices(INFORMATION.items(), empty=_l("Nobody has asked")),
        coerce=optional_text,
    )
    prior_experience = SelectField(_l("Experience so far"))
    prior_experience_reason = SelectField(
        _l("What went wrong?"), choices=choices(REASONS.items(), empty=_l("Nothing")), coerce=optional_text
    )
    note = TextAreaField(_l("Good to know"), validators=[Optional(), Length(max=2000)])

    def prepare(self) -> None:
        """Fill in what depends on the reader's language."""
        self.prior_experience.choices = picklists.options("prior_experience", reader_language())

    def as_preferences(self) -> Preferences:
        """What services want."""
        return Preferences(
            preferred_information=self.preferred_information.data,
            prior_experience=self.prior_experience.data,
            prior_experience_reason=self.prior_experience_reason.data,
            note=self.note.data or None,
        )


class WorksAlsoForm(BaseForm):
    """Another employer of a contact person."""

    employer = StringField(
        _l("Employer"),
        validators=[InputRequired(), Length(max=200)],
        description=_l("Its whole name or its organisation number."),
    )
    title = StringField(_l("Role"), validators=[Optional(), Length(max=120)])


class BlockForm(BaseForm):
    """Do not contact, and why."""

    reason = TextAreaField(_l("Why?"), validators=[InputRequired(), Length(max=300)])


class WarningForm(BaseForm):
    """A warning at the top of the page."""

    text = TextAreaField(_l("What should colleagues know?"), validators=[InputRequired(), Length(max=500)])
    until = DateField(_l("Until"), validators=[Optional()], description=_l("Empty: until somebody removes it."))

"""Forms of the programme pages."""

from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, VersionField, optional_int

_PERCENT = (Optional(), NumberRange(min=0, max=100))


class ProgrammeForm(BaseForm):
    """A programme with its two usual targets."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    code = StringField(
        _l("Code"),
        description=_l("Short, for lists and files: FIA-2026"),
        validators=[InputRequired(), Length(max=40)],
    )
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    starts_on = DateField(_l("From"), validators=[InputRequired()])
    ends_on = DateField(_l("Until"), validators=[Optional()])
    funder = StringField(_l("Funder"), validators=[Optional(), Length(max=160)])
    expected_participants = IntegerField(
        _l("Expected participants"), validators=[Optional(), NumberRange(min=0, max=1_000_000)]
    )
    work_or_studies = DecimalField(_l("Target: to work or studies, per cent"), validators=_PERCENT, places=None)
    response_rate = DecimalField(_l("Target: share that answers, per cent"), validators=_PERCENT, places=None)
    sends_messages = BooleanField(
        _l("Send messages to participants"),
        description=_l("Off for a programme that has closed or is only history: then nothing is ever sent for it."),
    )
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=2000)])
    funding_programme = StringField(
        _l("Programme of the funder"),
        description=_l("The programme or programme area that the money comes from"),
        validators=[Optional(), Length(max=160)],
    )
    phase = StringField(_l("Phase"), description=_l("For example pre-study"), validators=[Optional(), Length(max=60)])
    diary_number = StringField(_l("Diary number"), validators=[Optional(), Length(max=60)])
    project_owner = StringField(_l("Project owner"), validators=[Optional(), Length(max=160)])
    contact_name = StringField(_l("Contact for the project"), validators=[Optional(), Length(max=160)])
    contact_phone = StringField(_l("Phone of the contact"), validators=[Optional(), Length(max=40)])
    total_budget = DecimalField(
        _l("Total budget"), validators=[Optional(), NumberRange(min=0, max=999_999_999_999)], places=None
    )
    currency = StringField(_l("Currency"), description=_l("SEK, NOK, DKK, EUR"), validators=[Optional(), Length(max=3)])
    version = VersionField()

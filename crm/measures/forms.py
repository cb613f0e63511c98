"""Forms of the measures."""

from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm


class WorkplacesForm(BaseForm):
    """The number of workplaces of a municipality in a year."""

    country = SelectField(_l("Country"))
    municipality = StringField(_l("Municipality"), validators=[InputRequired(), Length(max=80)])
    municipality_code = StringField(
        _l("Code"),
        description=_l("As in the employers' addresses, for example 1273. Without codes, write the name again."),
        validators=[InputRequired(), Length(max=8)],
    )
    year = IntegerField(_l("Year"), validators=[InputRequired(), NumberRange(min=2000, max=2100)])
    workplaces = IntegerField(
        _l("Workplaces with at least one employee"),
        validators=[InputRequired(), NumberRange(min=1, max=10_000_000)],
    )
    source = StringField(_l("Where the number comes from"), validators=[Length(max=160)])


class StaffAgreementForm(BaseForm):
    """That the staff of a unit agreed to figures about single coordinators."""

    unit = SelectField(_l("Unit"), validators=[InputRequired()])
    agreed_on = DateField(_l("Agreed on"), validators=[InputRequired()])
    agreed_with = StringField(
        _l("Who agreed"),
        description=_l("For example the meeting of the unit, or the safety representative by name"),
        validators=[InputRequired(), Length(max=300)],
    )

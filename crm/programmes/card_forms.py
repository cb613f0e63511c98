"""Forms of the project card."""

from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from crm.programmes.card_services import GoalFields, PartnerFields
from crm.web.filters import today
from crm.web.forms import BaseForm, VersionField, choices

STATES = {
    "open": lazy_pgettext("goal", "Open"),
    "reached": _l("Reached"),
    "partly": _l("Partly reached"),
    "not_reached": _l("Not reached"),
}
STATE_COLORS = {"open": "info", "reached": "success", "partly": "warning", "not_reached": "danger"}


class GrantForm(BaseForm):
    """The grant of one year. Without an amount the year is taken away."""

    year = IntegerField(_l("Year"), validators=[InputRequired(), NumberRange(min=1900, max=2200)])
    amount = DecimalField(
        _l("Amount"),
        description=_l("Empty: the year is taken away"),
        validators=[Optional(), NumberRange(min=0, max=999_999_999_999)],
        places=None,
    )


class PartnerForm(BaseForm):
    """A partner of a project."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    employer = StringField(
        _l("Employer"),
        description=_l("Its name or organisation number, where the partner is one of the employers here"),
        validators=[Optional(), Length(max=200)],
    )
    role = StringField(_l("Role"), validators=[Optional(), Length(max=160)])
    contribution = StringField(_l("What they give"), validators=[Optional(), Length(max=300)])
    co_finances = BooleanField(_l("Pays a part of the project"))
    is_partial = BooleanField(_l("Takes part in some of it only"))
    starts_on = DateField(_l("From"), validators=[Optional()])
    ends_on = DateField(_l("Until"), validators=[Optional()])
    version = VersionField()

    def as_fields(self, employer_id: int | None = None) -> PartnerFields:
        """What services want."""
        return PartnerFields(
            name=self.name.data or "",
            role=self.role.data,
            contribution=self.contribution.data,
            co_finances=bool(self.co_finances.data),
            is_partial=bool(self.is_partial.data),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            employer_id=employer_id,
        )


class MilestoneForm(BaseForm):
    """A fixed date."""

    on_date = DateField(_l("Day"), validators=[InputRequired()])
    text = StringField(_l("What happens"), validators=[InputRequired(), Length(max=200)])
    remind_days = IntegerField(
        _l("Remind so many days before"), default=14, validators=[InputRequired(), NumberRange(min=0, max=366)]
    )


class GoalForm(BaseForm):
    """A goal in words."""

    text = StringField(_l("Goal"), validators=[InputRequired(), Length(max=300)])
    is_main = BooleanField(_l("This is the main goal"))
    state = SelectField(_l("Where it stands"), choices=choices(STATES.items()), default="open")
    status_text = TextAreaField(_l("In words"), validators=[Optional(), Length(max=2000)])
    evidence = TextAreaField(
        _l("What shows it"), description=_l("Links or references, one on a line"), validators=[Length(max=2000)]
    )
    version = VersionField()

    def as_fields(self) -> GoalFields:
        """What services want."""
        return GoalFields(
            text=self.text.data or "",
            is_main=bool(self.is_main.data),
            state=self.state.data,
            status_text=self.status_text.data,
            evidence=self.evidence.data,
        )


class CloseForm(BaseForm):
    """Closing a project."""

    closed_on = DateField(_l("Closed on"), default=today, validators=[InputRequired()])

"""The form of a follow-up plan."""

from flask_babel import gettext as _
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices
from surveys.models import FollowUpPlan
from surveys.plans.services import PlanValues
from surveys.wording import CHANNELS

MOST_REMINDERS = 4


class PlanForm(BaseForm):
    """When, through what, with which reminders, until when."""

    days_after = IntegerField(_l("Days after the exit"), validators=[InputRequired(), NumberRange(min=0, max=1100)])
    channels = CheckboxesField(_l("Sent by"), choices=choices(CHANNELS.items()))
    reminder_days = StringField(
        _l("Reminders"), description=_l("Days after the message, with commas: 5 or 5, 12. Empty: none.")
    )
    close_days = IntegerField(_l("Open for so many days"), validators=[InputRequired(), NumberRange(min=3, max=180)])
    self_sending_days = IntegerField(
        _l("Sends itself up to so many days late"),
        validators=[InputRequired(), NumberRange(min=0, max=60)],
        description=_l("Later than that, a manager looks through the list first."),
    )
    active = BooleanField(_l("This survey is sent"))
    version = VersionField()

    def validate_reminder_days(self, field: StringField) -> None:
        """Whole numbers of days, not too many."""
        try:
            days = reminder_days(field.data or "")
        except ValueError as error:
            raise ValidationError(_("Write days with commas between them: 5, 12.")) from error
        if len(days) > MOST_REMINDERS or any(not 1 <= day <= 180 for day in days):
            raise ValidationError(_("At most four reminders, after 1 to 180 days."))

    def values(self) -> PlanValues:
        """What the form says. Only after validation."""
        return PlanValues(
            days_after=self.days_after.data or 0,
            channels=tuple(self.channels.data or ()),
            reminder_days=reminder_days(self.reminder_days.data or ""),
            close_days=self.close_days.data or 0,
            self_sending_days=self.self_sending_days.data or 0,
            active=bool(self.active.data),
        )


def reminder_days(text: str) -> tuple[int, ...]:
    """The days in "5, 12". Raises ValueError for anything else."""
    return tuple(int(part) for part in text.replace(";", ",").split(",") if part.strip())


def form_for(plan: FollowUpPlan) -> PlanForm:
    """The form, filled from the plan unless something was sent."""
    return PlanForm(
        data={
            "days_after": plan.days_after,
            "channels": list(plan.channels),
            "reminder_days": ", ".join(str(day) for day in plan.reminder_days),
            "close_days": plan.close_days,
            "self_sending_days": plan.self_sending_days,
            "active": plan.active,
            "version": plan.version_id,
        }
    )

"""The form of an improvement note."""

from typing import Any

from wtforms import DateField, HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, optional_int


class ImprovementForm(BaseForm):
    """What is done about a missed goal, by whom, until when."""

    text = TextAreaField(_l("What will you do?"), validators=[InputRequired(), Length(max=2000)])
    owner_id = SelectField(_l("Who does it?"), coerce=optional_int, validators=[InputRequired()])
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    due_on = DateField(_l("Until when?"), validators=[InputRequired()])
    next = HiddenField()

    def values(self) -> dict[str, Any]:
        """What ``surveys.results.improvement.add_improvement`` takes, once the form is valid."""
        return {name: self[name].data for name in ("text", "owner_id", "unit_id", "due_on")}

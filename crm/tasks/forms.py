"""Forms of the task pages."""

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, choices


class TaskForm(BaseForm):
    """A task that somebody writes for themselves, or for the unit."""

    title = StringField(_l("What is to be done?"), validators=[InputRequired(), Length(max=200)])
    due_on = DateField(_l("When?"), validators=[InputRequired()])
    owner = SelectField(
        _l("Who does it?"),
        choices=choices([("me", _l("I do")), ("unit", _l("Anybody in my unit"))]),
        default="me",
    )
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=2000)])


class TaskFilter(BaseForm):
    """What the list of tasks shows."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Employer, participant or words of the task"), validators=[Optional(), Length(max=100)])
    who = SelectField(
        _l("Whose"),
        choices=choices([("mine", _l("Mine")), ("unowned", _l("Nobody's yet")), ("unit", _l("The whole unit"))]),
        default="mine",
    )
    state = SelectField(
        _l("State"),
        choices=choices(
            [
                ("open", _l("To do")),
                ("overdue", _l("Overdue")),
                ("done", _l("Done")),
                ("cancelled", _l("Cancelled")),
            ]
        ),
        default="open",
    )

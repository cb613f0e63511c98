"""Forms of interviews."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from crm import clock
from crm.interviews.guide import GUIDE
from crm.interviews.services import InterviewFields
from crm.note_guard.fields import NoteField
from crm.web.forms import BaseForm, VersionField, choices, optional_text


class InterviewForm(BaseForm):
    """A talk along the guide; the topics are added below."""

    on_date = DateField(_l("Day"), validators=[InputRequired()])
    note = NoteField(_l("Note"), validators=[Length(max=4000)])
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16))
    version = VersionField()

    def as_fields(self) -> InterviewFields:
        """What the service is given."""
        given = {key: self[key].data for key in GUIDE}
        return InterviewFields(
            on_date=self.on_date.data or clock.today(),
            answers={key: code for key, code in given.items() if code},
            note=self.note.data,
        )


class ListForm(BaseForm):
    """What the list and the summary are about; read from the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Employer"), validators=[Length(max=100)])
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until"), validators=[Optional()])


def make_form(**data: Any) -> Any:
    """The form with a question for each topic of the guide. ``data``: what it shows at first."""
    # A lazy text is no str to the type checker, though it is one wherever a label is shown.
    questions: Mapping[str, Any] = {key: topic.question for key, topic in GUIDE.items()}
    fields = {
        key: RadioField(
            questions[key],
            choices=choices([*topic.codes.items(), ("", _l("Not asked"))]),
            coerce=optional_text,
            default="",
            validators=[Optional()],
        )
        for key, topic in GUIDE.items()
    }
    made: Any = type("GuideForm", (InterviewForm,), fields)
    return made(data=data) if data else made()

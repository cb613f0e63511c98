"""Forms of interviews."""

import secrets
from typing import Any

from wtforms import DateField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from crm import clock
from crm.interviews.guide import GUIDE, LONGEST_WORDS, Answer, Topic
from crm.interviews.services import InterviewFields
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_text


class InterviewForm(BaseForm):
    """A talk along the guide; the topics are added below."""

    on_date = DateField(_l("Day"), validators=[InputRequired()])
    note = NoteField(_l("Note"), validators=[Length(max=4000)])
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16))
    version = VersionField()

    def as_fields(self) -> InterviewFields:
        """What the service is given."""
        given = {key: self[key].data for key in GUIDE}
        answers = {key: ",".join(said) if isinstance(said, list) else said for key, said in given.items()}
        return InterviewFields(
            on_date=self.on_date.data or clock.today(),
            answers={key: answer for key, answer in answers.items() if answer},
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
    made: Any = type("GuideForm", (InterviewForm,), {key: _field(topic) for key, topic in GUIDE.items()})
    return made(data=data) if data else made()


def _field(topic: Topic) -> Any:
    # A lazy text is no str to the type checker, though it is one wherever a label is shown.
    question: Any = topic.question
    if topic.answer is Answer.WORDS:
        return NoteField(question, validators=[Length(max=LONGEST_WORDS)])
    if topic.answer is Answer.SEVERAL:
        return CheckboxesField(question, choices=choices(topic.codes.items()))
    return RadioField(
        question,
        choices=choices([*topic.codes.items(), ("", _l("Not asked"))]),
        coerce=optional_text,
        default="",
        validators=[Optional()],
    )

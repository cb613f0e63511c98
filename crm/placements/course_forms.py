"""Forms of what a placement goes through."""

import secrets

from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm import clock
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField, NoteLine
from crm.placements.following_services import CertificateFields, CheckInFields, EvaluationFields
from crm.placements.preparing_services import ClarificationFields, MeetingFields
from crm.placements.step_models import Evaluator, Party
from crm.placements.words import EVALUATORS, ITEMS, PARTIES
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_text

_LONG = 4000


class ClarificationForm(BaseForm):
    """What everybody expects. It may be filled in bit by bit."""

    goal = NoteField(_l("What is the goal for the person?"), validators=[Length(max=_LONG)])
    expected_of_employer = NoteField(_l("What is expected of the employer?"), validators=[Length(max=_LONG)])
    expected_of_us = NoteField(_l("What does the employer expect of us?"), validators=[Length(max=_LONG)])
    who_to_call = NoteLine(_l("Who to call if something happens"), validators=[Length(max=200)])
    participant_expectations = NoteField(_l("What the participant expects"), validators=[Length(max=_LONG)])
    employer_expectations = NoteField(_l("What the employer expects"), validators=[Length(max=_LONG)])
    training_need = NoteField(_l("What training is needed"), validators=[Length(max=_LONG)])
    version = VersionField()

    def as_fields(self) -> ClarificationFields:
        """What the service is given."""
        return ClarificationFields(**{name: self[name].data for name in ClarificationFields.__dataclass_fields__})


class MeetingForm(BaseForm):
    """A meeting before the start."""

    on_date = DateField(_l("Day"), validators=[InputRequired()])
    participant_there = BooleanField(_l("The participant was there"))
    employer_there = BooleanField(_l("The employer was there"))
    coordinator_there = BooleanField(_l("We were there"))
    plan_follow_up = BooleanField(
        _l("Plan a talk shortly after the start, and a visit"), description=_l("Two tasks for the coordinator.")
    )
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16))

    def as_fields(self) -> MeetingFields:
        """What the service is given."""
        names = ("on_date", "participant_there", "employer_there", "coordinator_there", "plan_follow_up")
        key = (self.submission_key.data or "")[:40] or None
        return MeetingFields(**{name: self[name].data for name in names}, submission_key=key)


class InstructionForm(BaseForm):
    """The work instruction."""

    text = NoteField(
        _l("What the person is to do, when and where"),
        description=_l("A text that is changed has to be approved again."),
        validators=[InputRequired(), Length(max=2 * _LONG)],
    )
    version = VersionField()


class ApprovalForm(BaseForm):
    """Somebody's yes to the work instruction."""

    party = RadioField(_l("Who approved"), choices=choices(PARTIES.items()), coerce=Party, validators=[InputRequired()])
    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    on_date = DateField(_l("Day"), validators=[InputRequired()])


class CheckInForm(BaseForm):
    """A talk during the placement."""

    done = RadioField(
        _l("Did it take place?"),
        choices=choices([("yes", _l("Yes")), ("no", _l("No"))]),
        coerce=optional_text,
        validators=[InputRequired()],
    )
    done_on = DateField(_l("Day"), validators=[Optional()])
    channel = SelectField(_l("How"), coerce=optional_text, choices=[])
    note = NoteField(_l("How it went"), validators=[Length(max=_LONG)])
    version = VersionField()

    def prepare(self, language: str) -> None:
        """Put the ways of contact in the reader's language."""
        self.channel.choices = choices(picklists.options("contact_channel", language), empty=_l("Choose"))

    def as_fields(self) -> CheckInFields:
        """What the service is given."""
        return CheckInFields(
            done=self.done.data == "yes",
            done_on=self.done_on.data,
            channel=self.channel.data,
            note=self.note.data,
        )


class EvaluationForm(BaseForm):
    """One side's four answers."""

    worked = NoteField(_l("What worked?"), validators=[InputRequired(), Length(max=_LONG)])
    challenges = NoteField(_l("What was hard?"), validators=[InputRequired(), Length(max=_LONG)])
    way_on = NoteField(_l("What does it mean for the way on?"), validators=[InputRequired(), Length(max=_LONG)])
    clarification_value = NoteField(
        _l("What did it clarify about work for the person?"), validators=[InputRequired(), Length(max=_LONG)]
    )
    version = VersionField()

    def as_fields(self, evaluator: Evaluator) -> EvaluationFields:
        """What the service is given."""
        names = ("worked", "challenges", "way_on", "clarification_value")
        return EvaluationFields(evaluator=evaluator, **{name: self[name].data or "" for name in names})


class WhoseForm(BaseForm):
    """Whose evaluation is written; read from the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    who = SelectField(choices=choices(EVALUATORS.items()), coerce=Evaluator, default=Evaluator.PARTICIPANT)


class CloseForm(BaseForm):
    """Closing a placement."""

    reason = NoteLine(
        _l("Why without the evaluations of both"),
        description=_l("Needed where an evaluation is missing."),
        validators=[Length(max=300)],
    )


class CertificateForm(BaseForm):
    """What the certificate says besides what stands in the placement."""

    tasks = NoteField(_l("Tasks"), validators=[InputRequired(), Length(max=_LONG)])
    skills = NoteField(
        _l("Skills that the person has shown"),
        description=_l("Nothing about health or benefits: a certificate is shown to strangers."),
        validators=[InputRequired(), Length(max=_LONG)],
    )
    supervisor = StringField(_l("Supervisor at the employer"), validators=[InputRequired(), Length(max=160)])
    hours_per_week = DecimalField(_l("Hours a week, if known"), validators=[Optional(), NumberRange(min=1, max=60)])
    issued_on = DateField(_l("Date of the certificate"), validators=[InputRequired()])
    version = VersionField()

    def as_fields(self) -> CertificateFields:
        """What the service is given."""
        hours = self.hours_per_week.data
        return CertificateFields(
            tasks=self.tasks.data or "",
            skills=self.skills.data or "",
            supervisor=self.supervisor.data or "",
            issued_on=self.issued_on.data or clock.today(),
            hours_per_week=float(hours) if hours is not None else None,
        )


class ConsentForm(BaseForm):
    """What the employer may be told; nothing ticked is a no to everything."""

    items = CheckboxesField(_l("The participant agrees that this employer is told"), choices=choices(ITEMS.items()))


class SharingForm(BaseForm):
    """What the employer was told."""

    items = CheckboxesField(_l("What the employer was told"), choices=choices(ITEMS.items()))
    told = StringField(_l("Who was told"), validators=[InputRequired(), Length(max=160)])
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16))

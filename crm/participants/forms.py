"""Forms of the participant pages. Choices are filled in by ``for_...`` functions, which read the database."""

from collections.abc import Sequence

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.accounts.models import Staff, Unit
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.participants.listing import ARCHIVED, CURRENT, EVERYBODY, EXITED
from crm.participants.models import ConsentKind, EnrolmentStage
from crm.participants.rules import PARTICIPANT_LANGUAGES
from crm.programmes.models import Programme
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int, optional_text

CHANNEL_ORDERS = (
    ("email,sms", _l("E-mail first, then SMS")),
    ("sms,email", _l("SMS first, then e-mail")),
    ("email", _l("Only e-mail")),
    ("sms", _l("Only SMS")),
    ("", _l("Neither: phone or paper")),
)
SEX_CHOICES = (("woman", _l("Woman")), ("man", _l("Man")), ("other", _l("Other")))
CONSENT_LABELS = {
    ConsentKind.SURVEYS: _l("To be asked after the exit"),
    ConsentKind.TELL_EMPLOYER: _l("That the employer is told that they answered (never what)"),
    ConsentKind.KEEP_CONTACT_PATHS: _l("That we keep more ways to reach them"),
}
_LANGUAGES = choices(PARTICIPANT_LANGUAGES.items())


class ContactForm(BaseForm):
    """Whether we can reach the person, and in which language."""

    email = EmailField(_l("E-mail"), validators=[Optional(), Length(max=254)])
    phone = TelField(_l("Phone"), validators=[Optional(), Length(max=40)])
    language = SelectField(_l("Language"), choices=_LANGUAGES)
    needs_interpreter = BooleanField(_l("Needs an interpreter"))
    person_version = VersionField()


class ContactDetailsForm(ContactForm):
    """The same on the participant's own page, with the order of the channels."""

    channels = SelectField(_l("How do they want to be reached?"), choices=choices(CHANNEL_ORDERS))


class ParticipantForm(ContactDetailsForm):
    """A participant as a whole."""

    first_name = StringField(_l("First name"), validators=[InputRequired(), Length(max=80)])
    last_name = StringField(_l("Last name"), validators=[InputRequired(), Length(max=80)])
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    birth_year = IntegerField(_l("Year of birth"), validators=[Optional(), NumberRange(min=1900, max=2100)])
    sex = SelectField(_l("Sex"), choices=choices(SEX_CHOICES, empty=_l("Not stated")), coerce=optional_text)
    external_ref = StringField(_l("Reference in your own list"), validators=[Optional(), Length(max=60)])
    somebody_else = BooleanField(_l("This is somebody else. Save all the same."))


class EnrolmentForm(BaseForm):
    """The start in a programme."""

    programme_id = SelectField(_l("Programme"), coerce=optional_int, validators=[InputRequired()])
    coordinator_id = SelectField(_l("Coordinator"), coerce=optional_int, validators=[Optional()])
    starts_on = DateField(_l("Start date"), validators=[InputRequired()])
    stage = SelectField(_l("Stage"))


class NewParticipantForm(ParticipantForm):
    """A new participant, who can start in a programme at once."""

    submission_key = HiddenField()
    programme_id = SelectField(_l("Programme"), coerce=optional_int, validators=[Optional()])
    coordinator_id = SelectField(_l("Coordinator"), coerce=optional_int, validators=[Optional()])
    starts_on = DateField(_l("Start date"), validators=[Optional()])


class ExitForm(ContactForm):
    """The exit, and the last moment to check how to reach the person."""

    exit_on = DateField(_l("Exit date"), validators=[InputRequired()])
    reason = SelectField(_l("Exit reason"), validators=[InputRequired(_l("Choose an exit reason."))])
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=300)])
    version = VersionField()


class ExitChangeForm(BaseForm):
    """A correction of an exit."""

    exit_on = DateField(_l("Exit date"), validators=[InputRequired()])
    reason = SelectField(_l("Exit reason"), validators=[InputRequired(_l("Choose an exit reason."))])
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=300)])


class HandoverForm(BaseForm):
    """An enrolment goes to somebody else."""

    to_staff_id = SelectField(_l("New coordinator"), coerce=optional_int, validators=[InputRequired()])
    note = TextAreaField(
        _l("What does the new coordinator need to know?"),
        description=_l("No diagnoses and no national identity numbers."),
        validators=[InputRequired(), Length(max=2000)],
    )
    version = VersionField()


class DeputyForm(BaseForm):
    """Who stands in."""

    deputy_id = SelectField(_l("Deputy"), coerce=optional_int, validators=[Optional()])
    version = VersionField()


class ConsentForm(BaseForm):
    """What the person said."""

    kind = SelectField(_l("What was asked"), choices=choices([(k.value, v) for k, v in CONSENT_LABELS.items()]))
    given = SelectField(_l("The answer"), choices=choices([("yes", _l("Yes")), ("no", _l("No"))]))


class ProtectionForm(BaseForm):
    """Who may see a protected participant."""

    named_staff_ids = CheckboxesField(_l("Who may see this participant?"), coerce=int)


class DeathForm(BaseForm):
    """The day of death."""

    died_on = DateField(_l("Day of death"), validators=[InputRequired()])


class EraseForm(BaseForm):
    """Erasing asks for the name, so that nobody erases the wrong person."""

    full_name = StringField(_l("Write the participant's full name"), validators=[InputRequired(), Length(max=170)])


class ListForm(BaseForm):
    """The filter above the list, kept in the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Name, e-mail or phone"), validators=[Length(max=100)])
    who = SelectField(_l("Whose"), choices=choices([("mine", _l("Mine")), ("unit", _l("Everyone I may see"))]))
    state = SelectField(
        _l("Shown"),
        choices=choices(
            [
                (CURRENT, _l("In a programme")),
                (EXITED, _l("Exited")),
                (EVERYBODY, _l("Both")),
                (ARCHIVED, _l("Archived")),
            ]
        ),
    )
    programme = SelectField(_l("Programme"), coerce=optional_text)
    stage = SelectField(_l("Stage"), coerce=optional_text)


def unit_choices(form: ParticipantForm, units: Sequence[Unit]) -> None:
    """The units that the person may belong to."""
    form.unit_id.choices = choices([(unit.id, unit.name) for unit in units])


def programme_choices(form: EnrolmentForm | NewParticipantForm, programmes: Sequence[Programme]) -> None:
    """The programmes that the person may start in."""
    empty = _l("Not yet") if isinstance(form, NewParticipantForm) else _l("Choose")
    form.programme_id.choices = choices([(each.id, each.name) for each in programmes], empty=empty)


def coordinator_choices(field: SelectField, staff: Sequence[Staff], *, empty: object) -> None:
    """The staff who may be chosen, by name."""
    field.choices = choices([(each.id, each.name) for each in staff], empty=empty)


def stage_choices(field: SelectField, language: str, *, empty: object | None = None, with_exited: bool = False) -> None:
    """The stages of an enrolment in the reader's language."""
    pairs = picklists.options("participant_stage", language)
    shown = [(code, label) for code, label in pairs if with_exited or code != EnrolmentStage.EXITED]
    field.choices = choices(shown, empty=empty)


def reason_choices(form: ExitForm | ExitChangeForm, language: str) -> None:
    """The exit reasons in the reader's language."""
    form.reason.choices = choices(picklists.options("exit_reason", language), empty=_l("Choose"))

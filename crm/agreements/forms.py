"""Forms of agreements: choosing the kind, writing, signing, refusing, ending, and the filter of the list."""

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.agreements.services.drafts import LONGEST
from crm.agreements.states import LABELS
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField
from crm.web.forms import BaseForm, VersionField, choices, optional_int


class AgreementFilterForm(BaseForm):
    """What the list of agreements shows; read from the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Employer"), validators=[Optional(), Length(max=100)])
    status = SelectField(
        _l("Status"),
        choices=choices(
            [
                ("open", _l("Not over")),
                *((each.value, label) for each, label in LABELS.items()),
                ("all", _l("All")),
            ]
        ),
        default="open",
    )
    type = SelectField(_l("Kind"), default="")
    owner = SelectField(
        _l("Responsible"),
        choices=choices([("", _l("Everybody")), ("mine", _l("Mine")), ("none", _l("Nobody"))]),
        default="",
    )
    ending = SelectField(_l("Ends"), choices=choices([("", _l("Any time")), ("60", _l("Within 60 days"))]), default="")

    def prepare(self, language: str) -> None:
        """Fill in what depends on the reader's language."""
        self.type.choices = choices(picklists.options("agreement_type", language), empty=_l("All kinds"))


class KindForm(BaseForm):
    """Which text, in which language; read from the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    template = SelectField(_l("Kind of agreement"))
    language = SelectField(_l("Language of the text"))


class AgreementForm(BaseForm):
    """What is written in an agreement."""

    version = VersionField()
    key = HiddenField(validators=[Length(max=40)])
    contact = SelectField(_l("The employer's contact person"), coerce=optional_int)
    owner = SelectField(_l("Responsible with us"), coerce=optional_int)
    deputy = SelectField(_l("Deputy"), coerce=optional_int)
    starts_on = DateField(_l("First day"), validators=[InputRequired()])
    ends_on = DateField(_l("Last day"), description=_l("Empty: until further notice."), validators=[Optional()])
    review_on = DateField(_l("Day of the review"), validators=[InputRequired()])
    purpose = NoteField(_l("Purpose"), validators=[Length(max=LONGEST)])
    employer_does = NoteField(
        _l("What the employer does"), description=_l("Each line becomes a point."), validators=[Length(max=LONGEST)]
    )
    we_do = NoteField(_l("What we do"), description=_l("Each line becomes a point."), validators=[Length(max=LONGEST)])
    follow_up = NoteField(_l("Follow-up"), validators=[Length(max=LONGEST)])
    places = IntegerField(_l("Number of places"), validators=[Optional(), NumberRange(min=1, max=1000)])
    scope = NoteField(_l("What it covers"), description=_l("One per line."), validators=[Length(max=LONGEST)])


class _WithoutSession(BaseForm):
    """A form whose own token stands for the session's; see crm/agreements/links.py."""

    class Meta(BaseForm.Meta):
        csrf = False


class SignForm(_WithoutSession):
    """The employer's signature."""

    text_hash = HiddenField(validators=[Length(max=64)])
    name = StringField(_l("Your name"), validators=[InputRequired(_l("Write your name.")), Length(max=160)])
    role = StringField(
        _l("What you are at work"), validators=[InputRequired(_l("Write what you are at work.")), Length(max=120)]
    )
    may_sign = BooleanField(_l("I may sign for the employer"))


class RefuseForm(_WithoutSession):
    """The employer says no, and why if they like."""

    reason = TextAreaField(_l("Why? (optional)"), validators=[Length(max=1000)])


class OurSignatureForm(BaseForm):
    """Our own signature."""

    role = StringField(_l("What you are at work"), validators=[InputRequired(), Length(max=120)])


class OnBehalfForm(BaseForm):
    """The employer's signature, written down by staff."""

    name = StringField(_l("Who signed"), validators=[InputRequired(), Length(max=160)])
    role = StringField(_l("What they are at work"), validators=[InputRequired(), Length(max=120)])
    reason = NoteField(
        _l("Why it was not signed with the link"),
        description=_l("For example: signed on paper at the visit."),
        validators=[InputRequired(), Length(max=500)],
    )


class ReasonForm(BaseForm):
    """Why an agreement was refused."""

    reason = NoteField(_l("Why?"), validators=[InputRequired(), Length(max=1000)])


class EndForm(ReasonForm):
    """Why an agreement ends early."""

    version = VersionField()

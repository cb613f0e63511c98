"""Forms of mentors, talks, profiles, offers, matches and promises."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField, NoteLine
from crm.web.filters import show_date, today
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int, optional_text
from outreach.days import DayField
from outreach.matching.fields import InterviewFields, MentorFields, ProfileFields, PromiseFields
from outreach.matching.guide import LONGEST, THEMES, TOPICS
from outreach.matching.photo import ACCEPT
from outreach.matching.profile_fields import NAME, OWN_LABELS, fields_of, keys_of
from outreach.matching.queries import Possible
from outreach.matching.services.commitments import LONGEST_INTERVAL, MOST_TIMES
from outreach.matching.services.interviews import MOST_MINUTES
from outreach.matching.services.mentors import MOST
from outreach.matching.states import ChosenBy, MatchState, MentorState
from outreach.matching.words import CHOOSERS, COMMITMENTS, END_REASONS, MATCH_STATES, MENTOR_STATES, PAUSE_REASONS

_MOST_EVERY = LONGEST_INTERVAL


def new_key() -> str:
    """A key for a form, so that the same form sent twice is saved once."""
    return secrets.token_urlsafe(16)


class Keyed(BaseForm):
    """A form that is saved once, however often it is sent."""

    submission_key = HiddenField(default=new_key)

    @property
    def key(self) -> str | None:
        """The form's own key, as far as it can be one."""
        return (self.submission_key.data or "")[:40] or None


class MentorForm(Keyed):
    """A mentor."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    phone = StringField(_l("Phone"), validators=[Length(max=40)])
    email = StringField(_l("E-mail"), validators=[Length(max=254)])
    municipality = StringField(_l("Municipality"), validators=[Length(max=80)])
    birth_year = IntegerField(_l("Year of birth"), validators=[Optional(), NumberRange(min=1900, max=2100)])
    capacity = IntegerField(
        _l("Matches at the same time"), validators=[InputRequired(), NumberRange(min=1, max=MOST)], default=1
    )
    recruited_on = DayField(_l("Taken on"), validators=[InputRequired()])
    told_on = DayField(
        _l("Told what we keep"),
        description=_l("The day on which they were told, if it is known"),
        validators=[Optional()],
    )
    staff_id = SelectField(_l("Responsible with us"), coerce=optional_int)
    unit_id = SelectField(_l("Unit"), coerce=optional_int)
    version = VersionField()

    def as_fields(self) -> MentorFields:
        """What services want."""
        return MentorFields(
            name=self.name.data or "",
            recruited_on=self.recruited_on.data or today(),
            unit_id=self.unit_id.data if self.unit_id is not None else None,
            phone=self.phone.data or None,
            email=self.email.data or None,
            birth_year=self.birth_year.data,
            municipality=self.municipality.data or None,
            capacity=self.capacity.data or 1,
            staff_id=self.staff_id.data,
            told_on=self.told_on.data,
        )


class MentorFilterForm(BaseForm):
    """What the list of mentors is narrowed to; read from the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Name"), validators=[Length(max=100)])
    state = SelectField(_l("State"), validate_choice=False)
    municipality = SelectField(_l("Municipality"), validate_choice=False)

    def prepare(self, municipalities: Sequence[str]) -> None:
        """Fill what can be chosen."""
        self.state.choices = choices(MENTOR_STATES.items(), empty=_l("All"))
        self.municipality.choices = choices([(each, each) for each in municipalities], empty=_l("All"))

    @property
    def state_or_none(self) -> str:
        """A state that there is."""
        state = self.state.data or ""
        return state if state in {*MentorState, "ready"} else ""


class PauseForm(BaseForm):
    """A pause."""

    reason = SelectField(_l("Reason"), validators=[InputRequired()], choices=choices(PAUSE_REASONS.items()))
    until = DayField(_l("Last day of the pause, if known"), validators=[Optional()])


class NoteForm(Keyed):
    """A note on the work with a mentor."""

    text = NoteField(_l("Note"), validators=[InputRequired(), Length(max=4000)])
    match_id = SelectField(_l("About"), coerce=optional_int)


class InterviewForm(Keyed):
    """A talk along the guide; the topics are added below."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    phone = StringField(_l("Phone"), validators=[Length(max=40)])
    email = StringField(_l("E-mail"), validators=[Length(max=254)])
    birth_year = IntegerField(_l("Year of birth"), validators=[Optional(), NumberRange(min=1900, max=2100)])
    known = HiddenField()
    """What of the contact details was shown, so that only what was said anew is taken over."""
    on_date = DayField(_l("Day"), validators=[InputRequired()])
    minutes = IntegerField(_l("Minutes"), validators=[InputRequired(), NumberRange(min=1, max=MOST_MINUTES)])
    weighs = CheckboxesField(
        _l("What weighs most for this person?"), choices=choices((theme.key, theme.heading) for theme in THEMES)
    )
    attention = NoteField(
        _l("Special attention"),
        description=_l("Written after the talk: what has to be thought of in a match, such as no car"),
        validators=[Length(max=LONGEST)],
    )
    version = VersionField()

    def as_fields(self) -> InterviewFields:
        """What services want."""
        return InterviewFields(
            on_date=self.on_date.data or today(),
            minutes=self.minutes.data or 0,
            answers={key: self[key].data or "" for key in TOPICS},
            weighs=self.weighs.data or (),
            attention=self.attention.data,
        )


def make_interview_form(**data: Any) -> Any:
    """The form with a question for each topic of the guide. ``data``: what it shows at first."""
    topics = {
        key: NoteField(_text(topic.question), description=_text(topic.hint), validators=[Length(max=LONGEST)])
        for key, topic in TOPICS.items()
    }
    made: Any = type("GuideForm", (InterviewForm,), topics)
    return made(data=data) if data else made()


class ProfileForm(BaseForm):
    """A profile; its fields are added below."""

    agreed = CheckboxesField(_l("This may be shown to a participant who chooses"))
    agreed_on = DayField(_l("Agreed on"), validators=[Optional()])
    version = VersionField()


def make_profile_form(*, employer: bool, **data: Any) -> Any:
    """The form with the fields of a mentor's profile, or of an employer's. ``data``: what it shows at first."""
    fields = fields_of(None, employer=employer)
    texts = {
        field.key: (NoteField if field.rows > 1 else NoteLine)(
            _text(field.label), validators=[Length(max=field.longest)]
        )
        for field in fields
    }
    made: Any = type("FilledProfileForm", (ProfileForm,), texts)
    form = made(data=data) if data else made()
    labels = {**{field.key: field.label for field in fields}, **OWN_LABELS}
    form.agreed.choices = choices((key, labels[key]) for key in _in_order(keys_of(employer=employer)))
    return form


def profile_fields(form: Any, *, employer: bool) -> ProfileFields:
    """What services want of such a form."""
    texts = {field.key: form[field.key].data or "" for field in fields_of(None, employer=employer)}
    return ProfileFields(texts=texts, agreed=form.agreed.data or (), agreed_on=form.agreed_on.data)


def _in_order(keys: Sequence[str]) -> list[str]:
    """The name first, what is not written in this form after it."""
    own = [key for key in keys if key in OWN_LABELS]
    return [NAME.key, *own, *(key for key in keys if key not in OWN_LABELS and key != NAME.key)]


class PhotoForm(BaseForm):
    """A photo."""

    file = FileField(
        _l("Photo"),
        description=_l("JPEG or PNG, 10 MB at most. Only a small picture is kept, without the place and time in it."),
        render_kw={"accept": ACCEPT},
    )


class OfferForm(Keyed):
    """Profiles to choose from."""

    profiles = CheckboxesField(_l("Profiles"))
    other_number = BooleanField(_l("Offer this number all the same"))

    def prepare(self, possible: Sequence[Possible]) -> None:
        """Fill what can be chosen."""
        self.profiles.choices = choices((each.profile.public_id, each.profile.called) for each in possible)


class ChoiceForm(BaseForm):
    """What was chosen, and by whom."""

    candidate = RadioField(_l("What was chosen"), coerce=optional_text, validators=[InputRequired()])
    by = RadioField(_l("Who chose"), choices=choices(CHOOSERS.items()), default=ChosenBy.PARTICIPANT.value)
    name = StringField(
        _l("With whom, or who"), description=_l("Where it was not the participant alone"), validators=[Length(max=120)]
    )

    def prepare(self, candidates: Sequence[tuple[str, str]]) -> None:
        """Fill what can be chosen: every candidate, and none of them."""
        self.candidate.choices = choices([*candidates, ("none", _l("None of them"))])


class DayForm(BaseForm):
    """A day, on a page with other forms."""

    on_date = DayField(_l("Day"), validators=[InputRequired()], id="day-on_date")


class EndForm(BaseForm):
    """The end of a match."""

    on_date = DayField(_l("Day"), validators=[InputRequired()])
    reason = SelectField(_l("Why it ended"), validators=[InputRequired()], choices=choices(END_REASONS.items()))


class MatchFilterForm(BaseForm):
    """What the list of matches is narrowed to; read from the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    state = SelectField(_l("State"), validate_choice=False)
    reason = SelectField(_l("Why it ended"), validate_choice=False)
    since = DateField(_l("Made from"), validators=[Optional()])
    until = DateField(_l("Made until"), validators=[Optional()])

    def prepare(self) -> None:
        """Fill what can be chosen."""
        states = [("holds", _l("Made or running")), *MATCH_STATES.items()]
        self.state.choices = choices(states, empty=_l("All"))
        self.reason.choices = choices(END_REASONS.items(), empty=_l("All"))

    @property
    def state_or_none(self) -> str:
        """A state that there is."""
        return self.state.data if self.state.data in {*MatchState, "holds"} else ""


class PromiseForm(Keyed):
    """What a mentor promises."""

    kind = SelectField(_l("What"), validators=[InputRequired()], choices=choices(COMMITMENTS.items()))
    match_id = SelectField(_l("In which match"), coerce=optional_int)
    text = NoteLine(_l("In words"), validators=[Length(max=200)])
    every_days = IntegerField(
        _l("At least every so many days"),
        description=_l("14: every other week. Leave it out for something that is done a number of times."),
        validators=[Optional(), NumberRange(min=1, max=_MOST_EVERY)],
    )
    times = IntegerField(_l("Or so many times"), validators=[Optional(), NumberRange(min=1, max=MOST_TIMES)])
    starts_on = DayField(_l("From"), validators=[InputRequired()])
    due_on = DayField(_l("So many times by"), validators=[Optional()])
    version = VersionField()

    def prepare(self, matches: Sequence[tuple[int, date, Any | None]], *, keep: tuple[int, str] | None = None) -> None:
        """Fill what can be chosen: the mentor's matches that run. ``keep``: one that has ended and stands there."""
        rows = match_choices(matches)
        if keep is not None and keep[0] not in {row[0] for row in rows}:
            rows.append(keep)
        self.match_id.choices = choices(rows, empty=_l("In none"))

    def as_fields(self) -> PromiseFields:
        """What services want."""
        return PromiseFields(
            kind=self.kind.data or "",
            starts_on=self.starts_on.data or today(),
            text=self.text.data or None,
            every_days=self.every_days.data,
            times=self.times.data,
            due_on=self.due_on.data,
            match_id=self.match_id.data,
        )


def match_choices(matches: Sequence[tuple[int, date, Any | None]]) -> list[tuple[int, str]]:
    """Running matches by the name of the participant, or by their day where the reader does not see the participant."""
    return [
        (match_id, person.full_name if person is not None else _("Match of %(day)s", day=show_date(made_on)))
        for match_id, made_on, person in matches
    ]


def _text(text: Any) -> Any:
    # A lazy text is no str to the type checker, though it is one wherever a label is shown.
    return text

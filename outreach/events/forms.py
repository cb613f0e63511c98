"""Forms of events: planning, inviting, answering, the door, what follows."""

import secrets
from datetime import date, datetime, time
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField, NoteLine
from crm.web.forms import BaseForm, VersionField, choices, optional_int
from outreach.days import DayField
from outreach.events.fields import EventFields, Reply, WalkIn
from outreach.events.services.attendance import MOST_PEOPLE
from outreach.events.services.planning import MOST_PEOPLE as MOST_CAPACITY
from outreach.events.services.planning import MOST_PLACES
from outreach.events.words import KINDS

YES, NO = "yes", "no"


def new_key() -> str:
    """A key for a form, so that the same form sent twice is saved once."""
    return secrets.token_urlsafe(16)


class _Keyed(BaseForm):
    submission_key = HiddenField()

    @property
    def key(self) -> str | None:
        """The form's own key, as far as it can be one."""
        return (self.submission_key.data or "")[:40] or None


class EventForm(_Keyed):
    """An event."""

    kind = SelectField(_l("Kind"), choices=choices(KINDS.items()))
    title = StringField(_l("What the event is called"), validators=[InputRequired(), Length(max=160)])
    on_date = DayField(_l("Day"), validators=[InputRequired()])
    from_time = TimeField(_l("From"), validators=[InputRequired()])
    until_time = TimeField(_l("Until"), validators=[InputRequired()])
    place = StringField(_l("Place and address"), validators=[Optional(), Length(max=200)])
    link = StringField(_l("Link, for who takes part from afar"), validators=[Optional(), Length(max=300)])
    text = NoteField(
        _l("Text of the invitation"),
        description=_l("Time, place, the link to answer and your name are added below it."),
        validators=[Optional(), Length(max=4000)],
    )
    language = SelectField(_l("Language of your text"), choices=choices(NAMES.items()))
    capacity = IntegerField(
        _l("Room for how many people"),
        description=_l("Leave it empty if there is room for all. Who comes later waits in line."),
        validators=[Optional(), NumberRange(min=1, max=MOST_CAPACITY)],
    )
    most_places = IntegerField(
        _l("How many may come on one invitation"), validators=[InputRequired(), NumberRange(min=1, max=MOST_PLACES)]
    )
    reply_by = DayField(
        _l("Answer until"), description=_l("Until then they can also change their answer."), validators=[Optional()]
    )
    ask_again_on = DayField(_l("Ask those again who have not answered"), validators=[Optional()])
    remind_on = DayField(_l("Remind those who come"), validators=[Optional()])
    owner_id = SelectField(_l("Who answers questions"), coerce=optional_int)
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    tell = BooleanField(
        _l("Tell those invited of a new time or place"), description=_l("But for those who cannot come.")
    )
    version = VersionField()

    def as_fields(self) -> EventFields:
        """What services want."""
        day = self.on_date.data or date.max
        return EventFields(
            kind=self.kind.data,
            title=self.title.data or "",
            starts_at=datetime.combine(day, self.from_time.data or time()),
            ends_at=datetime.combine(day, self.until_time.data or time()),
            place=self.place.data,
            link=self.link.data,
            text=self.text.data,
            language=self.language.data,
            capacity=self.capacity.data,
            most_places=self.most_places.data or 0,
            reply_by=self.reply_by.data,
            ask_again_on=self.ask_again_on.data,
            remind_on=self.remind_on.data,
            owner_id=self.owner_id.data,
        )


class CancelForm(BaseForm):
    """Why an event is not held, for those invited."""

    because = NoteLine(_l("Why? It stands in the mail"), validators=[Optional(), Length(max=300)])


class InviteForm(_Keyed):
    """Whom to invite: a list, and whom of it."""

    source = SelectField(_l("Invite from"))
    everybody = RadioField(
        _l("Whom at each employer"),
        choices=choices(
            [("", _l("One person: who decides, or whoever we know")), ("y", _l("Everybody we know there"))]
        ),
        default="",
    )
    unasked = BooleanField(
        _l("Also those whom nobody has asked whether they want general information"),
        description=_l(
            "Tick it only when the event concerns them. Who said that they want none is never invited this way."
        ),
    )
    step = HiddenField()
    mode = HiddenField()


class ReplyForm(BaseForm):
    """The answer of somebody with a personal link. There is no session, so there is no token of one."""

    class Meta(BaseForm.Meta):
        csrf = False

    comes = RadioField(
        _l("Can you come?"),
        choices=choices([(YES, _l("Yes, I am coming")), (NO, _l("No, I cannot come"))]),
        validators=[InputRequired(_l("Choose one of the answers."))],
    )
    places = IntegerField(_l("How many are you, yourself included?"), validators=[Optional()])
    guest = StringField(_l("Your name"), validators=[Optional(), Length(max=160)])
    comment = StringField(
        _l("Something we should know? (optional)"),
        description=_l("Food, access, a question. Please write nothing about anybody's health."),
        validators=[Optional(), Length(max=500)],
    )

    def as_reply(self, language: str | None = None) -> Reply:
        """What services want."""
        places = self.places.data
        return Reply(
            comes=self.comes.data == YES,
            places=1 if places is None else places,
            comment=self.comment.data,
            guest=self.guest.data,
            language=language,
        )


class AnswerForm(BaseForm):
    """The same, written down by staff."""

    comes = RadioField(
        _l("What did they say?"),
        choices=choices([(YES, _l("They are coming")), (NO, _l("They cannot come"))]),
        validators=[InputRequired()],
    )
    places = IntegerField(_l("How many people"), validators=[Optional(), NumberRange(min=1, max=MOST_PLACES)])
    comment = NoteLine(_l("Comment"), validators=[Optional(), Length(max=500)])

    def as_reply(self) -> Reply:
        """What services want."""
        return Reply(comes=self.comes.data == YES, places=self.places.data or 1, comment=self.comment.data)


class WalkInForm(_Keyed):
    """Somebody at the door who was not invited."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    organisation = StringField(
        _l("Employer"),
        description=_l("Written as in the register it goes to the employer's history."),
        validators=[Optional(), Length(max=160)],
    )
    people = IntegerField(
        _l("How many people"), default=1, validators=[InputRequired(), NumberRange(min=1, max=MOST_PEOPLE)]
    )

    def as_fields(self) -> WalkIn:
        """What services want."""
        return WalkIn(self.name.data or "", self.organisation.data or None, people=self.people.data or 0)


class FollowUpForm(BaseForm):
    """Tasks for a group of employers."""

    group = HiddenField()
    title = NoteLine(_l("What is to be done? (empty: the usual words)"), validators=[Optional(), Length(max=200)])
    due_on = DayField(_l("By when?"), validators=[InputRequired()])


def with_own_ids(form: BaseForm, prefix: str) -> Any:
    """The form with ids of its own, for a page with several."""
    for each in form:
        each.id = each.label.field_id = f"{prefix}-{each.name}"
    return form

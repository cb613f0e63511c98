"""Forms of talks and press, groups, members and meetings."""

import secrets

from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.cooperation.fields import AppearanceFields, GroupFields, MemberFields
from crm.cooperation.words import GROUP_KINDS, KINDS
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField, NoteLine
from crm.web.filters import today
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int


def new_key() -> str:
    """A key for a form, so that the same form sent twice is saved once."""
    return secrets.token_urlsafe(16)


class _Keyed(BaseForm):
    submission_key = HiddenField()

    @property
    def key(self) -> str | None:
        """The form's own key, as far as it can be one."""
        return (self.submission_key.data or "")[:40] or None


class AppearanceForm(_Keyed):
    """A talk, an article or a conference: kind, day and what it was about are all that is required."""

    kind = RadioField(_l("What it was"), choices=choices(KINDS.items()), validators=[InputRequired()])
    on_date = DateField(_l("Day"), validators=[InputRequired()])
    title = NoteLine(_l("What it was about"), validators=[InputRequired(), Length(max=200)])
    municipality = StringField(_l("Municipality"), validators=[Optional(), Length(max=80)])
    reach = IntegerField(
        _l("How many it reached"),
        description=_l("People in the room, or readers. Leave it empty if nobody knows"),
        validators=[Optional(), NumberRange(min=0, max=100_000_000)],
    )
    audience = StringField(
        _l("For whom"),
        description=_l("A newspaper, a municipality, an association"),
        validators=[Optional(), Length(max=160)],
    )
    by_request = BooleanField(_l("They asked for it"))
    link = StringField(_l("Address on the web"), validators=[Optional(), Length(max=300)])
    note = NoteField(_l("Note"), validators=[Optional(), Length(max=2000)])
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    version = VersionField()

    def as_fields(self) -> AppearanceFields:
        """What services want."""
        return AppearanceFields(
            kind=self.kind.data or "",
            on_date=self.on_date.data or today(),
            title=self.title.data or "",
            audience=self.audience.data,
            municipality=self.municipality.data,
            reach=self.reach.data,
            by_request=bool(self.by_request.data),
            link=self.link.data,
            note=self.note.data,
        )


class PeriodForm(Form):
    """The filters of talks and press."""

    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until"), validators=[Optional()])
    kind = SelectField(_l("What it was"), choices=choices(KINDS.items(), empty=_l("Everything")), default="")
    unit = SelectField(_l("Unit"), coerce=optional_int)


class GroupForm(_Keyed):
    """A group."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    kind = RadioField(_l("What kind of group"), choices=choices(GROUP_KINDS.items()), validators=[InputRequired()])
    owner_id = SelectField(_l("Who calls it together"), coerce=optional_int)
    note = NoteField(_l("Note"), validators=[Optional(), Length(max=2000)])
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    version = VersionField()

    def as_fields(self) -> GroupFields:
        """What services want."""
        return GroupFields(
            name=self.name.data or "", kind=self.kind.data or "", owner_id=self.owner_id.data, note=self.note.data
        )


class MemberForm(BaseForm):
    """A member of a group."""

    name = StringField(
        _l("Name"), description=_l("Of participants only the first name"), validators=[InputRequired(), Length(max=160)]
    )
    organisation = StringField(
        _l("Organisation"),
        description=_l("An employer is linked when the name is written as on its page"),
        validators=[Optional(), Length(max=160)],
    )
    joined_on = DateField(_l("Member from"), validators=[InputRequired()])
    left_on = DateField(_l("Member until"), validators=[Optional()])
    version = VersionField()

    def as_fields(self) -> MemberFields:
        """What services want."""
        return MemberFields(
            name=self.name.data or "",
            joined_on=self.joined_on.data or today(),
            organisation=self.organisation.data,
            left_on=self.left_on.data if "left_on" in self else None,
        )


class MeetingForm(BaseForm):
    """A meeting to come, or one that was."""

    on_date = DateField(_l("Day of the meeting"), validators=[InputRequired()])
    subject = NoteLine(_l("Subject"), validators=[Optional(), Length(max=200)])


class AttendanceForm(BaseForm):
    """Who came, and what was agreed."""

    present = CheckboxesField(_l("Who came"), coerce=int)
    subject = NoteLine(_l("Subject"), validators=[Optional(), Length(max=200)])
    minutes = NoteField(_l("What was agreed"), validators=[Optional(), Length(max=4000)])
    version = VersionField()


class EndForm(BaseForm):
    """The end of a group."""

    ended_on = DateField(_l("Last day"), validators=[InputRequired()])

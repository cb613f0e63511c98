"""Forms of inquiries. A walk-in is noted in four fields."""

import re
import secrets
from datetime import date, timedelta
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from crm.accounts.queries import units_for
from crm.actors import Actor
from crm.glossary import picklists
from crm.inquiries import queries
from crm.inquiries.queries import InquiryFilter
from crm.inquiries.services.inquiries import MOST_DAYS, USUAL_DAYS, InquiryFields
from crm.inquiries.sources import GROUPS, NOT_STATED, grouped_sources
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from crm.web.filters import today
from crm.web.forms import BaseForm, VersionField, choices, grouped_choices, optional_int, optional_text

LONGEST_LABEL = 60
MOST_PERSONS = 20
_BETWEEN = re.compile(r"[,;،、]")
_YEAR = timedelta(days=365)


class _NoteForm(BaseForm):
    submission_key = HiddenField()

    @property
    def key(self) -> str:
        """The form's own key."""
        return (self.submission_key.data or "")[:40]


class QuickForm(_NoteForm):
    """Somebody walked in, called or wrote: source, topic, who, note. Day, channel and handler are known."""

    channel = HiddenField(default="walk_in")
    source = SelectField(_l("Came from"), default=NOT_STATED)
    topic = SelectField(_l("Topic"), validators=[InputRequired(_l("Choose a topic."))])
    who = StringField(
        _l("Who it is about"),
        description=_l("A few words that only you understand: “the young man from the gate”. Several: with commas."),
        validators=[Length(max=MOST_PERSONS * (LONGEST_LABEL + 2))],
    )
    note = StringField(_l("Note"), validators=[Length(max=500)])

    def labels(self) -> list[str]:
        """Everybody whom it is about, each by a label."""
        return [label for label in map(str.strip, _BETWEEN.split(self.who.data or "")) if label]

    def validate_who(self, field: StringField) -> None:
        """Each label is short, and they can be counted."""
        if any(len(label) > LONGEST_LABEL for label in self.labels()):
            raise ValidationError(_l("Use %(max)d characters at most for each person.", max=LONGEST_LABEL))
        if len(self.labels()) > MOST_PERSONS:
            raise ValidationError(_l("Write %(max)d persons at most.", max=MOST_PERSONS))

    def prepare(self, language: str) -> None:
        """Fill in the lists."""
        _fill_lists(self, language)
        self.submission_key.data = self.submission_key.data or secrets.token_urlsafe(16)
        if self.channel.data not in picklists.codes("inquiry_channel"):
            self.channel.data = "walk_in"

    def as_fields(self, staff_id: int | None) -> InquiryFields:
        """What services want: it came today, and the one who writes handles it."""
        return InquiryFields(
            received_on=today(), channel=self.channel.data or "", topic=self.topic.data, note=self.note.data or None,
            source=self.source.data or NOT_STATED, handled_by_id=staff_id,
        )  # fmt: skip


class InquiryForm(_NoteForm):
    """An inquiry with everything that can be said of it. The employer is found by a text."""

    version = VersionField()
    received_on = DateField(_l("Day"), validators=[InputRequired()])
    source = SelectField(_l("Came from"), default=NOT_STATED)
    channel = SelectField(_l("How it came"), validators=[InputRequired(_l("Choose how it came."))])
    topic = SelectField(_l("Topic"), validators=[InputRequired(_l("Choose a topic."))])
    employer_text = StringField(
        _l("Employer"), description=_l("A part of the name, or the organisation number"), validators=[Length(max=100)]
    )
    employer = RadioField(_l("Which one?"), coerce=optional_text, choices=[], validate_choice=False)
    handled_by = SelectField(_l("Who handles it"), coerce=optional_int)
    answer_within = IntegerField(
        _l("Answer within, working days"),
        default=USUAL_DAYS,
        validators=[InputRequired(), NumberRange(min=0, max=MOST_DAYS)],
    )
    callback_requested = BooleanField(_l("Wants to be called back"), description=_l("Becomes a task."))
    note = TextAreaField(
        _l("Note"),
        description=_l("No health information and no identity numbers."),
        validators=[Length(max=5000)],
    )

    def prepare(self, language: str, colleagues: list[tuple[int, str]]) -> None:
        """Fill in the lists."""
        _fill_lists(self, language)
        self.channel.choices = choices(picklists.options("inquiry_channel", language), empty=_l("Choose"))
        self.handled_by.choices = choices(colleagues, empty=_l("Nobody yet"))
        self.submission_key.data = self.submission_key.data or secrets.token_urlsafe(16)

    def as_fields(self, employer_id: int | None) -> InquiryFields:
        """What services want."""
        return InquiryFields(
            received_on=self.received_on.data or today(), channel=self.channel.data, topic=self.topic.data,
            source=self.source.data or NOT_STATED, employer_id=employer_id, handled_by_id=self.handled_by.data,
            answer_within=self.answer_within.data if self.answer_within.data is not None else USUAL_DAYS,
            callback_requested=bool(self.callback_requested.data), note=self.note.data or None,
        )  # fmt: skip


class PersonForm(BaseForm):
    """Somebody whom an inquiry is about: found among the participants, or a label."""

    search = StringField(_l("Find a participant"), description=_l("A part of the name"), validators=[Length(max=100)])
    participant = RadioField(_l("Which one?"), coerce=optional_text, choices=[], validate_choice=False)
    label = StringField(
        _l("Or a label"),
        description=_l("A few words without name, number or address"),
        validators=[Length(max=LONGEST_LABEL)],
    )


class OutcomeForm(BaseForm):
    """What came of it for one person."""

    outcome = SelectField(_l("Outcome"), validators=[InputRequired()])
    outcome_on = DateField(_l("Day"), validators=[Optional()])


class InquiryFilterForm(BaseForm):
    """The filters of the list and of the report. What cannot be read is not said."""

    class Meta(BaseForm.Meta):
        """A filter changes nothing."""

        csrf = False

    state = SelectField(
        _l("Show"),
        default=queries.OPEN,
        choices=choices(
            [
                (queries.OPEN, lazy_pgettext("inquiries", "Open")),
                (queries.OVERDUE, _l("Answer overdue")),
                (queries.CALLBACK, _l("Want a call back")),
                (queries.CLOSED, lazy_pgettext("inquiries", "Closed")),
                (queries.ALL, _l("All")),
            ]
        ),
    )
    who = SelectField(
        _l("Who handles it"),
        default="all",
        choices=choices([("all", _l("Everybody")), ("mine", _l("I do")), ("none", _l("Nobody yet"))]),
    )
    source = SelectField(_l("Came from"), default="")
    channel = SelectField(_l("How it came"), default="")
    topic = SelectField(_l("Topic"), default="")
    outcome = SelectField(_l("Outcome"), default="")
    unit = SelectField(_l("Unit"), default="")
    since = DateField(_l("From day"), validators=[Optional()])
    until = DateField(_l("To day"), validators=[Optional()])

    def prepare(self, actor: Actor) -> None:
        """Fill in the lists."""
        language = actor.language
        _fill_lists(self, language, empty=_l("All"))
        groups = [(f"group:{key}", label) for key, (label, codes) in GROUPS.items() if len(codes) > 1]
        every: list[Any] = list(self.source.choices or ())
        self.source.choices = [*every[:1], *choices(groups), *every[1:]]
        self.channel.choices = choices(picklists.options("inquiry_channel", language), empty=_l("All"))
        outcomes = [(queries.ANY_RESULT, _l("Work or a place")), *picklists.options("inquiry_outcome", language)]
        self.outcome.choices = choices(outcomes, empty=_l("All"))
        self.units = units_for(actor)
        self.unit.choices = choices([(each.public_id, each.name) for each in self.units], empty=_l("All your units"))

    def as_filter(self, *, state: str | None = None, since: date | None = None) -> InquiryFilter:
        """The filter that the address asks for; ``since`` holds where it names no first day."""
        bad = {name for name, field in self._fields.items() if field.errors}
        data: dict[str, Any] = {name: "" if name in bad else field.data for name, field in self._fields.items()}
        source, group = data["source"] or "", ""
        if source.startswith("group:"):
            source, group = "", source.removeprefix("group:")
        unit = next((each.id for each in self.units if each.public_id == data["unit"]), None)
        return InquiryFilter(
            today=today(), state=state or data["state"] or queries.OPEN, source=source, group=group,
            channel=data["channel"] or "", topic=data["topic"] or "", outcome=data["outcome"] or "",
            who=data["who"] or "all", unit_ids=frozenset({unit}) if unit is not None else None,
            since=data["since"] or since, until=data["until"] or None, answered=request.args.get("answered", ""),
        )  # fmt: skip


def year_ago() -> date:
    """Where the report begins when nothing is said."""
    return today() - _YEAR


def _fill_lists(form: QuickForm | InquiryForm | InquiryFilterForm, language: str, *, empty: object = None) -> None:
    form.source.choices = grouped_choices(dict(grouped_sources(language)), empty=empty)
    topics = picklists.options("inquiry_topic", language)
    form.topic.choices = choices(topics, empty=empty or _l("Choose"))

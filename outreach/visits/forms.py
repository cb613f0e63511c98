"""The forms of a visit: agreeing on it, cancelling it, and logging what happened."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from crm.accounts.models import Staff
from crm.employers.fields import ContactFields, NextStep
from crm.employers.forms import reader_language
from crm.employers.models import Position, Workplace
from crm.employers.ways import BASES
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.tasks.working_days import add_working_days
from crm.web.clean import clean_line, clean_text
from crm.web.filters import today
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int, optional_text
from outreach.days import DayField
from outreach.visits.fields import LoggedVisit, VisitFields
from outreach.visits.models import Visit
from outreach.visits.services.booking import day_of

_LATER = {"week": 7, "two_weeks": 14}
_KEY_LENGTH = 40
TEXTS = ("next_text", "note")
"""The fields of a logged visit in which something may stand that does not belong there."""


class VisitForm(BaseForm):
    """A visit that was agreed, new or changed."""

    version = VersionField()
    submission_key = HiddenField()
    on = DayField(_l("Day"), validators=[InputRequired()])
    at = TimeField(_l("Time"), validators=[InputRequired()])
    minutes = IntegerField(_l("Minutes"), default=60, validators=[InputRequired(), NumberRange(min=5, max=1440)])
    person_id = SelectField(_l("Agreed with"), coerce=optional_int)
    workplace_id = SelectField(_l("Workplace"), coerce=optional_int)
    purpose = SelectField(_l("Purpose"), coerce=optional_text)
    staff_id = SelectField(_l("Who goes there"), coerce=optional_int)
    about = StringField(
        _l("To remember"),
        validators=[Optional(), Length(max=300)],
        description=_l("No health information and no identity numbers."),
    )
    basis = SelectField(
        _l("Why we approach them"),
        coerce=optional_text,
        description=_l("They have a block against advertising. It is written down what gives us the right."),
    )

    def prepare(
        self, positions: Sequence[Position], workplaces: Sequence[Workplace], staff: Sequence[tuple[int, str]]
    ) -> None:
        """Fill in the persons and workplaces of the employer, and who may go there."""
        language = reader_language()
        here = [each for each in positions if each.left_on is None or each.person_id == self.person_id.data]
        self.person_id.choices = choices(
            [(each.person_id, name_and_title(each)) for each in here], empty=_l("Nobody in particular")
        )
        self.workplace_id.choices = choices(
            [(place.id, place.name) for place in workplaces], empty=_l("The whole employer")
        )
        self.purpose.choices = choices(picklists.options("contact_purpose", language), empty=_l("Not stated"))
        self.staff_id.choices = choices(staff)
        self.basis.choices = choices(BASES.items(), empty=_l("Choose"))

    def as_fields(self) -> VisitFields:
        """What services want."""
        return VisitFields(
            on=self.on.data or today(),
            at=self.at.data or time(10),
            minutes=self.minutes.data or 60,
            workplace_id=self.workplace_id.data,
            person_id=self.person_id.data,
            purpose=self.purpose.data,
            about=self.about.data or None,
            staff_id=self.staff_id.data,
            basis=self.basis.data,
            submission_key=(self.submission_key.data or "")[:_KEY_LENGTH] or None,
        )


class CancelForm(BaseForm):
    """Why a visit does not take place."""

    version = VersionField()
    because = StringField(_l("Why?"), validators=[Optional(), Length(max=300)])


class LogForm(BaseForm):
    """What happened at a visit: the outcome is all that is required. A telephone without a network shows the same."""

    version = VersionField()
    submission_key = HiddenField()
    person_ids = CheckboxesField(_l("Who was met"), coerce=int)
    met_decision_maker = RadioField(
        _l("Met somebody who decides"), choices=choices([("yes", _l("Yes")), ("no", _l("No"))]), validators=[Optional()]
    )
    purpose = SelectField(_l("Purpose"), coerce=optional_text)
    outcome = SelectField(_l("Outcome"), validators=[InputRequired()])
    next_when = RadioField(_l("Next step"), default="none")
    next_on = DayField(_l("Another day"), validators=[Optional()])
    next_text = StringField(_l("What was promised?"), validators=[Optional(), Length(max=200)])
    note = TextAreaField(
        _l("Note"),
        validators=[Optional(), Length(max=10_000)],
        description=_l("No health information and no identity numbers."),
    )
    on_date = DayField(_l("Day"), validators=[InputRequired()])
    basis = SelectField(
        _l("Why we approach them"),
        coerce=optional_text,
        description=_l("They have a block. It is written down what gives us the right."),
    )

    def prepare(self, positions: Sequence[Position]) -> None:
        """Fill in the lists of the field, and the persons of this employer."""
        language = reader_language()
        self.outcome.choices = choices(picklists.options("contact_outcome", language), empty=_l("Choose"))
        self.purpose.choices = choices(picklists.options("contact_purpose", language), empty=_l("Not stated"))
        self.next_when.choices = choices(NEXT_WHEN)
        self.basis.choices = choices(BASES.items(), empty=_l("Choose"))
        chosen = set(self.person_ids.data or ())
        here = [each for each in positions if each.left_on is None or each.person_id in chosen]
        self.person_ids.choices = [(each.person_id, name_and_title(each)) for each in here]

    def validate_next_when(self, field: RadioField) -> None:
        """The day of a next step has to be chosen when "another day" is."""
        if field.data == "own" and not any(text.strip() for text in self.next_on.raw_data or ()):
            raise ValidationError(_l("Choose the day."))

    def logged(self, country: str) -> LoggedVisit:
        """What services want. Days are counted from the day of the visit, wherever the form was when it was sent."""
        decides = {"yes": True, "no": False}
        on_date = self.on_date.data or today()
        contact = ContactFields(
            channel="visit",
            on_date=on_date,
            outcome=self.outcome.data,
            purpose=self.purpose.data,
            note=self.note.data or None,
            met_decision_maker=decides.get(self.met_decision_maker.data or ""),
            basis=self.basis.data,
            person_ids=frozenset(self.person_ids.data or ()),
            submission_key=(self.submission_key.data or "")[:_KEY_LENGTH] or None,
        )
        return LoggedVisit(contact, self._next_step(on_date, country))

    def typed(self) -> dict[str, Any]:
        """What stands in the form, as it is kept: names of fields to lists of texts."""
        return {
            field.name: [str(each) for each in (field.raw_data or ())]
            for field in self
            if field.raw_data and field.name not in ("csrf_token", "version", "submission_key")
        }

    def _next_step(self, on_date: date, country: str) -> NextStep | None:
        text = self.next_text.data or None
        when = self.next_when.data
        if when == "tomorrow":
            return NextStep(add_working_days(on_date, 1, country), text)
        if when == "own" or (self.next_on.data and when not in _LATER):
            return NextStep(self.next_on.data, text) if self.next_on.data else None
        if when in _LATER or text:
            return NextStep(add_working_days(on_date + timedelta(days=_LATER.get(when, 7)), 0, country), text)
        return None


NEXT_WHEN = [
    ("none", _l("Nothing planned")),
    ("tomorrow", _l("Next working day")),
    ("week", _l("In a week")),
    ("two_weeks", _l("In two weeks")),
    ("own", _l("Another day")),
]


def new_key() -> str:
    """A key for a form that is shown, so that sending it twice does one thing."""
    return secrets.token_urlsafe(16)


def empty_log(visit: Visit) -> dict[str, object]:
    """What is known before anything is typed about a visit."""
    return {
        "version": visit.version_id,
        "submission_key": new_key(),
        "on_date": min(day_of(visit), today()),
        "purpose": visit.purpose,
        "person_ids": [visit.person_id] if visit.person_id else [],
        "next_when": "none",
        "basis": visit.basis,
    }


def pairs_of(typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The names and texts of a form from what a telephone sent or what was kept; what is no text is left out."""
    return [
        (clean_line(str(name)), clean_text(str(value)))
        for name, given in list(typed.items())[:40]
        for value in (given if isinstance(given, list) else [given])[:200]
        if isinstance(value, str | int) and not isinstance(value, bool)
    ]


def staff_choices(staff: Sequence[Staff]) -> list[tuple[int, str]]:
    """Who may go there, by name."""
    return [(each.id, each.name) for each in staff]


def name_and_title(position: Position) -> str:
    """Somebody at an employer, with what they are there."""
    return ", ".join(filter(None, (position.person.name, position.title)))

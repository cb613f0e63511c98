"""The form that logs a contact: kind, day and outcome are enough; the rest is folded away."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
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

from crm.accounts.current import current_staff
from crm.attachments.uploads import WithFile
from crm.employers.fields import ContactFields, NextStep
from crm.employers.forms import reader_language
from crm.employers.models import Contact, Workplace
from crm.employers.queries import PersonAt
from crm.employers.ways import BASES
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.guard import Finding, pointed_out
from crm.tasks.models import Task, TaskState
from crm.tasks.queries import TaskRow
from crm.tasks.working_days import add_working_days
from crm.web.context import local_path
from crm.web.filters import show_weekday, today
from crm.web.forms import CheckboxesField, VersionField, choices, optional_int, optional_text

_TOMORROW = "tomorrow"
_DAYS = {_TOMORROW: 1, "week": 7, "two_weeks": 14}


class ContactForm(WithFile):
    """A contact, new or corrected, with a file to add to it."""

    version = VersionField()
    submission_key = HiddenField()
    channel = RadioField(_l("Kind of contact"), validators=[InputRequired()])
    on_date = DateField(_l("Day"), validators=[InputRequired()])
    outcome = SelectField(_l("Outcome"), validators=[InputRequired()])
    next_when = RadioField(
        _l("Next step"),
        default="none",
    )
    next_on = DateField(_l("Another day"), validators=[Optional()])
    next_text = StringField(_l("What was promised?"), validators=[Optional(), Length(max=200)])
    person_ids = CheckboxesField(_l("Who was met"), coerce=int)
    purpose = SelectField(_l("Purpose"), coerce=optional_text)
    note = TextAreaField(
        _l("Note"),
        validators=[Optional(), Length(max=10_000)],
        description=_l("No health information and no identity numbers."),
    )
    workplace_id = SelectField(_l("Workplace"), coerce=optional_int)
    travel_minutes = IntegerField(_l("Travel, minutes"), validators=[Optional(), NumberRange(min=0, max=1440)])
    quality_level = SelectField(_l("Quality level"), coerce=optional_int)
    met_decision_maker = SelectField(
        _l("Met somebody who decides"),
        choices=choices([("yes", _l("Yes")), ("no", _l("No"))], empty=_l("Not stated")),
        coerce=optional_text,
    )
    participant_present = BooleanField(
        _l("A participant was there"), description=_l("Only if they agreed to it. Do not name them in the note.")
    )
    sheet = SelectField(_l("Information sheet given"), coerce=optional_int)
    basis = SelectField(
        _l("Why we approach them"),
        coerce=optional_text,
        description=_l("They have a block against advertising. It is written down what gives us the right."),
    )
    task = HiddenField()
    next_page = HiddenField()
    task_done = BooleanField(_l("The task is done with this"))

    def prepare(
        self,
        people: Sequence[PersonAt],
        workplaces: Sequence[Workplace],
        sheets: Sequence[tuple[int, str]],
    ) -> None:
        """Fill in the lists of the field, the persons and workplaces of this employer, the information sheets."""
        language = reader_language()
        self.next_when.choices = _next_choices()
        self.channel.choices = picklists.options("contact_channel", language)
        self.outcome.choices = choices(picklists.options("contact_outcome", language), empty=_l("Choose"))
        self.basis.choices = choices(BASES.items(), empty=_l("Choose"))
        self.purpose.choices = choices(picklists.options("contact_purpose", language), empty=_l("Not stated"))
        self.quality_level.choices = choices(_LEVELS, empty=_l("Not stated"))
        fill_own_choices(self, people, workplaces=workplaces, sheets=sheets)

    def as_fields(self) -> ContactFields:
        """What services want."""
        decides = {"yes": True, "no": False}
        return ContactFields(
            channel=self.channel.data,
            on_date=self.on_date.data or today(),
            outcome=self.outcome.data,
            purpose=self.purpose.data,
            note=self.note.data or None,
            travel_minutes=self.travel_minutes.data,
            quality_level=self.quality_level.data,
            met_decision_maker=decides.get(self.met_decision_maker.data or ""),
            participant_present=self.participant_present.data,
            basis=self.basis.data,
            workplace_id=self.workplace_id.data,
            person_ids=frozenset(self.person_ids.data or ()),
            submission_key=(self.submission_key.data or None) and self.submission_key.data[:40],
        )

    def next_step(self) -> NextStep | None:
        """What comes next, if anything. A day that was filled in counts without its radio button."""
        due_on = _due_on(self.next_when.data, self.next_on.data)
        if due_on is None and self.next_text.data:
            due_on = _working_day("week")
        return NextStep(due_on=due_on, text=self.next_text.data or None) if due_on else None

    def validate_next_when(self, field: RadioField) -> None:
        """The day of a next step has to be chosen when "another day" is."""
        if field.data == "own" and not any(text.strip() for text in self.next_on.raw_data or ()):
            raise ValidationError(_l("Choose the day."))

    def validate_next_on(self, field: DateField) -> None:
        """The day of a next step lies ahead."""
        if field.data is not None and field.data < today() and field.data != field.object_data:
            raise ValidationError(_l("This day has passed."))

    def more_is_open(self) -> bool:
        """Whether the folded part has something that must be seen: an error, or what was filled in."""
        folded = ("person_ids", "purpose", "workplace_id", "travel_minutes", "quality_level", "sheet", "note", "file")
        filled = self.note.data or self.purpose.data or self.person_ids.data
        return any(self[name].errors for name in folded) or bool(filled)

    def pointed_out(self) -> list[Finding]:
        """What in the texts looks as if it does not belong there, until it has been ticked."""
        return pointed_out(self, "note", "next_text")


def fill_own_choices(
    form: Any,
    people: Sequence[PersonAt],
    *,
    workplaces: Sequence[Workplace],
    sheets: Sequence[tuple[int, str]],
) -> None:
    """The choices of those fields of ``form`` that are the employer's own. Who has left stays where they were met."""
    chosen = set(form.person_ids.data or ())
    here = [each for each in people if each.left_on is None or each.person_id in chosen]
    form.person_ids.choices = [(each.person_id, _name_and_title(each)) for each in here]
    form.sheet.choices = choices(sheets, empty=_l("None"))
    form.workplace_id.choices = choices(
        [(place.id, place.name) for place in workplaces], empty=_l("The whole employer")
    )


def new_contact_form(**given: object) -> ContactForm:
    """An empty form with its own key, so that sending it twice makes one contact. ``given``: what is known already."""
    first = {"channel": "visit", "on_date": today(), "submission_key": secrets.token_urlsafe(16)}
    return ContactForm(formdata=None, data=first | given)


def given_by_address(tasks: Sequence[TaskRow]) -> dict[str, object]:
    """What the address says about the contact to be written: the task or page that one comes from, kind and purpose."""
    kinds, purposes = (picklists.codes(f"contact_{name}") for name in ("channel", "purpose"))
    asked = {name: request.args.get(name, "") for name in ("channel", "purpose", "task")}
    given: dict[str, object] = {}
    if asked["channel"] in kinds:
        given["channel"] = asked["channel"]
    if asked["purpose"] in purposes:
        given["purpose"] = asked["purpose"]
    row = next((row for row in tasks if row.task.public_id == asked["task"]), None)
    if row is not None:
        met = [row.task.contact_person_id] if row.task.contact_person_id else []
        given |= {"task": row.task.public_id, "task_done": True, "person_ids": met}
    if request.args.get("next"):
        given["next_page"] = local_path(request.args["next"], fallback="") or None
    return given


def filled_contact_form(contact: Contact, task: Task | None, sheet: int | None) -> ContactForm:
    """The form with what stands in a contact."""
    open_task = task if task is not None and task.state is TaskState.OPEN else None
    decides = {True: "yes", False: "no", None: ""}
    return ContactForm(
        data={
            "version": contact.version_id,
            **{name: getattr(contact, name) for name in _COPIED},
            "met_decision_maker": decides[contact.met_decision_maker],
            "person_ids": [met.person_id for met in contact.met],
            "sheet": sheet,
            "next_when": "own" if open_task else "none",
            "next_on": open_task.due_on if open_task else None,
            "next_text": open_task.title.get("", "") if open_task else "",
        }
    )


_COPIED = (
    "channel", "on_date", "outcome", "purpose", "note", "travel_minutes", "quality_level", "workplace_id",
    "participant_present", "basis",
)  # fmt: skip

# IPS-25, quality of employer contact; from the least to the best.
_LEVELS = [
    (1, _l("1: handed in an application")),
    (2, _l("2: asked for openings")),
    (3, _l("3: followed up an advertised job")),
    (4, _l("4: met in person, spoke for a person")),
    (5, _l("5: planned visit to learn what the employer needs")),
]


def _due_on(when: str | None, own: date | None) -> date | None:
    return _working_day(when) if when in _DAYS else own


def _working_day(when: str) -> date:
    """The day that a choice means where the reader works: nobody is called on a Saturday or a public holiday."""
    country = current_staff().unit.country
    if when == _TOMORROW:
        return add_working_days(today(), 1, country)
    return add_working_days(today() + timedelta(days=_DAYS[when]), 0, country)


def _next_choices() -> list[tuple[str, str]]:
    due_on = _working_day(_TOMORROW)
    is_tomorrow = due_on == today() + timedelta(days=_DAYS[_TOMORROW])
    day = show_weekday(due_on)
    return choices(
        [
            ("none", _l("Nothing planned")),
            (_TOMORROW, _("Tomorrow, %(day)s", day=day) if is_tomorrow else _("Next working day, %(day)s", day=day)),
            ("week", _l("In a week")),
            ("two_weeks", _l("In two weeks")),
            ("own", _l("Another day")),
        ]
    )


def _name_and_title(person: PersonAt) -> str:
    return ", ".join(filter(None, (person.name, person.title)))

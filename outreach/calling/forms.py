"""The forms of a call: a step of it, its end, and the call to an employer of one's choice."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from crm.employers.fields import NextStep
from crm.employers.forms import reader_language
from crm.employers.models import Position
from crm.employers.ways import BASES, REASONS
from crm.glossary import picklists
from crm.languages import NAMES, in_language
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField, NoteLine
from crm.tasks.queries import TaskRow
from crm.web.filters import show_weekday, today
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int, optional_text
from outreach.calling.fields import PREFIX, form_fields
from outreach.calling.services.drafts import CLOSING, MOST_NOTE, Draft
from outreach.calling.services.outcome import EMPLOYER, NO_MAIL, SPOKEN, Closing, MaterialChoice, NewPerson
from outreach.days import DayField
from outreach.materials.queries import Receiver, Sheet
from outreach.scripts.definition import Node

NEW_PERSON = "new"
SCRIPT, NOTHING, OWN = "script", "none", "own"


class CallForm(BaseForm):
    """What every page of a call carries: the note, and where the page stands."""

    version = VersionField()
    number = VersionField()
    base = VersionField()
    tab = HiddenField()
    place = HiddenField()
    note = NoteField(
        _l("Note"),
        validators=[Optional(), Length(max=MOST_NOTE)],
        description=_l("No health information and no identity numbers."),
    )

    def draft(self, prefix: str = PREFIX) -> Draft:
        """What stands on the page, as it was typed."""
        typed = {field.name: _typed(field.name) for field in self if field.name.startswith(prefix)}
        return Draft(
            version=int(self.version.data or 0),
            note=self.note.data or "",
            fields={name.removeprefix(prefix): value for name, value in typed.items()},
            place=(self.place.data or "")[:60],
            number=int(self.number.data or 0),
            base=int(self.base.data or 0),
            tab=(self.tab.data or "")[:20],
        )


def step_form(node: Node, **given: Any) -> CallForm:
    """The form of one step, with the fields that are noted there."""
    made: type[CallForm] = type("StepForm", (CallForm,), form_fields(node))
    return made(**given)


class ClosingForm(CallForm):
    """The end of a call: outcome and next step, and whatever the script's effects still have to know."""

    outcome = SelectField(_l("Outcome"), validators=[InputRequired()], coerce=optional_text)
    person = SelectField(_l("Who did you talk to?"), coerce=optional_text)
    new_name = StringField(_l("Name"), validators=[Optional(), Length(max=160)])
    new_phone = StringField(_l("Phone at work"), validators=[Optional(), Length(max=40)])
    new_email = StringField(_l("E-mail at work"), validators=[Optional(), Length(max=254)])
    next_when = RadioField(_l("What comes next?"), coerce=optional_text, validate_choice=False)
    open_day = DayField(_l("On which day?"), validators=[Optional()])
    next_on = DayField(_l("Day"), validators=[Optional()])
    next_text = NoteLine(_l("What was promised?"), validators=[Optional(), Length(max=200)])
    basis = SelectField(
        _l("Why we approach them"),
        coerce=optional_text,
        description=_l("They have a block against advertising. It is written down what gives us the right."),
    )
    experience_reason = SelectField(_l("What went wrong"), coerce=optional_text)
    sheet = SelectField(_l("Information sheet"), coerce=optional_int)
    language = SelectField(_l("Language"), coerce=optional_text)
    receiver = SelectField(_l("Who gets it?"), coerce=optional_text)
    receiver_email = StringField(
        _l("E-mail, if it is new"), validators=[Optional(), Length(max=254)],
        description=_l("It is written down with who gets it."),
    )  # fmt: skip
    referral = NoteLine(_l("The other employer"), validators=[Optional(), Length(max=2000)])
    refuser = SelectField(_l("Who does not want to be called?"), coerce=optional_text)
    keep_stage = BooleanField(_l("Leave the stage as it is"))
    # A task that a colleague has closed meanwhile is no reason to refuse the call.
    done_tasks = CheckboxesField(_l("Done with this call"), validate_choice=False)
    _ways_on: frozenset[str] = frozenset()

    def draft(self, prefix: str = "") -> Draft:
        """What stands on the page, as it was typed."""
        own = {"version", "number", "base", "tab", "place", "note", "csrf_token"}
        found = super().draft(prefix)
        kept = {name: value for name, value in found.fields.items() if name not in own}
        return Draft(found.version, found.note, kept, CLOSING, found.number, found.base, found.tab)

    def prepare(self, positions: Sequence[Position], *, plans_ahead: bool) -> None:
        """Fill in the lists of the field, and the persons of this employer."""
        language = reader_language()
        people = [(str(each.person_id), _name_and_title(each)) for each in positions]
        self.outcome.choices = choices(picklists.options("contact_outcome", language), empty=_l("Choose"))
        self.person.choices = choices([*people, (NEW_PERSON, _l("Somebody new"))], empty=_l("Nobody by name"))
        if plans_ahead:
            ways_on = [(SCRIPT, _l("As it was agreed")), (OWN, _l("Something more, on a day"))]
        else:
            ways_on = [(OWN, _l("Something on a day")), (NOTHING, _l("Nothing more is planned"))]
        self.next_when.choices = choices(ways_on)
        self._ways_on = frozenset(way for way, _label in ways_on)
        self.basis.choices = choices(BASES.items(), empty=_l("Choose"))
        self.experience_reason.choices = choices(REASONS.items(), empty=_l("Choose"))
        self.refuser.choices = choices(
            [*people, (EMPLOYER, _l("Nobody in particular: the employer"))], empty=_l("Choose")
        )

    def prepare_tasks(self, rows: Sequence[TaskRow]) -> None:
        """Fill in which open tasks may be done with this call."""
        language = reader_language()
        self.done_tasks.choices = [
            (row.task.public_id, f"{in_language(row.task.title, language)}, {show_weekday(row.task.due_on)}")
            for row in rows
        ]

    def prepare_material(self, sheets: Sequence[Sheet], receivers: Sequence[Receiver]) -> None:
        """Fill in what can be sent, and to whom."""
        known = {each.key: f"{each.name}, {each.email}" for each in receivers}
        self.sheet.choices = choices([(each.version_id, each.name) for each in sheets], empty=_l("Choose"))
        languages = sorted({language for each in sheets for language in each.languages})
        self.language.choices = choices([(each, NAMES.get(each, each)) for each in languages], empty=_l("Choose"))
        spoken = [(SPOKEN, _l("Whom you talked to, at the address below"))]
        own = [] if EMPLOYER in known else [(EMPLOYER, _l("The employer, at the address below"))]
        self.receiver.choices = choices(
            [*known.items(), *spoken, *own, (NO_MAIL, _l("Nothing is sent by mail"))], empty=_l("Choose")
        )

    def as_closing(self) -> Closing:
        """What the service wants."""
        when = self.next_when.data
        step = NextStep(self.next_on.data, self.next_text.data or None) if when == OWN and self.next_on.data else None
        new = self.person.data == NEW_PERSON
        person = NewPerson(self.new_name.data or "", self.new_phone.data or None, self.new_email.data or None)
        return Closing(
            outcome=self.outcome.data,
            version=int(self.version.data or 0),
            note=self.note.data or "",
            person_id=int(self.person.data) if self.person.data and not new else None,
            new_person=person if new else None,
            next_step=step,
            nothing_planned=when == NOTHING,
            open_day=self.open_day.data,
            basis=self.basis.data,
            experience_reason=self.experience_reason.data,
            material=MaterialChoice(
                self.sheet.data, self.language.data, self.receiver.data or "", self.receiver_email.data or None
            ),
            keep_stage=self.keep_stage.data,
            refuser=self.refuser.data or "",
            referral=self.referral.data or None,
            done_tasks=frozenset(self.done_tasks.data or ()),
        )

    def validate_next_when(self, field: RadioField) -> None:
        """The way of a call or the caller has to say what comes next."""
        if field.data not in self._ways_on:
            raise ValidationError(_("Say what comes next: a call is closed with a next step."))
        if field.data == OWN and not any(text.strip() for text in self.next_on.raw_data or ()):
            raise ValidationError(_("Choose the day."))

    def validate_next_on(self, field: DayField) -> None:
        """A next step lies ahead."""
        _check_ahead(field)

    def validate_open_day(self, field: DayField) -> None:
        """What is planned lies ahead."""
        _check_ahead(field)

    def validate_new_name(self, field: StringField) -> None:
        """Somebody new has a name."""
        if self.person.data == NEW_PERSON and not field.data:
            raise ValidationError(_("Write the person's name."))


class EmployerCallForm(BaseForm):
    """A call to an employer of one's choice: which script, and whom to ask for."""

    script = SelectField(_l("Script"), validators=[InputRequired()], coerce=optional_int)
    person = SelectField(_l("Whom to ask for"), coerce=optional_int)
    first_person: int | None = None

    def prepare(self, scripts: Sequence[tuple[int, str]], positions: Sequence[Position]) -> None:
        """Fill in the scripts that are published and who may be called."""
        self.script.choices = choices(scripts)
        callable_ = [each for each in positions if not each.person.do_not_call]
        people = [(each.person_id, _name_and_title(each)) for each in callable_]
        self.person.choices = choices(people, empty=_l("Nobody by name"))
        self.first_person = callable_[0].person_id if callable_ else None


def _typed(name: str) -> str:
    return "\n".join(request.form.getlist(name))


def _check_ahead(field: DayField) -> None:
    if field.data is not None and field.data < today():
        raise ValidationError(_("This day has passed."))


def _name_and_title(position: Position) -> str:
    return ", ".join(filter(None, (position.person.name, position.title)))

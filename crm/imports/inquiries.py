"""Taking one row of a list of inquiries in: the inquiry, whom it was about, what came of it. Nothing twice.

A row is known again by its reference, else by everything it says besides the outcome, so that the same list can be
read again with the outcomes that have come since. Rows with one reference are one inquiry about several persons.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import DomainError
from crm.folding import fold
from crm.imports import cells
from crm.imports.lookups import Lookups
from crm.imports.report import Outcome
from crm.imports.rows import Row
from crm.inquiries.models import IN_PROCESS, Inquiry, InquiryPerson
from crm.inquiries.services.inquiries import InquiryFields, close_past_inquiry, receive_inquiry
from crm.inquiries.services.persons import NewPerson, append_person, set_outcome
from crm.inquiries.sources import NOT_STATED
from crm.web.clean import clean_line, clean_text


@dataclass(frozen=True)
class _Said:
    """What a row says."""

    unit_id: int
    fields: InquiryFields
    label: str | None
    outcome: str | None
    outcome_on: date | None
    answered_on: date | None
    reference: str

    @property
    def is_about_somebody(self) -> bool:
        """Whether the row names a person, or what came of it for one."""
        return bool(self.label or self.outcome)


def take_in(actor: Actor, row: Row, lookups: Lookups) -> Outcome:
    """Add or update what a row says. Raises DomainError naming the field that is wrong. May be repeated."""
    said = _read(actor, row, lookups)
    place = row.nth if said.reference else 0
    key = _key(said, row.nth)
    known = _find(key)
    if known is None:
        _receive(actor, said, key)
        return Outcome.CREATED
    changed = said.is_about_somebody and _keep_person(actor, known, said, place)
    changed = _close(actor, known, said) or changed
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


def _read(actor: Actor, row: Row, lookups: Lookups) -> _Said:
    unit_id = lookups.unit(row.text("unit"), programme_id=None)
    received_on = cells.day(row.cell("received_on"), "received_on")
    channel = cells.code_of(row.cell("channel"), "channel", "inquiry_channel")
    topic = cells.code_of(row.cell("topic"), "topic", "inquiry_topic")
    if received_on is None or channel is None or topic is None:
        missing = "received_on" if received_on is None else "channel" if channel is None else "topic"
        raise DomainError(_("Fill this in."), field=missing)
    fields = InquiryFields(
        received_on=received_on,
        channel=channel,
        topic=topic,
        source=cells.code_of(row.cell("source"), "source", "inquiry_source") or NOT_STATED,
        employer_id=_employer(actor, row.text("employer")),
        handled_by_id=lookups.coordinator(row.text("coordinator"), unit_id=unit_id),
        note=clean_text(row.text("note")) or None,
    )
    return _Said(
        unit_id=unit_id,
        fields=fields,
        label=clean_line(row.text("label"))[:60] or None,
        outcome=cells.code_of(row.cell("outcome"), "outcome", "inquiry_outcome"),
        outcome_on=cells.day(row.cell("outcome_on"), "outcome_on"),
        answered_on=cells.day(row.cell("answered_on"), "answered_on"),
        reference=fold(row.text("external_ref")),
    )


def _employer(actor: Actor, text: str) -> int | None:
    """The employer with this organisation number or exactly this name."""
    wanted = clean_line(text)
    if not wanted:
        return None
    number = "".join(wanted.split()).replace("-", "")
    same = or_(Employer.org_number == number, func.lower(Employer.name) == wanted.lower())
    statement = visible(Employer, actor).where(same, Employer.archived_at.is_(None)).with_only_columns(Employer.id)
    found = current_session().scalars(statement.limit(2)).all()
    if len(found) != 1:
        raise DomainError(_("There is not exactly one employer with this name or number."), field="employer")
    return found[0]


def _key(said: _Said, nth: int) -> str:
    fields = said.fields
    own = [said.reference] if said.reference else [
        fields.received_on, fields.source, fields.channel, fields.topic, fields.employer_id, said.label, fields.note,
        nth,
    ]  # fmt: skip
    digest = hashlib.sha256("\x1f".join(str(each) for each in (said.unit_id, *own)).encode())
    return f"import:{digest.hexdigest()[:32]}"


def _find(key: str) -> Inquiry | None:
    statement = select(Inquiry).where(Inquiry.submission_key == key).with_for_update(of=Inquiry)
    return current_session().scalar(trusted(statement, because="the row that this list made when it was read before"))


def _receive(actor: Actor, said: _Said, key: str) -> None:
    persons = [_person(said)] if said.is_about_somebody else []
    inquiry = receive_inquiry(
        actor, fields=said.fields, persons=persons, submission_key=key, unit_id=said.unit_id,
        answered_on=said.answered_on,
    )  # fmt: skip
    _close(actor, inquiry, said)


def _person(said: _Said) -> NewPerson:
    return NewPerson(label=said.label, outcome=said.outcome or IN_PROCESS, outcome_on=said.outcome_on)


def _keep_person(actor: Actor, inquiry: Inquiry, said: _Said, place: int) -> bool:
    """Whether somebody was added, or something new came of it for whoever stands in this place."""
    if inquiry.archived_at is not None:
        return False
    persons: list[InquiryPerson] = inquiry.persons
    if place >= len(persons):
        append_person(actor, inquiry, _person(said))
        inquiry.version_id += 1
        return True
    person = persons[place]
    on = None if said.outcome == IN_PROCESS else said.outcome_on or person.outcome_on
    if said.outcome is None or (person.outcome, person.outcome_on) == (said.outcome, on):
        return False
    set_outcome(actor, person_id=person.id, outcome=said.outcome, outcome_on=said.outcome_on)
    return True


def _close(actor: Actor, inquiry: Inquiry, said: _Said) -> bool:
    """Close what came to an end for everybody: a list of old inquiries is no list of things to do."""
    return bool(said.outcome) and close_past_inquiry(actor, inquiry)

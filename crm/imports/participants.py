"""Taking one row of a list of participants in: the person, the enrolment, the exit. Nothing twice."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, exists, func, or_, select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.imports import cells
from crm.imports.lookups import Lookups
from crm.imports.report import Outcome
from crm.imports.rows import Row
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.participants.fields import ParticipantFields, fields_of, sort_name
from crm.participants.models import Enrolment, EnrolmentStage, Participant
from crm.participants.queries import sees
from crm.participants.services.enrolments import change_stage, enrol
from crm.participants.services.exits import change_exit, exit_enrolment
from crm.participants.services.participants import add_participant, change_participant
from crm.participants.services.protection import protect
from crm.web.clean import clean_line

_UNKNOWN_REASON = "unknown"


@dataclass(frozen=True)
class PersonRow:
    """What a row says of the person. None: the file does not say, and what is known stays."""

    first_name: str
    last_name: str
    unit_id: int
    email: str | None
    phone: str | None
    birth_year: int | None
    sex: str | None
    language: str | None
    needs_interpreter: bool | None
    external_ref: str | None
    protected: bool | None


@dataclass(frozen=True)
class EnrolmentRow:
    """What a row says of the enrolment."""

    programme_id: int
    starts_on: date
    coordinator_id: int | None
    stage: EnrolmentStage | None
    exit_on: date | None
    reason: str | None


def take_in(actor: Actor, row: Row, lookups: Lookups) -> Outcome:
    """Add or update what a row says. Raises DomainError naming the field that is wrong. May be repeated."""
    programme_id = lookups.programme(row.text("programme"))
    said = _person(row, lookups, programme_id)
    started = _enrolment(row, lookups, programme_id, said.unit_id)
    known = _find(said, started)
    if known is not None and not sees(actor, known.public_id):
        # Somebody whom the actor does not see is left alone, and not told apart from one where nothing is new.
        return Outcome.UNCHANGED
    person, changed = _keep_person(actor, said, known, lookups)
    if said.protected and not person.protected:
        coordinator = started.coordinator_id if started else None
        named = [coordinator] if coordinator is not None else []
        protect(actor, participant_id=person.id, named_staff_ids=named)
        changed = True
    if started is not None:
        changed = _keep_enrolment(actor, person, started, said.unit_id) or changed
    if known is None:
        return Outcome.CREATED
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


def _person(row: Row, lookups: Lookups, programme_id: int | None) -> PersonRow:
    unit_id = lookups.unit(row.text("unit"), programme_id=programme_id)
    first, last = _names(row)
    email, phone = row.text("email"), row.text("phone")
    return PersonRow(
        first_name=first,
        last_name=last,
        unit_id=unit_id,
        email=normalise_email(email) if email else None,
        phone=normalise_phone(phone, lookups.country(unit_id)) if phone else None,
        birth_year=cells.year(row.cell("birth_year"), "birth_year"),
        sex=cells.sex(row.cell("sex"), "sex"),
        language=cells.language(row.cell("language"), "language"),
        needs_interpreter=cells.yes_or_no(row.cell("needs_interpreter"), "needs_interpreter"),
        external_ref=clean_line(row.text("external_ref")) or None,
        protected=cells.yes_or_no(row.cell("protected"), "protected"),
    )


def _names(row: Row) -> tuple[str, str]:
    """First and last name, from two columns or from one ("Öberg, Åsa" or "Åsa Öberg")."""
    first, last = clean_line(row.text("first_name")), clean_line(row.text("last_name"))
    if first or last or not row.text("name"):
        return first, last
    whole = clean_line(row.text("name"))
    if "," in whole:
        last, _comma, first = whole.partition(",")
    else:
        first, _blank, last = whole.rpartition(" ")
    if not first.strip() or not last.strip():
        raise DomainError(_("Write first name and last name."), field="name")
    return first.strip(), last.strip()


def _enrolment(row: Row, lookups: Lookups, programme_id: int | None, unit_id: int) -> EnrolmentRow | None:
    starts_on = cells.day(row.cell("starts_on"), "starts_on")
    exit_on = cells.day(row.cell("exit_on"), "exit_on")
    reason = cells.code_of(row.cell("exit_reason"), "exit_reason", "exit_reason")
    stage = cells.code_of(row.cell("stage"), "stage", "participant_stage")
    if starts_on is None:
        if exit_on is not None or reason is not None:
            raise DomainError(_("An exit needs a start date too."), field="starts_on")
        return None
    if programme_id is None:
        raise DomainError(_("Say which programme."), field="programme")
    if reason is not None and exit_on is None:
        raise DomainError(_("An exit reason needs an exit date."), field="exit_on")
    return EnrolmentRow(
        programme_id=programme_id,
        starts_on=starts_on,
        coordinator_id=lookups.coordinator(row.text("coordinator"), unit_id=unit_id),
        stage=EnrolmentStage(stage) if stage and stage != EnrolmentStage.EXITED else None,
        exit_on=exit_on,
        reason=reason,
    )


def _find(said: PersonRow, started: EnrolmentRow | None) -> Participant | None:
    """The person that a row is about: by reference; else by name and year of birth, and where the year is not
    known by name with the same enrolment, e-mail or phone. Also one whom the actor does not see: nothing comes
    twice."""
    session = current_session()
    everybody = trusted(select(Participant), because="finds who is here already; nobody is shown")
    in_unit: Select[Any] = everybody.where(Participant.unit_id == said.unit_id)
    if said.external_ref:
        found: Participant | None = session.scalar(in_unit.where(Participant.external_ref == said.external_ref))
        if found is not None:
            return found
    alike = in_unit.where(Participant.sort_name == sort_name(said.first_name, said.last_name))
    if said.external_ref:
        alike = alike.where(Participant.external_ref.is_(None))
    if said.birth_year is not None:
        alike = alike.where(Participant.birth_year == said.birth_year)
    else:
        alike = alike.where(_same_otherwise(said, started))
    alike_one: Participant | None = session.scalar(alike.order_by(Participant.id).limit(1))
    return alike_one


def _same_otherwise(said: PersonRow, started: EnrolmentRow | None) -> Any:
    same: list[Any] = []
    if said.email:
        same.append(func.lower(Participant.email) == said.email.lower())
    if said.phone:
        same.append(Participant.phone == said.phone)
    if started is not None:
        same.append(
            exists().where(
                Enrolment.participant_id == Participant.id,
                Enrolment.programme_id == started.programme_id,
                Enrolment.starts_on == started.starts_on,
            )
        )
    return or_(*same) if same else Participant.email.is_(None) & Participant.phone.is_(None)


def _keep_person(
    actor: Actor, said: PersonRow, known: Participant | None, lookups: Lookups
) -> tuple[Participant, bool]:
    stated = {
        "first_name": said.first_name,
        "last_name": said.last_name,
        "email": said.email,
        "phone": said.phone,
        "birth_year": said.birth_year,
        "sex": said.sex,
        "language": said.language,
        "needs_interpreter": said.needs_interpreter,
        "external_ref": said.external_ref,
    }
    values: dict[str, Any] = {name: value for name, value in stated.items() if value is not None}
    if known is None:
        values.setdefault("language", lookups.language(said.unit_id))
        return add_participant(actor, given=ParticipantFields(unit_id=said.unit_id, **values)), True
    if known.sort_name == sort_name(said.first_name, said.last_name):
        # Capitals in a list are no correction of a name.
        del values["first_name"], values["last_name"]
    before = known.version_id
    given = replace(fields_of(known), **values)
    person = change_participant(actor, participant_id=known.id, version=None, given=given)
    return person, person.version_id != before


def _keep_enrolment(actor: Actor, person: Participant, said: EnrolmentRow, unit_id: int) -> bool:
    same = [
        each
        for each in person.enrolments
        if each.programme_id == said.programme_id and each.starts_on == said.starts_on
    ]
    changed = not same
    if same:
        enrolment = same[0]
    else:
        enrolment = enrol(
            actor,
            participant_id=person.id,
            programme_id=said.programme_id,
            unit_id=unit_id,
            coordinator_id=said.coordinator_id,
            starts_on=said.starts_on,
            stage=said.stage or EnrolmentStage.REFERRED,
        )
    if enrolment.exited_on is None and said.stage is not None and enrolment.stage is not said.stage:
        change_stage(actor, enrolment_id=enrolment.id, stage=said.stage)
        changed = True
    return _keep_exit(actor, enrolment, said) or changed


def _keep_exit(actor: Actor, enrolment: Enrolment, said: EnrolmentRow) -> bool:
    if said.exit_on is None:
        return False
    ended = next((each for each in enrolment.exits if each.reopened_at is None), None)
    if ended is None:
        reason = said.reason or _UNKNOWN_REASON
        exit_enrolment(actor, enrolment_id=enrolment.id, exit_on=said.exit_on, reason=reason)
        return True
    reason = said.reason or ended.reason
    if (ended.exit_on, ended.reason) == (said.exit_on, reason):
        return False
    change_exit(actor, exit_id=ended.id, exit_on=said.exit_on, reason=reason)
    return True

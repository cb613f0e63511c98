"""Enrolments: starting one, moving it to another stage, handing it over."""

from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.events import EnrolmentStarted, emit
from crm.glossary import picklists
from crm.participants import rules
from crm.participants.models import Enrolment, EnrolmentHandler, EnrolmentStage, Participant
from crm.participants.queries import possible_coordinators
from crm.participants.services.editing import (
    check_unit,
    check_version,
    moment_of,
    unit_of,
    write_person_line,
)
from crm.participants.services.protection import name_also
from crm.programmes.models import Programme
from crm.settings import LANGUAGES


def enrol(
    actor: Actor,
    *,
    participant_id: int,
    programme_id: int,
    unit_id: int,
    coordinator_id: int | None,
    starts_on: date,
    stage: EnrolmentStage | str = EnrolmentStage.REFERRED,
) -> Enrolment:
    """Start a participant in a programme, and tell everyone (``EnrolmentStarted``).

    Raises DomainError when the person is in that programme already, the coordinator is not of the unit, or the
    date breaks a rule; NotVisible. Not repeatable.
    """
    person = locked(Participant, actor, participant_id)
    unit = unit_of(unit_id) if unit_id == person.unit_id else check_unit(actor, unit_id)
    programme = _programme(actor, programme_id)
    rules.check_start_date(starts_on, today=clock.today(unit.time_zone))
    _refuse_second(person.id, programme.id)
    _check_coordinator(coordinator_id, unit_id=unit_id)
    enrolment = Enrolment(
        participant=person,
        programme=programme,
        unit_id=unit_id,
        coordinator_id=coordinator_id,
        starts_on=starts_on,
        stage=_open_stage(stage),
        stage_since=starts_on,
        created_at=clock.now(),
    )
    session = current_session()
    session.add(enrolment)
    session.flush()  # The id is part of the event, the handler and the history line.
    session.add(EnrolmentHandler(enrolment_id=enrolment.id, staff_id=coordinator_id, since=starts_on))
    if coordinator_id is not None:
        name_also(actor, person=person, staff_id=coordinator_id)
    _write_start(actor, enrolment, zone=unit.time_zone)
    _audit(actor, enrolment, "enrolment_started")
    emit(EnrolmentStarted(enrolment_id=enrolment.id, starts_on=starts_on))
    return enrolment


def _write_start(actor: Actor, enrolment: Enrolment, *, zone: str) -> None:
    write_person_line(
        actor,
        kind="enrolment_started",
        source_ref=f"enrolment:{enrolment.id}",
        at=moment_of(enrolment.starts_on, zone),
        participant_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        summary=lambda: _("Participation started"),
        detail={"": enrolment.programme.name},
    )


def change_stage(
    actor: Actor, *, enrolment_id: int, stage: EnrolmentStage | str, version: int | None = None
) -> Enrolment:
    """Move an enrolment to another stage, from today. The same stage again changes nothing.

    Raises DomainError for an enrolment that has ended and for "exited", which needs an exit; EditConflict; NotVisible.
    """
    enrolment = _open(actor, enrolment_id)
    wanted = _open_stage(stage)
    if enrolment.stage is wanted:
        return enrolment
    check_version(enrolment, version, lambda: {"version": enrolment.version_id})
    enrolment.stage = wanted
    enrolment.stage_since = clock.today(unit_of(enrolment.unit_id).time_zone)
    enrolment.version_id += 1
    labels = {lang: picklists.label("participant_stage", wanted.value, lang) for lang in LANGUAGES}
    write_person_line(
        actor,
        kind="enrolment_stage",
        source_ref=f"enrolment:{enrolment.id}:v{enrolment.version_id}",
        at=clock.now(),
        participant_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        summary=lambda: _("New stage: %(stage)s", stage=labels[str(get_locale())]),
    )
    _audit(actor, enrolment, "stage_changed", stage=wanted.value)
    return enrolment


def hand_over(actor: Actor, *, enrolment_id: int, to_staff_id: int, note: str, version: int | None = None) -> Enrolment:
    """Give an enrolment to another coordinator of the unit, with a note on what they need to know.

    A protected participant's new coordinator is named with it. Raises DomainError without a note, for somebody
    who is not of the unit or has it already, and for an enrolment that has ended; EditConflict; NotVisible.
    """
    enrolment = _open(actor, enrolment_id)
    check_version(enrolment, version, lambda: {"version": enrolment.version_id})
    if not note.strip():
        raise DomainError(_("Write what the new coordinator needs to know."), field="note")
    if enrolment.coordinator_id == to_staff_id:
        raise DomainError(_("This coordinator has the enrolment already."), field="to_staff_id")
    _check_coordinator(to_staff_id, unit_id=enrolment.unit_id)
    # Before the change: afterwards the actor may no longer see the participant.
    person = locked(Participant, actor, enrolment.participant_id)
    enrolment.coordinator_id = to_staff_id
    if enrolment.deputy_id == to_staff_id:
        enrolment.deputy_id = None
    enrolment.version_id += 1
    _change_handler(enrolment, to_staff_id, note.strip())
    name_also(actor, person=person, staff_id=to_staff_id)
    names = {staff.id: staff.name for staff in possible_coordinators(enrolment.unit_id)}
    write_person_line(
        actor,
        kind="enrolment_handover",
        source_ref=f"enrolment:{enrolment.id}:v{enrolment.version_id}",
        at=clock.now(),
        participant_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        summary=lambda: _("Handed over to %(name)s", name=names[to_staff_id]),
        detail={"": note.strip()},
    )
    _audit(actor, enrolment, "enrolment_handed_over", to_staff_id=to_staff_id)
    return enrolment


def set_deputy(actor: Actor, *, enrolment_id: int, deputy_id: int | None, version: int | None = None) -> Enrolment:
    """Say who stands in for the coordinator, or that nobody does. May be repeated.

    Raises DomainError for somebody who is not of the unit or is the coordinator; EditConflict; NotVisible.
    """
    enrolment = _open(actor, enrolment_id)
    check_version(enrolment, version, lambda: {"version": enrolment.version_id})
    if deputy_id is not None and deputy_id == enrolment.coordinator_id:
        raise DomainError(_("The coordinator cannot be their own deputy."), field="deputy_id")
    _check_coordinator(deputy_id, unit_id=enrolment.unit_id, field="deputy_id")
    if enrolment.deputy_id == deputy_id:
        return enrolment
    enrolment.deputy_id = deputy_id
    enrolment.version_id += 1
    if deputy_id is not None:
        name_also(actor, person=locked(Participant, actor, enrolment.participant_id), staff_id=deputy_id)
    _audit(actor, enrolment, "deputy_changed", deputy_id=deputy_id)
    return enrolment


def _open(actor: Actor, enrolment_id: int) -> Enrolment:
    enrolment = locked(Enrolment, actor, enrolment_id)
    if enrolment.exited_on is not None:
        raise DomainError(_("This enrolment has ended. Reopen it first."))
    return enrolment


def _open_stage(stage: EnrolmentStage | str) -> EnrolmentStage:
    if stage not in set(EnrolmentStage) or stage == EnrolmentStage.EXITED:
        raise DomainError(_("Choose a stage. An enrolment ends with an exit."), field="stage")
    return EnrolmentStage(stage)


def _programme(actor: Actor, programme_id: int) -> Programme:
    statement = visible(Programme, actor).where(Programme.id == programme_id)
    programme = current_session().scalar(statement)
    if programme is None or programme.archived_at is not None:
        raise DomainError(_("Choose a programme."), field="programme_id")
    return programme


def _refuse_second(participant_id: int, programme_id: int) -> None:
    statement = select(Enrolment.id).where(
        Enrolment.participant_id == participant_id,
        Enrolment.programme_id == programme_id,
        Enrolment.exited_on.is_(None),
    )
    if current_session().scalar(trusted(statement, because="of a participant already checked")) is not None:
        raise DomainError(_("The participant is in this programme already."), field="programme_id")


def _check_coordinator(staff_id: int | None, *, unit_id: int, field: str = "coordinator_id") -> None:
    if staff_id is not None and staff_id not in {staff.id for staff in possible_coordinators(unit_id)}:
        raise DomainError(_("Choose somebody who works in the unit."), field=field)


def _change_handler(enrolment: Enrolment, to_staff_id: int, note: str) -> None:
    session = current_session()
    today = clock.today(unit_of(enrolment.unit_id).time_zone)
    statement = select(EnrolmentHandler).where(
        EnrolmentHandler.enrolment_id == enrolment.id, EnrolmentHandler.until.is_(None)
    )
    for handler in session.scalars(trusted(statement, because="of an enrolment already checked")):
        handler.until = max(today, handler.since)
    since = max(today, enrolment.starts_on)
    session.add(EnrolmentHandler(enrolment_id=enrolment.id, staff_id=to_staff_id, since=since, handover_note=note))


def _audit(actor: Actor, enrolment: Enrolment, action: str, **details: object) -> None:
    audit.record(
        actor,
        action,
        subject_type="participant",
        subject_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        details={"enrolment_id": enrolment.id, **details},
    )

"""Exits: ending an enrolment, correcting the exit, taking it back."""

from datetime import date

from flask_babel import gettext as _

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.events import (
    EmitResult,
    EnrolmentExited,
    EnrolmentReopened,
    ExitChanged,
    ParticipantChanged,
    emit,
)
from crm.glossary import picklists
from crm.participants import rules
from crm.participants.models import Enrolment, EnrolmentExit, EnrolmentStage, Participant
from crm.participants.services.editing import check_version, moment_of, unit_of, write_person_line
from crm.settings import LANGUAGES


def exit_enrolment(
    actor: Actor,
    *,
    enrolment_id: int,
    exit_on: date,
    reason: str,
    note: str | None = None,
    version: int | None = None,
) -> tuple[EnrolmentExit, EmitResult]:
    """End an enrolment and tell everyone (``EnrolmentExited``). Returns the exit and which plugins failed to hear.

    ``reason`` is a code of the picklist exit_reason; "deceased" also sets the day of death. A second exit, after the
    first was taken back, has the next number. Raises DomainError when the enrolment has ended already, or the
    date or the reason breaks a rule; EditConflict when ``version`` is old; NotVisible. Not repeatable.
    """
    enrolment = locked(Enrolment, actor, enrolment_id)
    if enrolment.exited_on is not None:
        raise DomainError(_("This enrolment has already ended."))
    check_version(enrolment, version, lambda: {"version": enrolment.version_id})
    _check(enrolment, exit_on, reason)
    ended = EnrolmentExit(
        number=rules.next_number(earlier.number for earlier in enrolment.exits),
        exit_on=exit_on,
        reason=reason,
        note=note or None,
        recorded_at=clock.now(),
        recorded_by_id=actor.staff_id,
        stage_before=enrolment.stage,
    )
    enrolment.exits.append(ended)
    enrolment.exited_on = exit_on
    enrolment.stage = EnrolmentStage.EXITED
    enrolment.stage_since = exit_on
    enrolment.version_id += 1
    current_session().flush()  # The exit's id is part of the event and of the history line.
    _record(actor, ended, "enrolment_exited")
    _set_death(actor, enrolment, exit_on if reason == rules.DECEASED else None)
    return ended, emit(EnrolmentExited(enrolment_id=enrolment.id, exit_id=ended.id, exit_on=exit_on))


def change_exit(
    actor: Actor, *, exit_id: int, exit_on: date, reason: str, note: str | None = None
) -> tuple[EnrolmentExit, EmitResult]:
    """Correct the date, reason or note of the exit in force; listeners recompute (``ExitChanged``).

    ``note``: None leaves it as it is, an empty text takes it away.
    Changing the reason to or from "deceased" sets or clears the day of death. Repeating it changes nothing and
    tells nobody. Raises DomainError for an exit that was taken back or a broken rule; NotVisible.
    """
    ended = locked(EnrolmentExit, actor, exit_id)
    enrolment = locked(Enrolment, actor, ended.enrolment_id)
    if ended.reopened_at is not None:
        raise DomainError(_("This exit was taken back and cannot be changed."))
    _check(enrolment, exit_on, reason)
    note = ended.note if note is None else note or None
    if (ended.exit_on, ended.reason, ended.note) == (exit_on, reason, note):
        return ended, EmitResult()
    was_deceased = ended.reason == rules.DECEASED
    ended.exit_on, ended.reason, ended.note = exit_on, reason, note
    enrolment.exited_on = enrolment.stage_since = exit_on
    enrolment.version_id += 1
    _record(actor, ended, "exit_changed")
    if was_deceased or reason == rules.DECEASED:
        _set_death(actor, enrolment, exit_on if reason == rules.DECEASED else None, clear=True)
    return ended, emit(ExitChanged(enrolment_id=enrolment.id, exit_id=ended.id, exit_on=exit_on))


def reopen_enrolment(actor: Actor, *, enrolment_id: int) -> tuple[Enrolment, EmitResult]:
    """Take the exit in force back: the person is in the programme again, at the stage where they were.

    The exit stays in the history, marked. Tells everyone (``EnrolmentReopened``). Raises DomainError when the
    enrolment has not ended; NotVisible. Not repeatable.
    """
    enrolment = locked(Enrolment, actor, enrolment_id)
    ended = next((each for each in enrolment.exits if each.reopened_at is None), None)
    if ended is None:
        raise DomainError(_("This enrolment has not ended."))
    ended.reopened_at = clock.now()
    enrolment.exited_on = None
    enrolment.stage = ended.stage_before or EnrolmentStage.MAPPING
    enrolment.stage_since = clock.today(unit_of(enrolment.unit_id).time_zone)
    enrolment.version_id += 1
    write_person_line(
        actor,
        kind="enrolment_reopened",
        source_ref=f"exit:{ended.id}",
        at=clock.now(),
        participant_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        summary=lambda: _("Participation taken up again"),
        detail=_programme_name(enrolment),
    )
    _audit(actor, enrolment, "enrolment_reopened", ended)
    if ended.reason == rules.DECEASED:
        _set_death(actor, enrolment, None, clear=True)
    return enrolment, emit(EnrolmentReopened(enrolment_id=enrolment.id, exit_id=ended.id))


def set_known_status(actor: Actor, *, exit_id: int, status: str | None) -> EnrolmentExit:
    """Write down what staff know of the person 90 days after the exit (picklist labour_status), or take it away.

    Raises DomainError for an unknown code; NotVisible. May be repeated.
    """
    if status is not None and status not in picklists.codes("labour_status"):
        raise DomainError(_("Choose one of the alternatives."), field="status")
    ended = locked(EnrolmentExit, actor, exit_id)
    ended.known_status_90 = status
    _audit(actor, ended.enrolment, "known_status_changed", ended)
    return ended


def _check(enrolment: Enrolment, exit_on: date, reason: str) -> None:
    today = clock.today(unit_of(enrolment.unit_id).time_zone)
    rules.check_exit_date(exit_on, starts_on=enrolment.starts_on, today=today)
    rules.check_exit_reason(reason)


def _record(actor: Actor, ended: EnrolmentExit, action: str) -> None:
    enrolment = ended.enrolment
    write_person_line(
        actor,
        kind="enrolment_exit",
        source_ref=f"exit:{ended.id}",
        at=moment_of(ended.exit_on, unit_of(enrolment.unit_id).time_zone),
        participant_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        summary=lambda: _("Participation ended"),
        detail={language: picklists.label("exit_reason", ended.reason, language) for language in LANGUAGES},
    )
    _audit(actor, enrolment, action, ended)


def _audit(actor: Actor, enrolment: Enrolment, action: str, ended: EnrolmentExit) -> None:
    audit.record(
        actor,
        action,
        subject_type="participant",
        subject_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        details={"enrolment_id": enrolment.id, "exit_id": ended.id},
    )


def _programme_name(enrolment: Enrolment) -> dict[str, str]:
    return {"": enrolment.programme.name}


def _set_death(actor: Actor, enrolment: Enrolment, died_on: date | None, *, clear: bool = False) -> None:
    if died_on is None and not clear:
        return
    person = locked(Participant, actor, enrolment.participant_id)
    if person.deceased_on != died_on:
        person.deceased_on = died_on
        person.version_id += 1
        emit(ParticipantChanged(participant_id=person.id, fields=("deceased_on",)))

"""Who sees which participants, and what hangs on them.

Coordinators and deputies see their own, and everyone of their unit whom nobody coordinates; managers see their units;
protected persons are seen by named staff alone. Administrators and evaluators see nobody by those roles.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, union
from sqlalchemy.orm import aliased

from crm.actors import Actor, Role
from crm.participants.models import (
    Consent,
    Enrolment,
    EnrolmentExit,
    EnrolmentHandler,
    Participant,
    ParticipantNamedStaff,
)

_WORKS_WITH_PEOPLE = (Role.COORDINATOR, Role.MANAGER)


def participant_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a member of staff sees a participant."""
    if actor.staff_id is None or not actor.has_role(*_WORKS_WITH_PEOPLE):
        return false()
    return _of_my_units(actor) if actor.has_role(Role.MANAGER) else _mine_or_nobodys(actor)


def enrolment_scope(actor: Actor) -> ColumnElement[bool]:
    """An enrolment is seen by those who see the participant."""
    return follows_participant(Enrolment.participant_id, actor)


def exit_scope(actor: Actor) -> ColumnElement[bool]:
    """An exit is seen by those who see the participant."""
    return EnrolmentExit.enrolment_id.in_(select(Enrolment.id).where(enrolment_scope(actor)))


def handler_scope(actor: Actor) -> ColumnElement[bool]:
    """Who had an enrolment is seen by those who see the participant."""
    return EnrolmentHandler.enrolment_id.in_(select(Enrolment.id).where(enrolment_scope(actor)))


def consent_scope(actor: Actor) -> ColumnElement[bool]:
    """A consent is seen by those who see the participant."""
    return follows_participant(Consent.participant_id, actor)


def named_staff_scope(actor: Actor) -> ColumnElement[bool]:
    """Who is named is seen by those who see the participant."""
    return follows_participant(ParticipantNamedStaff.participant_id, actor)


def follows_participant(participant_id: Any, actor: Actor) -> ColumnElement[bool]:
    """True where the row's participant is one that the actor sees. For models that hang on a participant."""
    return exists().where(Participant.id == participant_id, participant_scope(actor)).correlate_except(Participant)


def _named(actor: Actor) -> Select[Any]:
    """Whom the actor is named for. Names are taken away with the protection."""
    return select(ParticipantNamedStaff.participant_id).where(ParticipantNamedStaff.staff_id == actor.staff_id)


def _of_my_units(actor: Actor) -> ColumnElement[bool]:
    """Tested row by row, for it is true of most rows: a list in order stops after its first page."""
    enrolled = exists().where(Enrolment.participant_id == Participant.id, Enrolment.unit_id.in_(actor.unit_ids))
    enrolled = enrolled.correlate_except(Enrolment)
    usual = or_(Participant.unit_id.in_(actor.unit_ids), enrolled)
    return or_(and_(~Participant.protected, usual), and_(Participant.protected, Participant.id.in_(_named(actor))))


def _mine_or_nobodys(actor: Actor) -> ColumnElement[bool]:
    """One set of ids, for they are few: the database starts from them and not from everybody."""
    person = aliased(Participant)
    enrolled = (
        select(Enrolment.participant_id)
        .join(person, person.id == Enrolment.participant_id)
        .where(Enrolment.unit_id.in_(actor.unit_ids), ~person.protected)
    )
    coordinated = exists().where(Enrolment.participant_id == person.id, Enrolment.coordinator_id.is_not(None))
    nobodys = select(person.id).where(person.unit_id.in_(actor.unit_ids), ~person.protected, ~coordinated)
    ways = (
        _named(actor),
        enrolled.where(Enrolment.coordinator_id == actor.staff_id),
        enrolled.where(Enrolment.deputy_id == actor.staff_id),
        nobodys,
    )
    return Participant.id.in_(union(*ways))

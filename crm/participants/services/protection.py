"""Protected identity: who may see the person, and that nothing is sent by itself."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import audit
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, NotAllowed
from crm.events import EmitResult, ParticipantChanged, emit
from crm.participants.models import Participant, ParticipantNamedStaff


def protect(actor: Actor, *, participant_id: int, named_staff_ids: Collection[int]) -> Participant:
    """Mark a participant as protected and name who may see them; the actor is always among them.

    Called again, it replaces the names, which only a manager may do who is named. Nothing is sent by itself to a
    protected person, and search never holds them. Raises DomainError when a name is not active staff, or
    nobody would be left; NotAllowed; NotVisible. May be repeated.
    """
    person = locked(Participant, actor, participant_id)
    if person.protected and not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only a manager who is named may change who sees a protected participant."))
    wanted = set(named_staff_ids) | ({actor.staff_id} if actor.staff_id is not None else set())
    if not wanted or _active(wanted) != wanted:
        raise DomainError(_("Name somebody who works here and can sign in."), field="named_staff_ids")
    _name(person, wanted)
    was_protected = person.protected
    person.protected = True
    person.version_id += 1
    _audit(actor, person, "protection_set", named=sorted(wanted))
    if not was_protected:
        emit(ParticipantChanged(participant_id=person.id, fields=("protected",)))
    return person


def unprotect(actor: Actor, *, participant_id: int) -> EmitResult:
    """Take the protection away: the usual rules for who sees the participant hold again. May be repeated.

    Raises NotAllowed for somebody who is not a manager; NotVisible for somebody who is not named.
    """
    person = locked(Participant, actor, participant_id)
    if not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only a manager who is named may take the protection away."))
    if not person.protected:
        return EmitResult()
    person.protected = False
    person.version_id += 1
    person.named_staff.clear()
    _audit(actor, person, "protection_removed", named=[])
    return emit(ParticipantChanged(participant_id=person.id, fields=("protected",)))


def name_also(actor: Actor, *, person: Participant, staff_id: int) -> None:
    """Let one more member of staff see a protected participant: whoever takes an enrolment over. May be repeated."""
    if person.protected and staff_id not in {each.staff_id for each in person.named_staff}:
        person.named_staff.append(ParticipantNamedStaff(staff_id=staff_id))
        _audit(actor, person, "protection_named", named=[staff_id])


def _name(person: Participant, wanted: set[int]) -> None:
    for named in list(person.named_staff):
        if named.staff_id not in wanted:
            person.named_staff.remove(named)
    there = {named.staff_id for named in person.named_staff}
    for staff_id in sorted(wanted - there):
        person.named_staff.append(ParticipantNamedStaff(staff_id=staff_id))


def _active(staff_ids: set[int]) -> set[int]:
    statement = select(Staff.id).where(Staff.id.in_(staff_ids), Staff.active)
    return set(current_session().scalars(trusted(statement, because="whether ids are active staff")))


def _audit(actor: Actor, person: Participant, action: str, *, named: list[int]) -> None:
    audit.record(
        actor,
        action,
        subject_type="participant",
        subject_id=person.id,
        unit_id=person.unit_id,
        details={"staff_ids": named} if named else {},
    )

"""Reads of single participants and of what may be used to reach them. Lists stand in listing.py."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import Staff, StaffRole, Unit, staff_roles
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import NotVisible
from crm.messaging.models import Channel
from crm.messaging.suppression import is_suppressed
from crm.participants.fields import ParticipantFields, sort_name
from crm.participants.models import Consent, ConsentKind, Enrolment, Participant, ParticipantNamedStaff

_OF_CHECKED = "of a participant whom the caller has checked"


@dataclass(frozen=True)
class ConsentState:
    """What holds of one kind: True, False or None (never said), and when it was said."""

    kind: ConsentKind
    given: bool | None
    at: datetime | None
    source: str | None


def participant_page(actor: Actor, public_id: str) -> Participant:
    """A participant with enrolments, programmes, coordinators and exits. Raises NotVisible."""
    statement = (
        visible(Participant, actor)
        .where(Participant.public_id == public_id)
        .options(
            selectinload(Participant.enrolments).options(
                joinedload(Enrolment.programme),
                joinedload(Enrolment.coordinator),
                joinedload(Enrolment.deputy),
                selectinload(Enrolment.exits),
            )
        )
    )
    found = current_session().scalar(statement)
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def consent_in_force(participant_id: int, kind: ConsentKind | str) -> bool | None:
    """The newest statement of a kind: True, False, or None when nothing was ever said. The caller checks visibility."""
    statement = (
        select(Consent.given)
        .where(Consent.participant_id == participant_id, Consent.kind == ConsentKind(kind))
        .order_by(Consent.id.desc())
        .limit(1)
    )
    return current_session().scalar(trusted(statement, because=_OF_CHECKED))


def consents_of(participant_id: int) -> list[ConsentState]:
    """What holds of every kind of consent, in one query. The caller checks visibility."""
    newest = select(func.max(Consent.id)).where(Consent.participant_id == participant_id).group_by(Consent.kind)
    statement = trusted(select(Consent).where(Consent.id.in_(newest)), because=_OF_CHECKED)
    said = {each.kind: each for each in current_session().scalars(statement)}
    return [_state(kind, said.get(kind)) for kind in ConsentKind]


def usable_channels(participant: Participant) -> list[Channel]:
    """The wanted channels, best first, that have an address which is not suppressed. Empty for the protected."""
    if participant.protected or participant.deceased_on is not None:
        return []
    addresses = {Channel.EMAIL: participant.email, Channel.SMS: participant.phone}
    usable = []
    for channel in (Channel(name) for name in participant.channels):
        address = addresses[channel]
        if address and is_suppressed(channel, address) is None:
            usable.append(channel)
    return usable


def possible_coordinators(unit_id: int) -> list[Staff]:
    """Active coordinators and managers of the unit and of the units above it, by name: who can have an enrolment."""
    above = select(Unit.id, Unit.parent_id).where(Unit.id == unit_id).cte("units_above", recursive=True)
    above = above.union(select(Unit.id, Unit.parent_id).join(above, Unit.id == above.c.parent_id))
    fit = (
        select(staff_roles.c.staff_id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .where(StaffRole.name.in_([Role.COORDINATOR.value, Role.MANAGER.value]))
    )
    statement = (
        select(Staff)
        .where(Staff.unit_id.in_(select(above.c.id)), Staff.active, Staff.id.in_(fit))
        .order_by(func.lower(Staff.name), Staff.id)
    )
    return list(current_session().scalars(trusted(statement, because="colleagues' names, no participants")))


def look_alikes(actor: Actor, given: ParticipantFields, *, except_id: int | None = None) -> list[Participant]:
    """Participants whom the actor sees and who may be the same person: same name and year of birth, e-mail or phone."""
    same: list[ColumnElement[bool]] = []
    if given.birth_year is not None:
        name = sort_name(given.first_name, given.last_name)
        same.append((Participant.sort_name == name) & (Participant.birth_year == given.birth_year))
    if given.email:
        same.append(func.lower(Participant.email) == given.email.lower())
    if given.phone:
        same.append(Participant.phone == given.phone)
    if not same:
        return []
    statement: Select[Any] = visible(Participant, actor).where(or_(*same))
    if except_id is not None:
        statement = statement.where(Participant.id != except_id)
    return list(current_session().scalars(statement.order_by(Participant.id).limit(5)))


def named_staff_of(participant: Participant) -> list[Staff]:
    """Who may see a protected participant, by name. The caller has checked that the actor is one of them."""
    named = select(ParticipantNamedStaff.staff_id).where(ParticipantNamedStaff.participant_id == participant.id)
    statement = select(Staff).where(Staff.id.in_(named)).order_by(func.lower(Staff.name), Staff.id)
    return list(current_session().scalars(trusted(statement, because=_OF_CHECKED)))


def sees(actor: Actor, public_id: str) -> bool:
    """Whether the actor sees this participant."""
    statement = visible(Participant, actor).where(Participant.public_id == public_id)
    return current_session().scalar(statement) is not None


def _state(kind: ConsentKind, said: Consent | None) -> ConsentState:
    if said is None:
        return ConsentState(kind=kind, given=None, at=None, source=None)
    return ConsentState(kind=kind, given=said.given, at=said.at, source=said.source)

"""Reading what somebody is responsible for, who may take over, and how employers can be told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import condition, scoped, trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.handover_models import Handover, HandoverItem
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.employers.queries import everybody_here
from crm.messaging.models import MessageState, OutboxMessage
from crm.tasks.models import Task, TaskState

DO_NOT_CONTACT, NO_ADDRESS = "do_not_contact", "no_address"
_NAMES = "names and addresses of employers are the organisation's"


@dataclass(frozen=True)
class Held:
    """An employer that somebody is responsible for, or the deputy of."""

    relationship: EmployerRelationship
    employer: Employer
    unit: str
    open_tasks: int = 0

    def is_deputy(self, staff_id: int) -> bool:
        """Whether the person is only the deputy here."""
        return self.relationship.owner_id != staff_id


@dataclass(frozen=True)
class Receiver:
    """Who gets the message of an employer: a contact person, or the employer's own address."""

    email: str
    name: str | None = None


@dataclass(frozen=True)
class NamedContact:
    """Whom we talk to at an employer, as it is told there: name, role, and how we reach them."""

    name: str
    title: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Told:
    """How far telling the employers has come: counts by state."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    not_told: dict[str, int] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """How many messages there are."""
        return self.waiting + self.sent + self.failed


def own_handovers(actor: Actor) -> ColumnElement[bool]:
    """Handovers of the actor's units: one's own, and for managers all of them."""
    mine = or_(Handover.from_id == actor.staff_id, Handover.by_id == actor.staff_id, _received(actor))
    seen = Handover.unit_id.in_(actor.unit_ids)
    return and_(everybody_here(actor), seen if actor.has_role(Role.MANAGER) else and_(seen, mine))


def _received(actor: Actor) -> ColumnElement[bool]:
    return select(HandoverItem.id).where(HandoverItem.handover_id == Handover.id, HandoverItem.to_id == actor.staff_id
    ).exists()  # fmt: skip


def held_by(actor: Actor, staff_id: int) -> list[Held]:
    """What somebody is responsible for or the deputy of, by municipality and name, with their open tasks. One query."""
    tasks = (
        select(func.count())
        .select_from(Task)
        .where(
            Task.employer_id == EmployerRelationship.employer_id,
            Task.owner_id == staff_id,
            Task.state == TaskState.OPEN,
            Task.participant_id.is_(None),
        )
        .correlate(EmployerRelationship)
        .scalar_subquery()
    )
    statement = (
        select(EmployerRelationship, Employer, Unit.name, tasks)
        .join(Employer, Employer.id == EmployerRelationship.employer_id)
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .where(or_(EmployerRelationship.owner_id == staff_id, EmployerRelationship.deputy_id == staff_id))
        .order_by(func.coalesce(Employer.municipality, ""), Employer.sort_name, EmployerRelationship.id)
    )
    seen = scoped(statement, condition(EmployerRelationship, actor), condition(Employer, actor))
    return [Held(*row) for row in current_session().execute(seen)]


def who_holds(actor: Actor) -> list[tuple[Staff, int]]:
    """Everybody who is responsible for employers of the actor's units, and for how many; also who has left."""
    statement = (
        select(Staff, func.count(EmployerRelationship.id))
        .join(EmployerRelationship, EmployerRelationship.owner_id == Staff.id)
        .group_by(Staff.id)
        .order_by(Staff.active, Staff.name, Staff.id)
    )
    if not actor.has_role(Role.MANAGER):
        statement = statement.where(Staff.id == actor.staff_id)
    rows = current_session().execute(scoped(statement, condition(EmployerRelationship, actor)))
    return [(row[0], row[1]) for row in rows]


def handovers_of(actor: Actor) -> Sequence[Handover]:
    """The newest handovers that the actor sees."""
    statement = select(Handover).order_by(Handover.created_at.desc(), Handover.id.desc()).limit(20)
    return current_session().scalars(scoped(statement, condition(Handover, actor))).all()


def employers_of(handover: Handover) -> dict[int, Employer]:
    """The employers of a handover by the id of the relationship. One query."""
    ids = [item.relationship_id for item in handover.items]
    statement = (
        select(EmployerRelationship.id, Employer)
        .join(Employer, Employer.id == EmployerRelationship.employer_id)
        .where(EmployerRelationship.id.in_(ids))
    )
    return {row[0]: row[1] for row in current_session().execute(trusted(statement, because=_NAMES))}


def receivers_of(employer_ids: Collection[int]) -> dict[int, Receiver]:
    """Whom a message to each employer goes to: who decides, else anybody there, else the employer's own address."""
    found: dict[int, Receiver] = {}
    for employer_id, email, name in current_session().execute(_persons_with_mail(employer_ids)):
        found.setdefault(employer_id, Receiver(email or "", name))
    statement = select(Employer.id, Employer.email).where(Employer.id.in_(employer_ids), Employer.email.is_not(None))
    for employer_id, email in current_session().execute(trusted(statement, because=_NAMES)):
        found.setdefault(employer_id, Receiver(email or ""))
    return found


def _persons_with_mail(employer_ids: Collection[int]) -> Select[int, str | None, str]:
    statement = (
        select(Position.employer_id, ContactPerson.email, ContactPerson.name)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(
            Position.employer_id.in_(employer_ids),
            Position.left_on.is_(None),
            ContactPerson.email.is_not(None),
            ContactPerson.do_not_mail.is_(False),
            ContactPerson.archived_at.is_(None),
        )
        .order_by(Position.decides.desc(), ContactPerson.id)
    )
    return trusted(statement, because=_NAMES)


def contacts_at(employer_ids: Collection[int]) -> dict[int, NamedContact]:
    """Whom we talk to at each employer: who decides, else whoever has been there longest. One query."""
    statement = (
        select(Position.employer_id, ContactPerson.name, Position.title, ContactPerson.phone, ContactPerson.email)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(Position.employer_id.in_(employer_ids), Position.left_on.is_(None), ContactPerson.archived_at.is_(None))
        .order_by(Position.decides.desc(), ContactPerson.id)
    )
    found: dict[int, NamedContact] = {}
    for employer_id, name, title, phone, email in current_session().execute(trusted(statement, because=_NAMES)):
        found.setdefault(employer_id, NamedContact(name, title, phone, email))
    return found


def not_told_because(employer_ids: Collection[int]) -> dict[int, str]:
    """The employers that no mail may or can go to, and why."""
    blocked = select(Employer.id).where(Employer.id.in_(employer_ids), Employer.do_not_contact)
    found = dict.fromkeys(current_session().scalars(trusted(blocked, because=_NAMES)), DO_NOT_CONTACT)
    reachable = receivers_of(employer_ids)
    return {each: NO_ADDRESS for each in employer_ids if each not in reachable} | found


def no_address_for_a_letter(employer_ids: Collection[int]) -> dict[int, str]:
    """The employers that get no letter, because they want no contact, and those whose letter has no address on it."""
    statement = select(Employer.id, Employer.do_not_contact).where(
        Employer.id.in_(employer_ids),
        or_(Employer.do_not_contact, func.coalesce(Employer.address, Employer.postcode, Employer.city, "") == ""),
    )
    rows = current_session().execute(trusted(statement, because=_NAMES))
    return {employer_id: DO_NOT_CONTACT if blocked else NO_ADDRESS for employer_id, blocked in rows}


def told(handover: Handover, purpose: str) -> Told:
    """How far telling the employers of a handover has come. One query."""
    refs = [item.public_id for item in handover.items]
    statement = (
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.purpose == purpose, OutboxMessage.purpose_ref.in_(refs))
        .group_by(OutboxMessage.state)
    )
    counts = current_session().execute(trusted(statement, because="counts without persons"))
    states: dict[MessageState, int] = {row[0]: row[1] for row in counts}
    sent = sum(states.get(each, 0) for each in (MessageState.ACCEPTED, MessageState.DELIVERED))
    failed = sum(states.get(each, 0) for each in (MessageState.FAILED, MessageState.CANCELLED))
    reasons = [item.not_told for item in handover.items if item.not_told]
    return Told(
        waiting=sum(states.values()) - sent - failed,
        sent=sent,
        failed=failed,
        not_told={reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
    )

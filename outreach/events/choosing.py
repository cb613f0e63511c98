"""Whom an event invites: who may be written to, who is left out and why. Asked for the preview, asked again when the
invitations are made, and once more before each mail leaves (mail_checks.py)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import load_only

from crm.accounts.queries import unit_tree_ids
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.approach import closed_to
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.employers.ways import BAD, GENERAL
from crm.messaging.addresses import address_hash
from crm.messaging.models import Channel, SuppressedAddress
from outreach.acting import unit_actor as unit_actor
from outreach.events.models import EventInvitation, EventOptOut, OutreachEvent

MOST = 500
"""So many employers are looked at in one go."""
_COUNTRIES = {"SE": "sv", "NO": "nb", "DK": "da"}
_HERE = "addresses and wishes of employers that the caller has read by their scope"

Key = tuple[int, int | None]
"""Whom a mail goes to: an employer, and a person there or its own address."""


@dataclass(frozen=True)
class InviteWish:
    """Whom somebody wants to invite. ``general``: many at once from a list, so that it reaches only those who want
    general information; ``unasked`` lets in those whom nobody has asked. ``everybody``: all contact persons of an
    employer and not only the first. ``only``: of these alone, as they were ticked."""

    employer_ids: Sequence[int]
    general: bool = True
    unasked: bool = False
    everybody: bool = False
    only: frozenset[Key] | None = None


@dataclass(frozen=True)
class Invitee:
    """Somebody who can be invited."""

    employer_id: int
    person_id: int | None
    employer: str
    person: str | None
    email: str
    language: str

    @property
    def key(self) -> str:
        """How a tick names them."""
        return f"{self.employer_id}-{self.person_id or 0}"


@dataclass(frozen=True)
class LeftOut:
    """An employer of the wish that nobody is invited from; ``reason``: a key of words.LEFT_OUT."""

    employer: str
    public_id: str
    reason: str


@dataclass(frozen=True)
class InvitePlan:
    """Who would be invited, and who not."""

    will: Sequence[Invitee]
    left_out: Sequence[LeftOut]


@dataclass(frozen=True)
class _Facts:
    """What is known of some employers."""

    closed: frozenset[int]
    wishes: dict[int, set[str | None]]
    bad: frozenset[int]
    opted_out: frozenset[Key]
    said_no: frozenset[str]
    """Keyed hashes of addresses at which somebody wants no invitations, whoever they stand at now."""
    invited: frozenset[Key]
    people: dict[int, list[ContactPerson]]
    suppressed: frozenset[str] = field(default_factory=frozenset)


def plan_invitations(actor: Actor, event: OutreachEvent, wish: InviteWish) -> InvitePlan:
    """Who of the wish is invited to the event, and who is left out and why. Changes nothing; ten queries at most."""
    statement = visible(Employer, actor).where(Employer.id.in_(wish.employer_ids[:MOST]))
    employers = list(current_session().scalars(statement.order_by(Employer.sort_name, Employer.id)))
    facts = _facts(event, employers)
    will: list[Invitee] = []
    left_out = []
    asked = {person_id for _employer, person_id in facts.invited if person_id is not None}
    for employer in employers:
        found, reason = _of_employer(employer, event, wish, facts)
        # Somebody who works at two of them is invited once.
        invitees = [each for each in found if each.person_id not in asked]
        asked |= {each.person_id for each in invitees if each.person_id is not None}
        will.extend(invitees)
        if not invitees:
            left_out.append(LeftOut(employer.name, employer.public_id, reason))
    return InvitePlan(will, left_out)


def _of_employer(
    employer: Employer, event: OutreachEvent, wish: InviteWish, facts: _Facts
) -> tuple[list[Invitee], str]:
    already = any(key[0] == employer.id for key in facts.invited)
    if already and not wish.everybody and wish.only is None:
        return [], "already"
    reason = _shut(employer, wish, facts)
    if reason is not None:
        return [], reason
    language = _COUNTRIES.get(employer.country, event.language)
    everybody = [
        Invitee(employer.id, each.id, employer.name, each.name, each.email or "", language)
        for each in facts.people.get(employer.id, [])
        if each.email and not each.do_not_mail
    ]
    own = Invitee(employer.id, None, employer.name, None, employer.email or "", language)
    reachable = [*everybody, *([own] if employer.email else [])]
    hashes = {each: address_hash(Channel.EMAIL, each.email) for each in reachable}
    free = [
        each
        for each in reachable
        if (each.employer_id, each.person_id) not in facts.opted_out and hashes[each] not in facts.said_no
    ]
    working = [each for each in free if hashes[each] not in facts.suppressed]
    new = [each for each in working if (each.employer_id, each.person_id) not in facts.invited]
    if not reachable:
        return [], "person_no_mail" if facts.people.get(employer.id) else "no_address"
    if not free or not working:
        return [], "bad_address" if free else "opted_out"
    if wish.only is not None:
        chosen = [each for each in new if (each.employer_id, each.person_id) in wish.only]
    elif wish.everybody:
        chosen = [each for each in new if each.person_id is not None] or new
    else:
        chosen = new[:1]
    return chosen, "already"


def _shut(employer: Employer, wish: InviteWish, facts: _Facts) -> str | None:
    """Why nobody at an employer is invited, whoever works there."""
    if employer.archived_at is not None:
        return "archived"
    if employer.do_not_contact:
        return "do_not_contact"
    if employer.id in facts.closed:
        return "advertising_block"
    if not wish.general:
        return None
    if employer.id in facts.bad:
        return "bad_experience"
    said = facts.wishes.get(employer.id, set()) - {None}
    if GENERAL in said:
        return None
    return "no_general" if said else None if wish.unasked else "not_asked"


def _facts(event: OutreachEvent, employers: Sequence[Employer]) -> _Facts:
    ids = [each.id for each in employers]
    people = _people(ids)
    addresses = [each.email for found in people.values() for each in found] + [each.email for each in employers]
    wishes, bad = _relationships(event, ids)
    return _Facts(
        closed=closed_to(unit_actor(event.unit_id), employers),
        wishes=wishes,
        bad=bad,
        opted_out=opted_out_of(ids),
        said_no=opted_out_addresses(addresses),
        invited=_invited(event),
        people=people,
        suppressed=suppressed_among(addresses),
    )


def _relationships(event: OutreachEvent, ids: Collection[int]) -> tuple[dict[int, set[str | None]], frozenset[int]]:
    """What each employer wants to hear from the event's unit, and with which any unit has a bad experience."""
    own = unit_tree_ids(event.unit_id)
    statement = select(
        EmployerRelationship.employer_id, EmployerRelationship.unit_id, EmployerRelationship.preferred_information,
        EmployerRelationship.prior_experience,
    ).where(EmployerRelationship.employer_id.in_(ids))  # fmt: skip
    wishes: dict[int, set[str | None]] = {}
    bad = set()
    for employer_id, unit_id, wanted, experience in current_session().execute(trusted(statement, because=_HERE)):
        if unit_id in own:
            wishes.setdefault(employer_id, set()).add(wanted)
        if experience == BAD:
            bad.add(employer_id)
    return wishes, frozenset(bad)


def _people(ids: Collection[int]) -> dict[int, list[ContactPerson]]:
    """Who works at each employer, who decides first."""
    statement = (
        select(Position.employer_id, ContactPerson)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(Position.employer_id.in_(ids), Position.left_on.is_(None), ContactPerson.archived_at.is_(None))
        .options(load_only(ContactPerson.name, ContactPerson.email, ContactPerson.do_not_mail))
        .order_by(Position.decides.desc(), ContactPerson.id)
    )
    found: dict[int, list[ContactPerson]] = {}
    for employer_id, person in current_session().execute(trusted(statement, because=_HERE)):
        found.setdefault(employer_id, []).append(person)
    return found


def _invited(event: OutreachEvent) -> frozenset[Key]:
    statement = select(EventInvitation.employer_id, EventInvitation.person_id).where(
        EventInvitation.event_id == event.id,
        EventInvitation.withdrawn_at.is_(None),
        EventInvitation.employer_id.is_not(None),
    )
    because = "who is invited to an event that the caller has read"
    rows = current_session().execute(trusted(statement, because=because))
    return frozenset((row[0], row[1]) for row in rows if row[0] is not None)


def opted_out_of(employer_ids: Collection[int]) -> frozenset[Key]:
    """Who at these employers wants no invitations to events. A person has said it for everywhere they work."""
    said = select(Position.employer_id, Position.person_id).where(
        Position.employer_id.in_(employer_ids), Position.person_id.in_(select(EventOptOut.person_id))
    )
    here = select(EventOptOut.employer_id, EventOptOut.person_id).where(EventOptOut.employer_id.in_(employer_ids))
    both = here.union(said).subquery()
    rows = current_session().execute(trusted(select(both.c.employer_id, both.c.person_id), because=_HERE))
    return frozenset((row[0], row[1]) for row in rows)


def opted_out_addresses(addresses: Iterable[str | None]) -> frozenset[str]:
    """The keyed hashes of those of these addresses at which somebody has said that they want no invitations to events:
    it holds at the address, also where it stands at another contact person or employer."""
    wanted = {each.lower() for each in addresses if each}
    people = select(ContactPerson.email).join(EventOptOut, EventOptOut.person_id == ContactPerson.id)
    own = select(Employer.email).join(EventOptOut, EventOptOut.employer_id == Employer.id)
    said = people.where(func.lower(ContactPerson.email).in_(wanted)).union(
        own.where(EventOptOut.person_id.is_(None), func.lower(Employer.email).in_(wanted))
    )
    if not wanted:
        return frozenset()
    rows = current_session().execute(trusted(select(said.subquery()), because=_HERE))
    return frozenset(address_hash(Channel.EMAIL, row[0]) for row in rows if row[0])


def suppressed_among(addresses: Iterable[str | None]) -> frozenset[str]:
    """The keyed hashes of those of these addresses that nothing is sent to."""
    hashes = {address_hash(Channel.EMAIL, each) for each in addresses if each}
    statement = select(SuppressedAddress.address_hash).where(
        SuppressedAddress.channel == Channel.EMAIL, SuppressedAddress.address_hash.in_(hashes)
    )
    return frozenset(current_session().scalars(statement)) if hashes else frozenset()

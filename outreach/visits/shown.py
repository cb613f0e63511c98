"""How a visit is shown: its place, its times, the way there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from crm.actors import Actor
from crm.employers.models import Employer, Workplace
from outreach.visits.models import Visit, VisitState
from outreach.visits.queries import last_contacts

_ROUTE = "https://www.openstreetmap.org/directions?to="
"""A map that asks for no account and no key. Only the address of the workplace leaves, and only when it is pressed."""


@dataclass(frozen=True)
class Shown:
    """A visit with what a page says of it."""

    visit: Visit
    local: datetime
    """When it begins, in its own zone."""
    address: str
    route: str
    phone: str | None
    """The number of whom a planned visit was agreed with, else of the workplace or employer; none where they may not be
    called."""
    last: str = ""
    late: bool = False

    @property
    def time(self) -> str:
        return self.local.strftime("%H:%M")


def shown(actor: Actor, visits: Sequence[Visit], *, day: date) -> list[Shown]:
    """Visits as lists and pages show them; ``day`` is today. One query, however many there are."""
    last = last_contacts(actor, {each.employer_id for each in visits})
    return [_shown(each, day, last.get(each.employer_id, "")) for each in visits]


def _shown(visit: Visit, day: date, last: str) -> Shown:
    local = visit.at.astimezone(ZoneInfo(visit.zone))
    address = address_of(visit.employer, visit.workplace)
    phone = _phone(visit) if _may_call(visit) else None
    late = visit.state is VisitState.PLANNED and local.date() < day
    return Shown(visit, local, address, _ROUTE + quote(address) if address else "", phone, last, late)


def address_of(employer: Employer, workplace: Workplace | None) -> str:
    """The address of the workplace, or the employer's own."""
    place = workplace if workplace is not None and (workplace.address or workplace.city) else employer
    city = " ".join(filter(None, (place.postcode, place.city)))
    return ", ".join(filter(None, (place.address, city)))


def _may_call(visit: Visit) -> bool:
    """Whoever agreed to a visit is called about it, also with a block against advertising. That opens their number
    where the visit is shown and nowhere else: it is no reason to offer them anything."""
    return visit.state is VisitState.PLANNED and not visit.employer.do_not_contact


def _phone(visit: Visit) -> str | None:
    person = visit.person
    if person is not None and person.phone and not person.do_not_call:
        return person.phone
    return (visit.workplace.phone if visit.workplace else None) or visit.employer.phone

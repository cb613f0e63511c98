"""The list of contacts across employers: what is asked for, and one page or all of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import condition, scoped, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Contact, Employer
from crm.glossary import picklists
from crm.web.paging import PER_PAGE, Page, page_of

MINE = "mine"
MOST_IN_FILE = 50_000


@dataclass(frozen=True)
class ContactFilter:
    """What the list is narrowed to; None and the empty text mean everything. Days are both included."""

    channel: str = ""
    purpose: str = ""
    outcome: str = ""
    participant_present: bool = False
    since: date | None = None
    until: date | None = None
    staff_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class ContactRow:
    """One contact; nothing of what was said."""

    public_id: str
    on_date: date
    employer: str
    employer_public_id: str
    channel: str
    purpose: str | None
    outcome: str
    participant_present: bool
    staff: str | None
    unit: str


def contact_page(actor: Actor, filters: ContactFilter, *, page: int) -> Page[ContactRow]:
    """One page of the contacts that ``actor`` sees, the newest first. Two queries."""
    where = _where(filters)
    count = select(func.count()).select_from(Contact).where(*where)
    total = current_session().scalar(scoped(count, condition(Contact, actor))) or 0
    statement = _rows(actor, where).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    rows = [ContactRow(*row) for row in current_session().execute(statement)]
    return page_of(rows, page=page, per_page=PER_PAGE, total=total)


def contacts_for_file(actor: Actor, filters: ContactFilter) -> Iterator[list[str]]:
    """All of them as texts for a file, in the order of ``HEADINGS`` in contact_list_routes."""
    names = {
        kind: dict(picklists.options(f"contact_{kind}", actor.language)) for kind in ("channel", "purpose", "outcome")
    }
    for row in current_session().execute(_rows(actor, _where(filters)).limit(MOST_IN_FILE)):
        found = ContactRow(*row)
        yield [
            found.on_date.isoformat(), found.employer, names["channel"].get(found.channel, found.channel),
            names["purpose"].get(found.purpose or "", found.purpose or ""),
            names["outcome"].get(found.outcome, found.outcome), "1" if found.participant_present else "0",
            found.staff or "", found.unit,
        ]  # fmt: skip


def who_may_be_chosen(actor: Actor) -> list[tuple[int, str]]:
    """Colleagues whose contacts can be listed by name: of units whose staff agreed to figures about single persons.

    Everybody lists their own. Names of colleagues are known to everybody; how many contacts somebody had is not.
    """
    statement = (
        select(Staff.id, Staff.name)
        .join(Unit, Unit.id == Staff.unit_id)
        .where(Staff.unit_id.in_(actor.unit_ids), Staff.active, Unit.coordinator_figures_agreed.is_not(None))
        .order_by(Staff.name, Staff.id)
    )
    because = "names of colleagues, where the unit agreed to it"
    return [(row[0], row[1]) for row in current_session().execute(trusted(statement, because=because))]


def _rows(actor: Actor, where: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    statement = (
        select(
            Contact.public_id, Contact.on_date, Employer.name, Employer.public_id, Contact.channel, Contact.purpose,
            Contact.outcome, Contact.participant_present, Staff.name, Unit.name,
        )
        .join(Employer, Employer.id == Contact.employer_id)
        .join(Unit, Unit.id == Contact.unit_id)
        .outerjoin(Staff, Staff.id == Contact.staff_id)
        .where(*where)
        .order_by(Contact.on_date.desc(), Contact.id.desc())
    )  # fmt: skip
    return scoped(statement, condition(Contact, actor), condition(Employer, actor))


def _where(filters: ContactFilter) -> list[ColumnElement[bool]]:
    equal = {
        Contact.channel: filters.channel or None,
        Contact.purpose: filters.purpose or None,
        Contact.outcome: filters.outcome or None,
        Contact.staff_id: filters.staff_id,
        Contact.unit_id: filters.unit_id,
    }
    found = [column == value for column, value in equal.items() if value is not None]
    found += [Contact.on_date >= filters.since] if filters.since else []
    found += [Contact.on_date <= filters.until] if filters.until else []
    found += [and_(Contact.participant_present)] if filters.participant_present else []
    return found

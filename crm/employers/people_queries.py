"""Reading contact persons across employers."""

from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.folding import fold

TELL_WITHIN = timedelta(days=30)
"""GDPR Article 14(3): somebody whose details came from others is told within a month."""
_MOST = 200


def count_not_told(actor: Actor) -> int:
    """How many persons at the actor's own employers should have been told by now that their details are kept."""
    statement = _not_told(actor).with_only_columns(func.count(ContactPerson.id.distinct())).order_by(None)
    return current_session().scalar(statement) or 0


def not_told(actor: Actor) -> list[ContactPerson]:
    """Those persons, the oldest first, with where they work."""
    statement = _not_told(actor).options(joinedload(ContactPerson.positions).joinedload(Position.employer))
    return list(current_session().scalars(statement.limit(_MOST)).unique())


def _not_told(actor: Actor) -> Select[ContactPerson]:
    mine = (
        select(Position.person_id)
        .join(EmployerRelationship, EmployerRelationship.employer_id == Position.employer_id)
        .where(EmployerRelationship.owner_id == actor.staff_id, Position.left_on.is_(None))
    )
    statement = (
        select(ContactPerson)
        .where(
            ContactPerson.told_on.is_(None),
            ContactPerson.archived_at.is_(None),
            ContactPerson.created_at < clock.now() - TELL_WITHIN,
            ContactPerson.id.in_(mine),
        )
        .order_by(ContactPerson.created_at, ContactPerson.id)
    )
    return scoped(statement, condition(ContactPerson, actor))


def employer_named(actor: Actor, text: str) -> Employer | None:
    """The one employer in use with this number, or with this name and no other of the same. Accents do not matter."""
    compact = "".join(text.split()).replace("-", "")
    seen = scoped(select(Employer), condition(Employer, actor)).where(Employer.archived_at.is_(None)).limit(2)
    by_number = current_session().scalars(seen.where(Employer.org_number == compact)).all()
    by_name = current_session().scalars(seen.where(Employer.sort_name == text.casefold().strip()[:200])).all()
    found = by_number or by_name
    return found[0] if len(found) == 1 and (by_number or fold(found[0].name) == fold(text)) else None


def told_by(created: date) -> date:
    """The last day on which somebody entered on a day must be told."""
    return created + TELL_WITHIN

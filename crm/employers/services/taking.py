"""Becoming responsible with one press, and taking that back while nothing has come of it."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Contact, Employer, EmployerRelationship, StageChange
from crm.employers.rules import what_it_became
from crm.employers.services.employers import archive_employer
from crm.employers.services.lines import write_employer_line
from crm.employers.services.relationships import find_relationship, take_relationship
from crm.employers.services.responsible import (
    employer_of,
    is_told,
    manager_of,
    record_relationship,
    tell_manager,
    write_owner_line,
)
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.history.models import HistoryLine, HistoryLink
from crm.tasks.models import Task

_BEGUN = 1
"""The version of a relationship that nothing has changed since it was begun."""
_OWN_UNIT = "rows of the relationship's own unit, which the caller has locked; only whether there are any is told"


@dataclass(frozen=True)
class Taken:
    """What a press did. ``version``: what undoing wants, None where the actor was responsible before.

    ``unarchived``: the employer's version, where it came out of the archive by it.
    """

    employer: Employer
    public_id: str
    version: int | None
    unarchived: int | None


def take_for_oneself(actor: Actor, *, employer_id: int) -> Taken:
    """Make the actor responsible for an employer in their unit. May be repeated. Raises as ``take_relationship``."""
    if actor.unit_id is None:
        raise NotAllowed(_("Choose one of your own units."))
    employer = what_it_became(locked(Employer, actor, employer_id))
    archived = employer.archived_at is not None
    before = find_relationship(actor, employer.id, actor.unit_id)
    was_mine = before is not None and before.owner_id == actor.staff_id
    taken = take_relationship(actor, employer_id=employer.id, unit_id=actor.unit_id, owner_id=actor.staff_id)
    return Taken(
        employer, taken.public_id, None if was_mine else taken.version_id, employer.version_id if archived else None
    )


def undo_taking(actor: Actor, *, relationship_id: int, version: int, unarchived: int | None = None) -> Employer:
    """Take back that the actor became responsible: the unit is again, or does not work with the employer again.

    A relationship that was begun by it goes, while nothing has come of it. Raises NotVisible, EditConflict when
    somebody has changed something since, DomainError when something has been written down since, or when nobody leads
    the unit: somebody must be responsible.
    """
    relationship = locked(EmployerRelationship, actor, relationship_id)
    if relationship.version_id != version or relationship.owner_id != actor.staff_id:
        raise EditConflict(
            _("It cannot be undone: somebody has changed something meanwhile."),
            current={"owner_id": relationship.owner_id},
        )
    employer = employer_of(relationship)
    if version == _BEGUN:
        _end_what_was_begun(actor, relationship)
    else:
        _give_back_to_unit(actor, relationship)
    if unarchived is not None and employer.version_id == unarchived:
        archive_employer(actor, employer_id=employer.id)
    return employer


def _end_what_was_begun(actor: Actor, relationship: EmployerRelationship) -> None:
    if _something_came_of_it(relationship):
        raise DomainError(
            _("It cannot be undone: something has been written down since. Hand the employer over instead.")
        )
    session = current_session()
    record_relationship(actor, relationship, "relationship.begin_undone")
    write_employer_line(
        actor,
        kind="relationship",
        employer_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        summary=lambda: _("Undone. The unit does not work with them."),
    )
    changes = select(StageChange).where(StageChange.relationship_id == relationship.id)
    for change in session.scalars(changes).all():
        session.delete(change)
    session.delete(relationship)
    session.flush()


def _give_back_to_unit(actor: Actor, relationship: EmployerRelationship) -> None:
    if manager_of(relationship.unit_id) is None:
        raise DomainError(_("It cannot be undone: this unit has no manager who could be responsible."))
    relationship.owner_id = None
    relationship.version_id += 1
    record_relationship(actor, relationship, "relationship.taking_undone")
    write_owner_line(actor, relationship)
    if not is_told(relationship):
        tell_manager(actor, relationship)


def _something_came_of_it(relationship: EmployerRelationship) -> bool:
    """Whether the unit has a contact with the employer, a line of the history or a task since the work began."""
    since, unit_id, employer_id = relationship.created_at, relationship.unit_id, relationship.employer_id
    contact = select(Contact.id).where(
        Contact.employer_id == employer_id, Contact.unit_id == unit_id, Contact.archived_at.is_(None)
    )
    line = (
        select(HistoryLine.id)
        .join(HistoryLink, HistoryLink.line_id == HistoryLine.id)
        .where(
            HistoryLink.employer_id == employer_id,
            HistoryLine.unit_id == unit_id,
            HistoryLine.kind != "relationship",
            HistoryLine.at >= since,
        )
    )
    task = select(Task.id).where(Task.employer_id == employer_id, Task.unit_id == unit_id, Task.created_at >= since)
    found = (current_session().scalar(trusted(each.limit(1), because=_OWN_UNIT)) for each in (contact, line, task))
    return any(each is not None for each in found)

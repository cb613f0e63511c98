"""An employer went bankrupt, is being wound up, or has closed: everybody who must know is told.

A register says so, or somebody writes it down (crm.employers.registers.by_hand); what follows is the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship, RegisterStatus
from crm.employers.registers.words import status_sentence
from crm.employers.services.lines import write_employer_line
from crm.employers.services.responsible import manager_of
from crm.events import EmployerClosed, emit
from crm.languages import in_all_languages
from crm.register_points import RegisterEntry
from crm.tasks.services import add_task, cancel_tasks, revive_tasks
from crm.tasks.working_days import add_working_days

CLOSED_TASK = "employer.closed"
_ALL = "everybody who works with an employer hears that it has closed"


@dataclass(frozen=True)
class Said:
    """What is said of an employer, since when, and by whom: a register, or somebody who names a ``source``.

    ``ref`` names the line of the history, so that it can be taken back.
    """

    status: RegisterStatus
    since: date | None
    by_hand: bool = False
    source: str | None = None
    ref: str | None = None


def tell_status(actor: Actor, employer: Employer, entry: RegisterEntry, *, hold: bool, before: str | None) -> bool:
    """Take over from a register whether the company is bankrupt, wound up, closed or active again. Whether it was new.

    ``hold``: what stands here was written by hand, and stays; when the register says something else than ``before``,
    it is told and no more. The caller has locked the employer. May be repeated.
    """
    if "status" in entry.missing:
        return False
    said = Said(RegisterStatus(entry.status), entry.status_since)
    if said.status is (employer.register_status or RegisterStatus.ACTIVE):
        if said.status is not RegisterStatus.ACTIVE:
            employer.register_status_since = said.since or employer.register_status_since
        return False
    if not hold:
        change_status(actor, employer, said)
        return True
    if said.status.value != (before or RegisterStatus.ACTIVE.value):
        write_status_line(actor, employer, said)
        if said.status is not RegisterStatus.ACTIVE:
            _add_tasks(actor, employer, said)
    return False


def change_status(actor: Actor, employer: Employer, said: Said) -> dict[str, Any]:
    """Let an employer be what is said of it, and tell about it: a line of the history, tasks for those responsible and
    their managers, EmployerClosed. Returns what listeners need to take back what they did.

    The caller has locked the employer and made sure that this is new.
    """
    old, memory = employer.register_status or RegisterStatus.ACTIVE, dict[str, Any]()
    since = said.since or clock.today()
    employer.register_status = said.status
    employer.register_status_since = None if said.status is RegisterStatus.ACTIVE else since
    write_status_line(actor, employer, said)
    drop_tasks(actor, employer, old)
    if said.status is not RegisterStatus.ACTIVE:
        _add_tasks(actor, employer, said)
        emit(EmployerClosed(employer_id=employer.id, status=said.status.value, since=since, memory=memory))
    return memory


def write_status_line(actor: Actor, employer: Employer, said: Said) -> None:
    """Tell in the history of an employer what is said of it. Each call is a line, unless ``said.ref`` names it."""
    name = employer.name
    write_employer_line(
        actor,
        kind="status" if said.by_hand else "register",
        employer_id=employer.id,
        summary=lambda: status_sentence(said.status, name, said.by_hand),
        detail=said.source,
        ref=said.ref,
    )


def drop_tasks(actor: Actor, employer: Employer, status: RegisterStatus) -> None:
    """What was said no longer holds; its open tasks go. May be repeated."""
    for _relationship, _owner, reference in _told(employer, status):
        cancel_tasks(actor, kind=CLOSED_TASK, source_ref=reference)


def bring_tasks_back(actor: Actor, employer: Employer, status: RegisterStatus) -> None:
    """What was said before holds again, with the tasks that had gone. May be repeated."""
    for _relationship, _owner, reference in _told(employer, status):
        revive_tasks(actor, kind=CLOSED_TASK, source_ref=reference)


def add_closed_tasks(actor: Actor, employer: Employer, *, sentence: str, title: dict[str, str]) -> None:
    """Ask everybody responsible for an employer, and their managers, who is there and what now. ``sentence`` names what
    has closed and how: one task for each. May be repeated; one that was cancelled is open again.
    """
    for relationship, owner, reference in _told(employer, sentence):
        unit = current_session().get(Unit, relationship.unit_id)
        add_task(
            actor,
            kind=CLOSED_TASK,
            source_ref=reference,
            title=title,
            due_on=add_working_days(clock.today(), 1, unit.country if unit else ""),
            unit_id=relationship.unit_id,
            owner_id=owner,
            employer_id=employer.id,
        )
        revive_tasks(actor, kind=CLOSED_TASK, source_ref=reference)


def _add_tasks(actor: Actor, employer: Employer, said: Said) -> None:
    name = employer.name
    title = in_all_languages(
        lambda: _("%(what)s: who is there, and what now?", what=status_sentence(said.status, name, said.by_hand))
    )
    add_closed_tasks(actor, employer, sentence=said.status.value, title=title)


def _told(employer: Employer, sentence: str) -> Iterator[tuple[EmployerRelationship, int | None, str]]:
    """Who gets a task, and what names it: for each unit the one responsible and the manager."""
    for relationship in _relationships(employer.id):
        manager = manager_of(relationship.unit_id)
        for owner in dict.fromkeys((relationship.owner_id or manager, manager)):
            yield relationship, owner, f"{employer.public_id}:{sentence}:{relationship.id}:{owner or 0}"


def _relationships(employer_id: int) -> list[EmployerRelationship]:
    statement = select(EmployerRelationship).where(EmployerRelationship.employer_id == employer_id)
    return list(current_session().scalars(trusted(statement.order_by(EmployerRelationship.id), because=_ALL)))

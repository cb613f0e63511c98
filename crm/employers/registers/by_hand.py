"""Whether an employer is in business, written down by staff: where no register tells of it, and before one does."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship, RegisterStatus
from crm.employers.register_models import RegisterRecord
from crm.employers.registers.closing import Said, bring_tasks_back, change_status, drop_tasks, write_status_line
from crm.employers.rules import check_version
from crm.employers.view_models import BulkAction
from crm.errors import DomainError, NotAllowed
from crm.events import EmployerChanged, EmployerClosingUndone, emit
from crm.history.services import remove_line

KIND = "status"
_LONGEST_SOURCE = 300
_OWN = "what the register said of an employer that was just locked"


@dataclass(frozen=True)
class Statement:
    """What somebody says of an employer: its state, from which day, and how they know."""

    status: RegisterStatus
    since: date
    source: str


def check_may_set_status(actor: Actor, employer_id: int) -> None:
    """It ends placements in every unit, so only those who work with the employer say so, and administrators.

    Raises NotAllowed.
    """
    if actor.is_system or actor.has_role(Role.ADMINISTRATOR):
        return
    mine = visible(EmployerRelationship, actor).where(EmployerRelationship.employer_id == employer_id)
    if current_session().scalar(mine.limit(1)) is None:
        raise NotAllowed(
            _("Only those who work with this employer write this. Start working with it in your unit first.")
        )


def set_status(actor: Actor, *, employer_id: int, version: int | None, said: Statement) -> BulkAction | None:
    """Write down that an employer is bankrupt, wound up, closed, or in business. What follows is what follows when a
    register says so (crm.employers.registers.closing). Returns what undoing needs; None where the state is the same
    and only its day or source is new.

    Raises NotVisible, NotAllowed, EditConflict, and DomainError for a day to come, for no source, and for what is in
    business already.
    """
    employer = locked(Employer, actor, employer_id)
    _check(actor, employer, version, said)
    old, since = employer.register_status, employer.register_status_since
    _remember_the_register(employer)
    employer.version_id += 1
    made: BulkAction | None = None
    details = {"status": said.status.value, "since": said.since.isoformat()}
    record(actor, "employer.status_set", subject_type="employer", subject_id=employer.id, details=details)
    if said.status is old:
        employer.register_status_since = said.since
        write_status_line(actor, employer, Said(old, said.since, by_hand=True, source=said.source))
    else:
        made = _undoable(actor)
        ref = f"status:{made.public_id}" if made else None
        memory = change_status(
            actor, employer, Said(said.status, said.since, by_hand=True, source=said.source, ref=ref)
        )
        before = {"status": old.value, "since": since.isoformat() if since else None}
        if made is not None:
            made.memory = [
                {"employer": employer.id, "version": employer.version_id, "before": before, "listeners": memory}
            ]
    emit(EmployerChanged(employer_id=employer.id))
    return made


def undo_status(actor: Actor, *, employer_id: int, action_id: int) -> Employer:
    """Take back what the actor wrote down: state, line, tasks, and what others did because of it. May be repeated.

    Raises NotVisible, and DomainError when somebody has changed the employer since.
    """
    action, employer = locked(BulkAction, actor, action_id), locked(Employer, actor, employer_id)
    memory: dict[str, Any] = next(iter(action.memory), {})
    if action.kind != KIND or memory.get("employer") != employer.id:
        raise DomainError(_("There is nothing to undo."))
    if action.undone_at is not None:
        return employer
    if memory["version"] != employer.version_id:
        raise DomainError(_("It cannot be undone: somebody else changed this meanwhile."))
    wrong, before = employer.register_status, memory["before"]
    employer.register_status = RegisterStatus(before["status"])
    employer.register_status_since = date.fromisoformat(before["since"]) if before["since"] else None
    employer.version_id += 1
    action.undone_at = clock.now()
    remove_line(KIND, f"status:{action.public_id}")
    drop_tasks(actor, employer, wrong)
    bring_tasks_back(actor, employer, employer.register_status)
    record(actor, "employer.status_undone", subject_type="employer", subject_id=employer.id)
    emit(EmployerClosingUndone(employer_id=employer.id, status=wrong.value, memory=memory["listeners"]))
    emit(EmployerChanged(employer_id=employer.id))
    return employer


def is_by_hand(employer: Employer, said: RegisterRecord | None) -> bool:
    """Whether the state that stands here was written by staff and is not what the register says."""
    if said is None or said.retrieved_at is None:
        # No register has ever told anything of it.
        return employer.register_status is not RegisterStatus.ACTIVE
    told: str = said.values.get("register_status", employer.register_status.value)
    return told != employer.register_status.value


def _check(actor: Actor, employer: Employer, version: int | None, said: Statement) -> None:
    check_may_set_status(actor, employer.id)
    check_version(employer, version, {"status": employer.register_status.value})
    if employer.merged_into_id is not None:
        raise DomainError(_("It was merged into another employer. Undo that instead."))
    if said.status is employer.register_status is RegisterStatus.ACTIVE:
        raise DomainError(_("It is so already."), field="status")
    if said.since > clock.today():
        raise DomainError(
            _("This day is still to come. Until then, write a warning for your colleagues."), field="since"
        )
    if not said.source:
        raise DomainError(_("Write how you know, so that colleagues can judge."), field="source")
    if len(said.source) > _LONGEST_SOURCE:
        raise DomainError(_("Write less."), field="source")


def _remember_the_register(employer: Employer) -> None:
    """Where a register has told anything, what stood here until now was its answer: the next is held against it."""
    statement = select(RegisterRecord).where(RegisterRecord.employer_id == employer.id).with_for_update()
    row = current_session().scalar(trusted(statement, because=_OWN))
    if row is not None and row.retrieved_at is not None and "register_status" not in row.values:
        row.values = row.values | {"register_status": employer.register_status.value}


def _undoable(actor: Actor) -> BulkAction | None:
    """A row that keeps what undoing needs, for the one who did it."""
    if actor.staff_id is None:
        return None
    action = BulkAction(staff_id=actor.staff_id, kind=KIND, memory=[], done_at=clock.now())
    current_session().add(action)
    # The line of the history is named by its public id.
    current_session().flush()
    return action

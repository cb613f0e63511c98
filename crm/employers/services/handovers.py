"""Many employers handed over in one go: nobody is without somebody responsible for a second, and it can be undone."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.handover_models import Handover, HandoverItem, Telling
from crm.employers.handover_queries import not_told_because
from crm.employers.models import EmployerRelationship
from crm.employers.services.responsible import (
    WITHOUT_OWNER,
    check_somebody_leads,
    check_works_there,
    hand_over_relationship,
    record_relationship,
    tell_manager_of_many,
    tell_others,
    works_there,
    write_owner_line,
)
from crm.errors import DomainError, NotAllowed
from crm.languages import in_all_languages
from crm.messaging.models import Channel
from crm.messaging.planning import Wanted, plan_messages
from crm.messaging.services import cancel_messages
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task, cancel_tasks, hand_over_tasks
from crm.tasks.working_days import add_working_days

PURPOSE = "employers.handover"
RECEIVED = "employers.handed_over"
_DAYS_TO_READ = 2


@dataclass(frozen=True)
class Assignment:
    """One relationship, to whom it goes (None: the unit) and what they must know about it."""

    relationship_id: int
    to_id: int | None
    note: str | None = None


@dataclass(frozen=True)
class HandoverWish:
    """Everything that was chosen about a handover. ``note`` is for those without one of their own."""

    from_id: int
    assignments: Sequence[Assignment]
    note: str | None = None
    telling: Telling = Telling.NOT
    submission_key: str | None = None


@dataclass(frozen=True)
class Left:
    """The units that somebody has left; ``own_id`` was their own."""

    own_id: int
    unit_ids: Collection[int]


def hand_over_many(actor: Actor, wish: HandoverWish) -> Handover:
    """Give the employers of one person to others, in this transaction: all of them or none.

    The open tasks go with them, each history gets its line with the note, whoever receives gets one task, the
    manager of a unit that takes some gets one, and employers are told by mail if that was chosen and they may be.
    The person themselves and managers may. The same ``submission_key`` hands over once. Raises NotAllowed, NotVisible,
    and DomainError when a note is missing or an employer is not theirs any more.
    """
    there = _sent_before(wish.submission_key)
    if there is not None:
        return there
    if actor.staff_id != wish.from_id and not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only the person responsible or a manager hands over."))
    if not wish.assignments:
        raise DomainError(_("Choose at least one employer."))
    if any(not (each.note or wish.note) for each in wish.assignments):
        raise DomainError(_("Write what your colleagues must know: one note for all, or one for each."), field="note")
    return _hand_over(actor, wish)


def hand_over_and_tell(
    actor: Actor,
    *,
    relationship_id: int,
    version: int | None,
    owner_id: int | None,
    deputy_id: int | None = None,
    note: str | None = None,
) -> tuple[EmployerRelationship, str | None]:
    """Name who is responsible for one employer, and tell the employer by mail; also why it cannot be told, or None.

    Nothing is told where the same person stays responsible. Raises as ``hand_over_relationship``.
    """
    row = locked(EmployerRelationship, actor, relationship_id)
    before, deputy = row.owner_id, row.deputy_id
    tasks = _open_tasks(before, row.employer_id)
    row = hand_over_relationship(
        actor, relationship_id=relationship_id, version=version, owner_id=owner_id, deputy_id=deputy_id, note=note
    )
    if before is None or before == owner_id:
        return row, None
    item = HandoverItem(
        relationship_id=row.id, to_id=owner_id, deputy_before_id=deputy, note=note, was_deputy=False, task_ids=tasks
    )
    handover = Handover(
        unit_id=row.unit_id, from_id=before, by_id=actor.staff_id, telling=Telling.MAIL, created_at=clock.now(),
        items=[item],
    )  # fmt: skip
    current_session().add(handover)
    # The message names the item.
    current_session().flush()
    _plan_mail(actor, handover, {row.id: row})
    return row, item.not_told


def hand_over_to_units(actor: Actor, *, staff_id: int, note: str, left: Left | None = None) -> Handover | None:
    """Somebody may no longer work, or not in the units that they have left: their deputies take over, else the unit,
    and its manager is told.

    None when they were responsible for nobody there. May be repeated.
    """
    held = _held_by(staff_id)
    if left is not None:
        held = held.where(EmployerRelationship.unit_id.in_(left.unit_ids))
    relationships = list(current_session().scalars(trusted(held, because="what somebody leaves behind")))
    if not relationships:
        return None
    assignments = [Assignment(each.id, _deputy_of(each, staff_id), note) for each in relationships]
    return _hand_over(actor, HandoverWish(staff_id, assignments), unit_id=left.own_id if left else None)


def undo_handover(actor: Actor, *, handover_id: int) -> Handover:
    """Give back what nobody has changed since: owners, deputies and open tasks. Mail that has not left is taken back.

    What somebody else was given meanwhile stays theirs. Managers and whoever did it may. May be repeated. Raises
    NotVisible, NotAllowed, and DomainError when the person may not sign in or does not work there any more.
    """
    handover = locked(Handover, actor, handover_id)
    if actor.staff_id != handover.by_id and not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only the person responsible or a manager hands over."))
    if handover.undone_at is not None:
        return handover
    if handover.from_staff is None or not handover.from_staff.active:
        raise DomainError(_("The account is disabled. Open it again before you give anything back to it."))
    relationships = _locked_relationships(actor, [item.relationship_id for item in handover.items])
    for unit_id in {row.unit_id for row in relationships.values()}:
        check_works_there(unit_id, handover.from_id, "from_id")
    for item in handover.items:
        _give_back(actor, handover, item, relationships.get(item.relationship_id))
    handover.undone_at = clock.now()
    for receiver in {item.to_id for item in handover.items} - {None}:
        cancel_tasks(actor, kind=RECEIVED, source_ref=f"{handover.public_id}:{receiver}")
    for unit_id in {row.unit_id for row in relationships.values()}:
        cancel_tasks(actor, kind=WITHOUT_OWNER, source_ref=f"{handover.public_id}:{unit_id}")
    record(actor, "handover.undone", subject_type="employer_handover", subject_id=handover.id, unit_id=handover.unit_id)
    return handover


def _deputy_of(row: EmployerRelationship, owner_id: int) -> int | None:
    """Who takes over from an owner: the deputy, if there is one who still works there."""
    return row.deputy_id if row.owner_id == owner_id and works_there(row.unit_id, row.deputy_id) else None


def _held_by(staff_id: int) -> Select[EmployerRelationship]:
    held = (EmployerRelationship.owner_id == staff_id) | (EmployerRelationship.deputy_id == staff_id)
    return select(EmployerRelationship).where(held).order_by(EmployerRelationship.id).with_for_update()


def _hand_over(actor: Actor, wish: HandoverWish, *, unit_id: int | None = None) -> Handover:
    """``unit_id``: where it happened, if that is not the unit of whoever hands over."""
    session = current_session()
    leaver = session.get_one(Staff, wish.from_id)
    handover = Handover(
        unit_id=unit_id or leaver.unit_id, from_id=leaver.id, by_id=actor.staff_id, telling=wish.telling,
        submission_key=wish.submission_key, created_at=clock.now(),
    )  # fmt: skip
    session.add(handover)
    found = _locked_relationships(actor, [each.relationship_id for each in wish.assignments])
    # Whoever may no longer work leaves their employers behind, even where nobody leads the unit.
    _check(wish, found, is_forced=actor.is_system)
    for each in wish.assignments:
        _move(actor, handover, found[each.relationship_id], each, each.note or wish.note)
    # Tasks, messages and lines name the handover and its items.
    session.flush()
    _move_tasks(actor, handover, found)
    _tell_colleagues(actor, handover, found, leaver.name)
    if wish.telling is Telling.MAIL:
        _plan_mail(actor, handover, found)
    record(
        actor, "handover.done", subject_type="employer_handover", subject_id=handover.id, unit_id=handover.unit_id,
        details={"employers": len(handover.items)},
    )  # fmt: skip
    return handover


def _locked_relationships(actor: Actor, ids: Collection[int]) -> dict[int, EmployerRelationship]:
    statement = visible(EmployerRelationship, actor).where(EmployerRelationship.id.in_(ids))
    rows = current_session().scalars(
        statement.with_for_update(of=EmployerRelationship).execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _check(wish: HandoverWish, found: dict[int, EmployerRelationship], *, is_forced: bool) -> None:
    checked: set[tuple[int, int | None]] = set()
    for each in wish.assignments:
        row = found.get(each.relationship_id)
        if row is None or wish.from_id not in (row.owner_id, row.deputy_id):
            raise DomainError(_("Somebody has changed who is responsible meanwhile. Look at the list once more."))
        if each.to_id == wish.from_id:
            raise DomainError(_("Choose somebody else than the one who hands over."))
        if (row.unit_id, each.to_id) not in checked:
            check_works_there(row.unit_id, each.to_id, "to_all")
            if each.to_id is None and not is_forced and row.owner_id == wish.from_id:
                check_somebody_leads(row.unit_id, "to_all")
            checked.add((row.unit_id, each.to_id))


def _move(
    actor: Actor, handover: Handover, row: EmployerRelationship, each: Assignment, note: str | None
) -> HandoverItem:
    item = HandoverItem(
        relationship_id=row.id, to_id=each.to_id, deputy_before_id=row.deputy_id, note=note,
        was_deputy=row.owner_id != handover.from_id, task_ids=[],
    )  # fmt: skip
    handover.items.append(item)
    before = (row.owner_id, row.deputy_id)
    if item.was_deputy:
        row.deputy_id = None if each.to_id == row.owner_id else each.to_id
        tell_others(row, handover.from_id, row.deputy_id, as_deputy=True)
    else:
        row.owner_id = each.to_id
        row.deputy_id = None if row.deputy_id == each.to_id else row.deputy_id
        write_owner_line(actor, row, note=note)
        tell_others(row, handover.from_id, each.to_id)
    row.version_id += 1
    record_relationship(actor, row, "relationship.handed_over", before=before)
    return item


def _move_tasks(actor: Actor, handover: Handover, found: dict[int, EmployerRelationship]) -> None:
    owners = {found[item.relationship_id].employer_id: item.to_id for item in handover.items if not item.was_deputy}
    assert handover.from_id is not None
    moved = defaultdict(list)
    for task in hand_over_tasks(actor, from_id=handover.from_id, to=owners):
        moved[task.employer_id].append(task.id)
    for item in handover.items:
        item.task_ids = moved.pop(found[item.relationship_id].employer_id, []) if not item.was_deputy else []


def _tell_colleagues(actor: Actor, handover: Handover, found: dict[int, EmployerRelationship], leaver: str) -> None:
    of_units: Counter[int] = Counter()
    received: Counter[tuple[int, int]] = Counter()
    for item in handover.items:
        unit_id = found[item.relationship_id].unit_id
        if not item.was_deputy and item.to_id is None:
            of_units[unit_id] += 1
        elif item.to_id not in (None, actor.staff_id):
            received[item.to_id, unit_id] += 1
    for unit_id, count in of_units.items():
        tell_manager_of_many(actor, unit_id=unit_id, count=count, source_ref=f"{handover.public_id}:{unit_id}")
    for (staff_id, unit_id), count in received.items():
        _task_to_read(actor, handover, staff_id=staff_id, unit_id=unit_id, count=count, leaver=leaver)


def _task_to_read(actor: Actor, handover: Handover, *, staff_id: int, unit_id: int, count: int, leaver: str) -> None:
    def title() -> str:
        return str(
            ngettext(
                "%(name)s handed over an employer to you: read the note",
                "%(name)s handed over %(num)d employers to you: read the notes",
                count,
                name=leaver,
            )
        )

    add_task(
        actor, kind=RECEIVED, source_ref=f"{handover.public_id}:{staff_id}", title=in_all_languages(title),
        due_on=add_working_days(clock.today(), _DAYS_TO_READ, ""), unit_id=unit_id, owner_id=staff_id,
    )  # fmt: skip


def _plan_mail(actor: Actor, handover: Handover, found: dict[int, EmployerRelationship]) -> None:
    items = [item for item in handover.items if not item.was_deputy]
    reasons = not_told_because([found[item.relationship_id].employer_id for item in items])
    wanted, now = [], clock.now()
    for item in items:
        row = found[item.relationship_id]
        item.not_told = reasons.get(row.employer_id)
        if item.not_told is None:
            wanted.append(_mail(item, row.unit_id, now))
    plan_messages(actor, wanted)


def _mail(item: HandoverItem, unit_id: int, now: datetime) -> Wanted:
    return Wanted(
        purpose=PURPOSE, purpose_ref=item.public_id, channel=Channel.EMAIL, not_before=now, unit_id=unit_id
    )  # fmt: skip


def _give_back(actor: Actor, handover: Handover, item: HandoverItem, row: EmployerRelationship | None) -> None:
    """One item, unless somebody has changed it since."""
    cancel_messages(actor, purpose=PURPOSE, purpose_ref=item.public_id, reason="handover_undone")
    if row is None or not _is_as_left(item, row):
        return
    before = (row.owner_id, row.deputy_id)
    if item.was_deputy:
        row.deputy_id = None if handover.from_id == row.owner_id else handover.from_id
        tell_others(row, item.to_id, row.deputy_id, as_deputy=True)
    else:
        row.owner_id = handover.from_id
        # Who stood in before does so again, unless somebody else was named since or they have left too.
        if row.deputy_id == _deputy_left(item):
            row.deputy_id = item.deputy_before_id if works_there(row.unit_id, item.deputy_before_id) else None
        if row.deputy_id == row.owner_id:
            row.deputy_id = None
        write_owner_line(actor, row)
        tell_others(row, item.to_id, row.owner_id)
        _give_tasks_back(actor, handover, item, row)
    row.version_id += 1
    item.undone = True
    record_relationship(actor, row, "relationship.given_back", before=before)


def _is_as_left(item: HandoverItem, row: EmployerRelationship) -> bool:
    """Whether a relationship still stands as the handover left it."""
    if item.was_deputy:
        return row.deputy_id == (None if item.to_id == row.owner_id else item.to_id)
    return row.owner_id == item.to_id


def _deputy_left(item: HandoverItem) -> int | None:
    """Who stood in after the handover: as before, unless they took over themselves."""
    return None if item.deputy_before_id == item.to_id else item.deputy_before_id


def _open_tasks(staff_id: int | None, employer_id: int) -> list[int]:
    statement = select(Task.id).where(
        Task.owner_id == staff_id, Task.employer_id == employer_id, Task.state == TaskState.OPEN,
        Task.participant_id.is_(None),
    )  # fmt: skip
    return list(current_session().scalars(trusted(statement, because="tasks that go with the employer just locked")))


def _give_tasks_back(actor: Actor, handover: Handover, item: HandoverItem, row: EmployerRelationship) -> None:
    if item.task_ids:
        hand_over_tasks(actor, from_id=item.to_id, to={row.employer_id: handover.from_id}, only=item.task_ids)


def _sent_before(submission_key: str | None) -> Handover | None:
    if submission_key is None:
        return None
    statement = select(Handover).where(Handover.submission_key == submission_key)
    return current_session().scalar(trusted(statement, because="named by the key of the form that made it"))

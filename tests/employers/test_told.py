"""Where a unit is responsible itself, somebody knows it: whoever was told goes, comes back, or thinks it is over."""

import pytest
from sqlalchemy import select

from crm.accounts import services as accounts
from crm.actors import Role, system_actor
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.models import EmployerRelationship
from crm.employers.services.bulk import BulkWish, do_bulk, undo_bulk
from crm.employers.services.handovers import Assignment
from crm.employers.services.responsible import WITHOUT_OWNER
from crm.errors import DomainError
from crm.tasks.models import Task, TaskState
from crm.tasks.services import complete_task
from tests.employers.test_handovers import Office, office, owners
from tests.employers.told import tasks_about_nobody

__all__ = ["office"]


def _left_to_the_unit(office: Office, row: EmployerRelationship) -> Task:
    with transaction():
        services.hand_over_relationship(
            office.actor(office.manager), relationship_id=row.id, version=None, owner_id=None
        )  # fmt: skip
    (task,) = tasks_about_nobody(row)
    return task


def _disable(staff_id: int) -> None:
    with transaction():
        accounts.disable_staff(system_actor("test"), staff_id=staff_id)


def test_who_leads_next_is_told_when_who_was_told_leaves(office: Office) -> None:
    """The manager of the unit, and without one everybody who works there."""
    task = _left_to_the_unit(office, office.employers(1)[0])
    next_one = office.world.staff(Role.MANAGER, unit=office.maria.unit)
    assert task.owner_id == office.manager.id
    _disable(office.manager.id)
    assert current_session().get_one(Task, task.id).owner_id == next_one.id
    with transaction():
        accounts.change_roles(system_actor("test"), staff_id=next_one.id, roles=[Role.EVALUATOR])
    assert current_session().get_one(Task, task.id).owner_id is None


def test_a_task_about_a_colleague_s_employer_does_not_leave_with_who_had_it(office: Office) -> None:
    first, second = office.employers(2)
    first.owner_id = office.sara.id
    office.world.save(first)
    about_sara_s, own = office.task(first, office.maria), office.task(second, office.maria)
    _disable(office.maria.id)
    for task_id in (about_sara_s, own):
        task = current_session().get_one(Task, task_id)
        assert (task.owner_id, task.state) == (None, TaskState.OPEN)


def test_taking_back_what_was_done_to_many_tells_who_leads_once_more(office: Office) -> None:
    """Somebody was named for an employer of the unit, the task was done, and then naming them was undone."""
    row = office.employers(1)[0]
    task = _left_to_the_unit(office, row)
    manager = office.actor(office.manager)
    with transaction():
        bulk = do_bulk(manager, employer_ids=[row.employer_id], wish=BulkWish("owner", staff_id=office.sara.id)).id
    with transaction():
        complete_task(manager, task_id=task.id)
    with transaction():
        assert undo_bulk(manager, bulk_id=bulk).undone == 1
    assert owners() == [None]
    assert [each.owner_id for each in tasks_about_nobody(row)] == [office.manager.id]


def test_taking_back_what_was_done_to_many_leaves_nothing_to_a_unit_that_nobody_leads(office: Office) -> None:
    row = office.employers(1)[0]
    _left_to_the_unit(office, row)
    maria = office.actor(office.maria)
    with transaction():
        bulk = do_bulk(maria, employer_ids=[row.employer_id], wish=BulkWish("owner", staff_id=office.sara.id)).id
    _disable(office.manager.id)
    with transaction():
        assert undo_bulk(maria, bulk_id=bulk).kept == 1
    assert owners() == [office.sara.id]


def test_undoing_a_merge_leaves_who_is_responsible_by_now(office: Office) -> None:
    """Maria was responsible for both; she has left since, and Sara has taken over."""
    kept, gone = office.employers(2)
    manager = office.actor(office.manager)
    with transaction():
        merge = services.merge_employers(manager, kept_id=kept.employer_id, gone_id=gone.employer_id).id
    office.hand_over([kept], assignments=[Assignment(kept.id, office.sara.id)])
    _disable(office.maria.id)
    with transaction():
        services.undo_employer_merge(manager, merge_id=merge)
    assert owners() == [office.sara.id, None]
    assert tasks_about_nobody(gone)


def test_a_task_that_was_done_while_two_were_one_is_there_again_when_they_are_two(office: Office) -> None:
    kept, gone = office.employers(2)
    task, manager = _left_to_the_unit(office, gone), office.actor(office.manager)
    with transaction():
        merge = services.merge_employers(manager, kept_id=kept.employer_id, gone_id=gone.employer_id).id
    with transaction():
        complete_task(manager, task_id=task.id)
    with transaction():
        services.undo_employer_merge(manager, merge_id=merge)
    assert owners() == [office.maria.id, None]
    assert len(tasks_about_nobody(gone)) == 1


def test_who_sees_figures_alone_is_responsible_for_no_employer_and_stands_in_for_nobody(office: Office) -> None:
    row = office.employers(1)[0]
    evaluator = office.world.staff(Role.EVALUATOR, unit=office.maria.unit).id
    for who in ({"owner_id": evaluator}, {"owner_id": office.maria.id, "deputy_id": evaluator}):
        with pytest.raises(DomainError, match="works in this unit"), transaction():
            services.hand_over_relationship(
                office.actor(office.manager), relationship_id=row.id, version=None, **who
            )  # fmt: skip


def test_a_deputy_who_works_elsewhere_by_now_does_not_come_back_with_the_owner(office: Office) -> None:
    row = office.employers(1)[0]
    row.deputy_id = office.sara.id
    office.world.save(row)
    done = office.hand_over([row], assignments=[Assignment(row.id, office.sara.id)])
    beside = office.world.unit("Beside").id
    with transaction():
        services.hand_over_relationship(
            office.actor(office.manager), relationship_id=row.id, version=None, owner_id=office.johan.id
        )
    with transaction():
        accounts.change_roles(
            system_actor("test"), staff_id=office.sara.id, roles=[Role.COORDINATOR], unit_id=beside
        )  # fmt: skip
    row.owner_id = office.sara.id  # As before Johan: only what the handover left can be given back.
    office.world.save(row)
    with transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done.id)
    current_session().refresh(row)
    assert (row.owner_id, row.deputy_id) == (office.maria.id, None)


def test_nobody_is_told_twice_of_the_same_task(office: Office) -> None:
    """The account is disabled once more: nothing moves."""
    task = _left_to_the_unit(office, office.employers(1)[0])
    _disable(office.manager.id)
    version = current_session().get_one(Task, task.id).version_id
    _disable(office.manager.id)
    assert current_session().get_one(Task, task.id).version_id == version
    assert len(current_session().scalars(select(Task).where(Task.kind == WITHOUT_OWNER)).all()) == 1

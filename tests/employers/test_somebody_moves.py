"""Somebody works in another unit now, or does other work: no employer is left to who cannot see it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.accounts import services as accounts
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import visible
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.handover_models import Handover
from crm.employers.models import EmployerRelationship
from crm.employers.services.handovers import Assignment
from crm.employers.services.responsible import WITHOUT_OWNER
from crm.errors import DomainError
from crm.partnerships.fields import PartnershipFields
from crm.partnerships.models import Partnership
from crm.partnerships.services.partnerships import begin_partnership
from crm.tasks.models import Task
from tests.employers.test_handovers import Office, office, owners

__all__ = ["office"]


def _move(office: Office, unit: Unit, *roles: Role, staff: Staff | None = None) -> None:
    who = staff or office.maria
    with transaction():
        accounts.change_roles(
            office.actor(office.manager), staff_id=who.id, roles=roles or [Role.COORDINATOR], unit_id=unit.id
        )


@pytest.fixture
def elsewhere(office: Office) -> Unit:
    """Another unit of the same organisation, which the administrator sees as well."""
    above = office.world.unit("All")
    here = current_session().get_one(Unit, office.unit_id)
    here.parent_id = above.id
    there = office.world.unit("Elsewhere", parent_id=above.id)
    office.manager.unit_id = above.id
    office.world.save(here)
    office.world.save(office.manager)
    return there


def test_who_moves_to_another_unit_leaves_its_employers_to_the_unit_and_its_manager(
    office: Office, elsewhere: Unit
) -> None:
    rows = office.employers(3)
    rows[0].deputy_id = office.sara.id
    office.world.save(rows[0])
    task_id = office.task(rows[1], office.maria)
    _move(office, elsewhere)
    assert owners() == [office.sara.id, None, None]
    assert current_session().get_one(Task, task_id).owner_id is None
    task = current_session().scalars(select(Task).where(Task.kind == WITHOUT_OWNER)).one()
    assert (task.owner_id, task.unit_id) == (office.manager.id, office.unit_id)
    done = current_session().scalars(visible(Handover, office.actor(office.sara))).one()
    assert {item.note for item in done.items} == {"Maria Lindqvist arbetar inte längre på den här enheten."}


def test_who_stood_in_for_others_there_does_so_no_longer(office: Office, elsewhere: Unit) -> None:
    row = office.employers(1)[0]
    row.deputy_id = office.sara.id
    office.world.save(row)
    _move(office, elsewhere, staff=office.sara)
    current_session().refresh(row)
    assert (row.owner_id, row.deputy_id) == (office.maria.id, None)


def test_who_becomes_an_evaluator_keeps_no_employer(office: Office) -> None:
    office.employers(2)
    _move(office, current_session().get_one(Unit, office.unit_id), Role.EVALUATOR)
    assert owners() == [None, None]


def test_who_moves_up_keeps_them_and_so_does_who_gets_another_name(office: Office, elsewhere: Unit) -> None:
    office.employers(2)
    assert elsewhere.parent_id is not None
    _move(office, current_session().get_one(Unit, elsewhere.parent_id))
    assert owners() == [office.maria.id] * 2
    assert not current_session().scalars(select(Handover)).all()


def test_nothing_is_given_back_to_who_cannot_see_it(office: Office, elsewhere: Unit) -> None:
    office.employers(1)
    _move(office, elsewhere)
    done = current_session().scalars(select(Handover)).one()
    with pytest.raises(DomainError), transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done.id)
    assert owners() == [None]
    _move(office, current_session().get_one(Unit, office.unit_id))
    with transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done.id)
    assert owners() == [office.maria.id]


def test_nobody_is_ever_responsible_for_an_employer_that_they_do_not_see(
    office: Office, elsewhere: Unit, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    """By the page on which administrators change staff, too."""
    office.employers(4)
    office.world.save(office.manager)
    with transaction():
        accounts.change_roles(
            office.actor(office.manager),
            staff_id=office.manager.id,
            roles=[Role.MANAGER, Role.ADMINISTRATOR],
        )
    sign_in(client, office.manager.email)
    maria = office.maria
    given = {"name": maria.name, "email": maria.email, "unit_id": elsewhere.id, "language": "en",
             "roles": ["coordinator"]}  # fmt: skip
    answer = client.post(f"/settings/staff/{maria.public_id}", data=given)
    assert answer.status_code == 303, answer.text
    current_session().rollback()
    current_session().expire_all()
    for row in current_session().scalars(select(EmployerRelationship)):
        for holder in {row.owner_id, row.deputy_id} - {None}:
            actor = office.actor(current_session().get_one(Staff, holder))
            assert current_session().scalar(
                visible(EmployerRelationship, actor).where(EmployerRelationship.id == row.id)
            )


def _partnership(office: Office, row: EmployerRelationship, owner: Staff | None) -> int:
    given = PartnershipFields(
        name="Together", starts_on=date(2026, 1, 1), ends_on=None, owner_id=owner.id if owner else None
    )
    with transaction():
        made = begin_partnership(
            office.actor(office.maria),
            employer_id=row.employer_id,
            unit_id=office.unit_id,
            given=given,
            beside_others=True,
        )
        return made.id


def test_partnerships_go_along_with_the_employer_and_come_back(office: Office) -> None:
    row, other = office.employers(2)
    hers, saras = _partnership(office, row, office.maria), _partnership(office, row, office.sara)
    ended, elsewhere = _partnership(office, row, office.maria), _partnership(office, other, office.maria)
    with transaction() as session:
        session.get_one(Partnership, ended).ended_on = date(2026, 6, 1)

    def now() -> list[int | None]:
        current_session().expire_all()
        return [current_session().get_one(Partnership, each).owner_id for each in (hers, saras, ended, elsewhere)]

    maria, sara, johan = office.maria.id, office.sara.id, office.johan.id
    done = office.hand_over([row])
    assert now() == [johan, sara, maria, maria]
    with transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done.id)
    assert now() == [maria, sara, maria, maria]


def test_partnerships_left_to_the_unit_come_back_with_the_employer(office: Office) -> None:
    row = office.employers(1)[0]
    hers = _partnership(office, row, office.maria)
    done = office.hand_over([row], assignments=[Assignment(row.id, None)])
    current_session().expire_all()
    assert current_session().get_one(Partnership, hers).owner_id is None
    with transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done.id)
    current_session().expire_all()
    assert current_session().get_one(Partnership, hers).owner_id == office.maria.id

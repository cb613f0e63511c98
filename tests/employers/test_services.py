"""Rules of employers, relationships, persons and contacts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields, EmployerFields, NextStep, PersonFields, PositionFields, WorkplaceFields
from crm.employers.models import Contact, ContactPerson, Employer, EmployerRelationship, StageChange
from crm.employers.services.responsible import WITHOUT_OWNER
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.events import ContactLogged
from crm.extension_points import Subscription
from crm.history.models import HistoryLine, HistoryLink
from crm.registry import current_registry
from crm.tasks.models import Task, TaskState
from crm.tasks.services import complete_task
from tests.world import World


@pytest.fixture
def unit(context: None, world: World) -> Unit:
    return world.unit()


@pytest.fixture
def actor(unit: Unit, world: World) -> Actor:
    return world.actor(world.staff(unit=unit))


@pytest.fixture
def employer(unit: Unit, world: World) -> Employer:
    return world.employer("Nordlys Bageri")


def log(actor: Actor, employer: Employer, step: NextStep | None = None, **values: object) -> Contact:
    given: dict[str, object] = {"channel": "visit", "on_date": clock.today(), "outcome": "interested"}
    with transaction():
        fields = ContactFields(**(given | values))  # type: ignore[arg-type]
        return services.log_contact(actor, employer_id=employer.id, fields=fields, next_step=step)


def relationship_of(actor: Actor) -> EmployerRelationship:
    statement = select(EmployerRelationship).where(EmployerRelationship.unit_id == actor.unit_id)
    return current_session().scalars(statement).one()


def test_the_first_contact_gives_the_unit_a_relationship_in_contact(actor: Actor, employer: Employer) -> None:
    log(actor, employer)
    relationship = relationship_of(actor)
    assert (relationship.owner_id, relationship.stage) == (actor.staff_id, "contact")
    assert relationship.last_contact_at is not None
    changes = current_session().scalars(select(StageChange.to_stage).order_by(StageChange.id)).all()
    assert changes == ["new", "contact"]


def test_a_call_that_nobody_answered_does_not_move_the_stage(actor: Actor, employer: Employer) -> None:
    log(actor, employer, channel="phone", outcome="no_answer")
    assert relationship_of(actor).stage == "new"


def test_a_contact_stands_in_the_history_of_the_employer_and_of_who_was_met(
    actor: Actor, employer: Employer, world: World
) -> None:
    person = world.contact_person(employer)
    log(actor, employer, person_ids=frozenset({person.id, 9999}))
    line = current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "contact")).one()
    assert "Eva Sjöström" in line.summary["en"]
    assert set(line.summary) == {"en", "sv", "nb", "da"}
    links = current_session().scalars(select(HistoryLink).where(HistoryLink.line_id == line.id)).all()
    assert {(link.employer_id, link.contact_person_id) for link in links} == {(employer.id, None), (None, person.id)}


def test_logging_tells_those_who_listen(actor: Actor, employer: Employer) -> None:
    heard: list[ContactLogged] = []
    current_registry()._subscriptions.setdefault(ContactLogged.key, []).append(
        Subscription(ContactLogged.key, heard.append)
    )
    contact = log(actor, employer, submission_key="k")
    log(actor, employer, submission_key="k")
    assert heard == [ContactLogged(contact_id=contact.id, employer_id=employer.id)]


def test_a_next_step_follows_the_contact_it_came_from(actor: Actor, employer: Employer) -> None:
    due = clock.today() + timedelta(days=7)
    contact = log(actor, employer, NextStep(due, "Send the agreement"))
    task = current_session().scalars(select(Task)).one()
    assert (task.title, task.due_on, task.owner_id) == ({"": "Send the agreement"}, due, actor.staff_id)
    fields = ContactFields("visit", clock.today(), "interested")

    def change(step: NextStep | None) -> TaskState:
        with transaction():
            version = current_session().get_one(Contact, contact.id).version_id
            services.change_contact(actor, contact_id=contact.id, version=version, fields=fields, next_step=step)
        return current_session().scalars(select(Task)).one().state

    assert change(None) is TaskState.CANCELLED
    assert change(NextStep(due)) is TaskState.OPEN
    with transaction():
        complete_task(actor, task_id=task.id)
    assert change(None) is TaskState.DONE


def test_a_contact_is_changed_by_its_author_or_a_manager_only(
    actor: Actor, employer: Employer, unit: Unit, world: World
) -> None:
    contact = log(actor, employer)
    colleague, manager = world.actor(world.staff(unit=unit)), world.actor(world.staff(Role.MANAGER, unit=unit))
    fields = ContactFields("phone", clock.today(), "declined")
    with transaction(), pytest.raises(NotAllowed):
        services.change_contact(colleague, contact_id=contact.id, version=1, fields=fields, next_step=None)
    with transaction():
        services.change_contact(manager, contact_id=contact.id, version=1, fields=fields, next_step=None)
    with transaction(), pytest.raises(EditConflict) as caught:
        services.change_contact(actor, contact_id=contact.id, version=1, fields=fields, next_step=None)
    assert caught.value.current["channel"] == "phone"
    with transaction(), pytest.raises(NotVisible):
        services.remove_contact(world.actor(world.staff()), contact_id=contact.id)


def test_a_removed_contact_no_longer_counts_as_the_last_one(actor: Actor, employer: Employer) -> None:
    log(actor, employer, on_date=clock.today() - timedelta(days=5))
    before = relationship_of(actor).last_contact_at
    newest = log(actor, employer)
    with transaction():
        services.remove_contact(actor, contact_id=newest.id)
    assert relationship_of(actor).last_contact_at == before
    with transaction():
        services.restore_contact(actor, public_id=newest.public_id)
    assert relationship_of(actor).last_contact_at != before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "smoke"),
        ("outcome", "?"),
        ("purpose", "?"),
        ("quality_level", 6),
        ("travel_minutes", -1),
        ("workplace_id", 99),
    ],
)
def test_a_contact_with_a_wrong_value_is_refused(actor: Actor, employer: Employer, field: str, value: object) -> None:
    with pytest.raises(DomainError) as caught:
        log(actor, employer, **{field: value})
    assert caught.value.field == field


def test_taking_what_a_colleague_owns_is_refused(actor: Actor, employer: Employer, unit: Unit, world: World) -> None:
    ids = {"employer_id": employer.id, "unit_id": unit.id}
    colleague = world.staff(unit=unit)
    with transaction():
        services.take_relationship(actor, **ids, owner_id=actor.staff_id)
        services.take_relationship(actor, **ids, owner_id=actor.staff_id)
    with transaction(), pytest.raises(DomainError):
        services.take_relationship(world.actor(colleague), **ids, owner_id=colleague.id)
    with transaction(), pytest.raises(NotAllowed):
        services.take_relationship(world.actor(world.staff()), **ids, owner_id=None)


def test_without_a_successor_the_unit_is_responsible_and_its_manager_gets_a_task(
    actor: Actor, employer: Employer, unit: Unit, world: World
) -> None:
    manager = world.staff(Role.MANAGER, unit=unit)
    with transaction():
        made = services.take_relationship(actor, employer_id=employer.id, unit_id=unit.id, owner_id=actor.staff_id)
    with transaction():
        services.hand_over_relationship(actor, relationship_id=made.id, version=1, owner_id=None)
    task = current_session().scalars(select(Task)).one()
    assert (task.kind, task.owner_id) == (WITHOUT_OWNER, manager.id)
    lines = current_session().scalars(select(HistoryLine.kind)).all()
    assert lines == ["relationship", "relationship"]


def test_only_the_person_responsible_or_a_manager_hands_over_and_only_to_the_unit(
    actor: Actor, employer: Employer, unit: Unit, world: World
) -> None:
    colleague, stranger = world.staff(unit=unit), world.staff()
    with transaction():
        made = services.take_relationship(actor, employer_id=employer.id, unit_id=unit.id, owner_id=actor.staff_id)
    with transaction(), pytest.raises(NotAllowed):
        services.hand_over_relationship(
            world.actor(colleague), relationship_id=made.id, version=1, owner_id=colleague.id
        )
    with transaction(), pytest.raises(DomainError):
        services.hand_over_relationship(actor, relationship_id=made.id, version=1, owner_id=stranger.id)
    with transaction():
        services.hand_over_relationship(
            actor, relationship_id=made.id, version=1, owner_id=colleague.id, deputy_id=actor.staff_id
        )
    assert relationship_of(actor).deputy_id == actor.staff_id


def test_a_stage_is_moved_once_with_its_history(actor: Actor, employer: Employer, unit: Unit) -> None:
    with transaction():
        made = services.take_relationship(actor, employer_id=employer.id, unit_id=unit.id, owner_id=None)
    with transaction():
        services.change_stage(actor, relationship_id=made.id, stage="agreement")
        services.change_stage(actor, relationship_id=made.id, stage="agreement")
    moves = current_session().scalars(select(StageChange).order_by(StageChange.id)).all()
    assert [(move.from_stage, move.to_stage) for move in moves] == [(None, "new"), ("new", "agreement")]
    with transaction(), pytest.raises(DomainError):
        services.change_stage(actor, relationship_id=made.id, stage="nonsense")


def test_a_block_needs_a_reason_and_is_told_in_the_history(actor: Actor, employer: Employer) -> None:
    with transaction(), pytest.raises(DomainError):
        services.set_do_not_contact(actor, employer_id=employer.id, blocked=True)
    for _again in range(2):
        with transaction():
            services.set_do_not_contact(actor, employer_id=employer.id, blocked=True, reason="Asked us")
    with transaction():
        services.set_do_not_contact(actor, employer_id=employer.id, blocked=False)
    assert current_session().scalars(select(HistoryLine.kind)).all() == ["block", "block"]


def test_a_warning_cannot_end_in_the_past(actor: Actor, employer: Employer) -> None:
    with transaction(), pytest.raises(DomainError):
        services.set_warning(actor, employer_id=employer.id, text="x", until=clock.today() - timedelta(days=1))
    with transaction():
        assert services.set_warning(actor, employer_id=employer.id, text="x").warning_by_id == actor.staff_id
        assert services.set_warning(actor, employer_id=employer.id, text=None).warning_by_id is None


def test_a_person_works_for_several_employers_and_leaves_one(actor: Actor, employer: Employer, world: World) -> None:
    other = world.employer("Vindelns Trä")
    with transaction():
        place = services.add_workplace(actor, employer_id=employer.id, fields=WorkplaceFields("Bageriet"))
        person = services.add_contact_person(
            actor,
            employer_id=employer.id,
            fields=PersonFields("Eva Sjöström", "070-123 45 67"),
            position=PositionFields("HR", workplace_id=place.id),
        )
        services.add_position(actor, person_id=person.id, employer_id=other.id, fields=PositionFields("Styrelse"))
        services.leave_position(actor, person_id=person.id, employer_id=employer.id, left_on=clock.today())
    found = current_session().scalars(select(ContactPerson)).one()
    assert found.phone == "+46701234567"
    assert {(each.title, each.left_on is None) for each in found.positions} == {("HR", False), ("Styrelse", True)}
    with transaction(), pytest.raises(DomainError):
        services.add_position(
            actor, person_id=person.id, employer_id=other.id, fields=PositionFields(workplace_id=place.id)
        )


def test_a_workplace_of_the_same_name_is_refused(actor: Actor, employer: Employer) -> None:
    with transaction():
        services.add_workplace(actor, employer_id=employer.id, fields=WorkplaceFields("Bageriet"))
    with transaction(), pytest.raises(DomainError):
        services.add_workplace(actor, employer_id=employer.id, fields=WorkplaceFields("Bageriet"))


def test_archiving_is_taken_back(actor: Actor, employer: Employer) -> None:
    with transaction():
        assert services.archive_employer(actor, employer_id=employer.id).archived_at is not None
        assert services.restore_employer(actor, employer_id=employer.id).archived_at is None


def test_an_evaluator_cannot_touch_an_employer(employer: Employer, world: World) -> None:
    evaluator = world.actor(world.staff(Role.EVALUATOR))
    with transaction(), pytest.raises(NotVisible):
        services.archive_employer(evaluator, employer_id=employer.id)


def test_a_number_that_was_confirmed_is_not_asked_about_again(actor: Actor) -> None:
    fields = EmployerFields(name="Nordlys", org_number="556703-7486")
    with transaction():
        made = services.add_employer(actor, fields=fields, confirmed={"check_digit"})
        assert made.org_number_unchecked
    with transaction():
        services.change_employer(actor, employer_id=made.id, version=1, fields=fields)

"""Two employers, or two contact persons, that are one: both histories are kept, and it can be undone."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm import clock
from crm.actors import Actor, Role
from crm.db import Base, current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields, NextStep
from crm.employers.merge_counts import LABELS, NOT_TOLD, what_moves
from crm.employers.models import Contact, ContactPerson, Employer, EmployerRelationship, Position, Workplace
from crm.employers.moving import naming
from crm.errors import DomainError, NotAllowed
from crm.history.models import HistoryLink
from crm.search.services import rebuild
from crm.tasks.models import Task
from tests.employers.conftest import Desk
from tests.world import World

Pair = tuple[Actor, int, int]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """What belongs to whom, and what stands in the two employers."""
    session = current_session()
    rows = {
        model.__tablename__: [tuple(row) for row in session.execute(select(model.id, model.employer_id))]
        for model in (Contact, Position, Workplace, EmployerRelationship, Task)
    }
    kept = (Employer.id, Employer.name, Employer.org_number, Employer.phone, Employer.archived_at.is_(None))
    rows["employer"] = [tuple(row) for row in session.execute(select(*kept).order_by(Employer.id))]
    return rows


@pytest.fixture
def pair(app: Flask, desk: Desk, world: World) -> Iterator[Pair]:
    with app.app_context():
        manager = world.actor(world.staff(Role.MANAGER, unit=world.unit()))
        first = world.employer("Nordlys Bageri AB", phone=None)
        second = world.employer("Nordlys bageri", org_number="5567037485", phone="+4690123456", municipality="Umeå")
        both = world.contact_person(first, "Eva Berg")
        both.positions.append(Position(employer_id=second.id))
        world.save(both)
        world.contact_person(second, "Nils Nyman")
        world.save(Workplace(employer_id=first.id, name="Centrum"))
        world.save(Workplace(employer_id=second.id, name="Centrum"))
        with transaction():
            for employer_id in (first.id, second.id):
                services.log_contact(
                    desk.actor, employer_id=employer_id, fields=ContactFields("visit", clock.today(), "interested"),
                    next_step=NextStep(clock.today(), "Ring"),
                )  # fmt: skip
        yield manager, first.id, second.id


def test_what_belongs_to_the_second_belongs_to_the_first_and_the_chosen_values_win(pair: Pair, desk: Desk) -> None:
    manager, first, second = pair
    with transaction():
        services.merge_employers(manager, kept_id=first, gone_id=second, from_gone=["org_number", "phone"])
    session = current_session()
    kept, gone = session.get_one(Employer, first), session.get_one(Employer, second)
    assert (kept.org_number, kept.phone, kept.municipality) == ("5567037485", "+4690123456", None)
    assert (gone.org_number, gone.merged_into_id, gone.archived_at is None) == (None, first, False)
    assert session.scalar(select(func.count()).select_from(Contact).where(Contact.employer_id == first)) == 2
    assert session.scalar(select(func.count()).select_from(Task).where(Task.employer_id == first)) == 2
    lines = select(func.count()).select_from(HistoryLink).where(HistoryLink.employer_id == second)
    assert session.scalar(lines) == 0
    # What both had stays where it was: the same person, the same workplace, the same unit's relationship.
    for model in (Position, Workplace, EmployerRelationship):
        assert session.scalar(select(func.count()).select_from(model).where(model.employer_id == second)) == 1


def test_undoing_a_merge_brings_everything_back(pair: Pair) -> None:
    manager, first, second = pair
    before = everything()
    with transaction():
        merge = services.merge_employers(
            manager, kept_id=first, gone_id=second, from_gone=["name", "org_number", "phone", "municipality"]
        ).id
    assert everything() != before
    for _again in range(2):
        with transaction():
            services.undo_employer_merge(manager, merge_id=merge)
    assert everything() == before


def test_a_no_to_one_of_the_two_is_a_no(pair: Pair, world: World) -> None:
    manager, first, second = pair
    gone = current_session().get_one(Employer, second)
    gone.do_not_contact, gone.do_not_contact_reason = True, "Asked us"
    world.save(gone)
    with transaction():
        merge = services.merge_employers(manager, kept_id=first, gone_id=second).id
    kept = current_session().get_one(Employer, first)
    assert (kept.do_not_contact, kept.do_not_contact_reason) == (True, "Asked us")
    with transaction():
        services.undo_employer_merge(manager, merge_id=merge)
    assert current_session().get_one(Employer, first).do_not_contact is False


def test_what_was_changed_after_the_merge_stays(pair: Pair, world: World) -> None:
    manager, first, second = pair
    with transaction():
        merge = services.merge_employers(manager, kept_id=first, gone_id=second, from_gone=["phone"]).id
    kept = current_session().get_one(Employer, first)
    kept.phone = "+4690000000"
    world.save(kept)
    with transaction():
        services.undo_employer_merge(manager, merge_id=merge)
    assert current_session().get_one(Employer, first).phone == "+4690000000"


def test_coordinators_do_not_merge_employers_and_nothing_is_merged_twice(pair: Pair, desk: Desk) -> None:
    manager, first, second = pair
    with pytest.raises(NotAllowed), transaction():
        services.merge_employers(desk.actor, kept_id=first, gone_id=second)
    with pytest.raises(DomainError), transaction():
        services.merge_employers(manager, kept_id=first, gone_id=first)
    with transaction():
        services.merge_employers(manager, kept_id=first, gone_id=second)
    with pytest.raises(DomainError, match="already"), transaction():
        services.merge_employers(manager, kept_id=first, gone_id=second)


def test_two_persons_are_one_and_two_again(app: Flask, desk: Desk, world: World) -> None:
    with app.app_context():
        bakery, shop = world.employer("Bakery"), world.employer("Shop")
        first = world.contact_person(bakery, "Eva Berg", phone="+46701112233")
        second = world.contact_person(shop, "Eva Berg", email="eva@example.net", do_not_call=True)
        ids = (first.id, second.id)
        with transaction():
            merge = services.merge_persons(desk.actor, kept_id=ids[0], gone_id=ids[1], from_gone=["email"]).id
        kept = current_session().get_one(ContactPerson, ids[0])
        assert (kept.email, kept.do_not_call) == ("eva@example.net", True)
        assert {each.employer_id for each in kept.positions} == {bakery.id, shop.id}
        with transaction():
            services.undo_person_merge(desk.actor, merge_id=merge)
        kept = current_session().get_one(ContactPerson, ids[0])
        assert (kept.email, kept.do_not_call, len(kept.positions)) == (None, False, 1)


def test_the_page_puts_both_side_by_side_and_the_old_address_leads_to_the_one(
    pair: Pair, app: Flask, sign_in: Callable[[FlaskClient, str], None], world: World
) -> None:
    _manager, first, second = pair
    world.staff(Role.MANAGER, email="chef@example.org")
    kept, gone = (current_session().get_one(Employer, each).public_id for each in (first, second))
    client = app.test_client()
    sign_in(client, "chef@example.org")
    assert "exactly this name" in client.get(f"/employers/{kept}/merge?other=nothing").text
    page = client.get(f"/employers/{kept}/merge?other=5567037485").text
    assert "+4690123456" in page
    answer = client.post(f"/employers/{kept}/merge", data={"other": gone, "take-phone": "gone"}, follow_redirects=True)
    assert "Undo" in answer.text
    moved = client.get(f"/employers/{gone}")
    assert moved.status_code == 303
    assert moved.location.endswith(kept)


def test_everything_that_moves_is_listed_with_what_stays(
    pair: Pair, app: Flask, sign_in: Callable[[FlaskClient, str], None], world: World
) -> None:
    """The same workplace and the same contact person are with the first already, and so is the unit's relationship."""
    _manager, first, second = pair
    employer = current_session().get_one(Employer, second)
    world.employer("A part of it", parent_id=second)
    with app.test_request_context():
        moves = {
            str(each.label): (each.count, each.stays) for each in what_moves("employer", gone_id=second, kept_id=first)
        }
    assert moves.pop("Lines of the history")[0] > 0
    assert moves == {
        "Contacts": (1, 0), "Contact persons": (1, 1), "Workplaces": (0, 1), "Units that work with it": (0, 1),
        "Tasks": (1, 0), "Parts": (1, 0),
    }  # fmt: skip
    world.staff(Role.MANAGER, email="chef@example.org")
    client = app.test_client()
    sign_in(client, "chef@example.org")
    kept = current_session().get_one(Employer, first).public_id
    page = client.get(f"/employers/{kept}/merge?other={employer.public_id}").text
    assert "1 stays with the other: this one has the same" in page


def test_whatever_names_an_employer_or_a_person_has_a_name_in_the_list() -> None:
    """Also the rows of features that are added later."""
    for target in (Employer, ContactPerson):
        tables = {rows.name for rows, _column in naming(Base.metadata.tables[target.__tablename__], NOT_TOLD)}
        assert {name for name in tables if name in app_tables()} <= LABELS.keys()


def app_tables() -> set[str]:
    """The tables of the core; a plugin's are "other"."""
    return {
        mapper.class_.__tablename__ for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("crm.")
    }


def test_side_by_side_stand_words_and_no_codes(app: Flask, world: World) -> None:
    from crm.employers.merge_queries import EMPLOYER_LABELS, PERSON_LABELS, side_by_side

    with app.test_request_context():
        one = world.employer("One", country="SE", org_number="5567037485")
        other = world.employer("Other", kind="non_profit", org_number="5560125790", country="SE")
        beside = {each.name: (str(each.kept), str(each.gone)) for each in side_by_side(one, other, EMPLOYER_LABELS)}
        assert beside["kind"] == ("Company", "Non-profit organisation")
        assert beside["org_number"] == ("556703-7485", "556012-5790")
        eva = world.contact_person(one, "Eva Berg", preferred_way="sms")
        nils = world.contact_person(one, "Nils", preferred_way="phone", told_on=clock.today())
        people = {each.name: each for each in side_by_side(eva, nils, PERSON_LABELS)}
        assert (str(people["preferred_way"].kept), str(people["preferred_way"].gone)) == ("Text message", "Call")
        assert people["told_on"].gone_wins
        assert str(clock.today().year) in str(people["told_on"].gone)
        assert "-" not in str(people["told_on"].gone)


def test_the_other_is_found_by_a_part_of_its_name(
    app: Flask, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None], world: World
) -> None:
    with app.app_context():
        world.staff(Role.MANAGER, unit=world.unit(), email="chef@example.org")
        kept, other = (world.employer(name).public_id for name in ("Nordlys Bageri AB", "Nordlys & Co"))
        rebuild()
    sign_in(client, "chef@example.org")
    found = client.get(f"/employers/{kept}/merge?other=nordlys").text
    assert f'href="?other={other}"' in found
    assert f'href="?other={kept}"' not in found
    assert "No other employer" not in found
    assert "No other employer" in client.get(f"/employers/{kept}/merge?other=sydlys").text
    assert "Make them one" in client.get(f"/employers/{kept}/merge?other={other}").text

"""After a merge every number leads to the one employer that is left, with what the register said of it, and back."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import EmployerFields
from crm.employers.merge_models import EmployerMerge
from crm.employers.models import Employer, RegisterStatus, Workplace
from crm.employers.register_models import RegisterRecord
from crm.employers.registers.finding import known_employers
from crm.employers.registers.typed import Typed
from crm.employers.rules import AlreadyThere
from crm.employers.services.merging import DifferentNumbers
from crm.errors import DomainError
from tests.employers.conftest import Desk
from tests.world import World

FIRST, SECOND, UNIT = "5567037485", "5560125790", "999000819"


@pytest.fixture
def manager(app: Flask, desk: Desk, world: World):  # type: ignore[no-untyped-def]
    with app.test_request_context():
        yield world.actor(world.staff(Role.MANAGER, unit=world.unit()))


def said(world: World, employer: Employer, of: str) -> None:
    world.save(
        RegisterRecord(employer_id=employer.id, register="register_se", values={"name": of}, checked_at=clock.now())
    )


def merged(manager: Actor, kept: Employer, gone: Employer, *fields: str) -> int:
    with transaction():
        return services.merge_employers(
            manager, kept_id=kept.id, gone_id=gone.id, from_gone=fields, numbers_seen=True
        ).id


def found(actor: Actor, number: str, country: str = "SE") -> list[str]:
    return [each.employer.name for each in known_employers(actor, Typed(country, number=number))]


def records() -> dict[int, str]:
    return {row.employer_id: row.values["name"] for row in current_session().scalars(select(RegisterRecord))}


def test_two_with_different_numbers_are_made_one_only_by_who_has_seen_that_and_ticked_it(
    app: Flask, manager: Actor, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    kept, gone = (
        world.employer("Kept AB", org_number=FIRST),
        world.employer("Gone AB", org_number=SECOND, phone="+4690"),
    )
    third = world.employer("Third AB")
    with pytest.raises(DifferentNumbers), transaction():
        services.merge_employers(manager, kept_id=kept.id, gone_id=gone.id)
    world.staff(Role.MANAGER, email="chef@example.org")
    client, address = app.test_client(), f"/employers/{kept.public_id}/merge"
    sign_in(client, "chef@example.org")
    tick = 'name="numbers_seen"'
    assert tick in client.get(f"{address}?other={gone.public_id}").text
    assert tick not in client.get(f"{address}?other={third.public_id}").text
    data = {"other": gone.public_id, "take-phone": "kept"}
    refused = client.post(address, data=data)
    assert refused.status_code == 422
    assert "Tick that they are one all the same" in refused.text
    # What was chosen is still chosen: the phone that was not wanted is not taken now.
    assert re.search(r'name="take-phone" value="kept" checked', refused.text)
    assert client.post(address, data=data | {"numbers_seen": "1"}).status_code == 303
    assert client.get(f"/employers/{gone.public_id}").location.endswith(kept.public_id)


def test_the_number_that_was_not_chosen_still_leads_to_the_one_employer(manager: Actor, world: World) -> None:
    kept, gone = world.employer("Kept AB", org_number=FIRST), world.employer("Gone AB", org_number=SECOND)
    world.save(Workplace(employer_id=gone.id, name="Centrum", unit_number=UNIT))
    world.save(Workplace(employer_id=kept.id, name="Centrum"))
    merged(manager, kept, gone)
    assert found(manager, FIRST) == found(manager, SECOND) == found(manager, UNIT) == ["Kept AB"]
    with pytest.raises(AlreadyThere) as caught, transaction():
        services.add_employer(manager, fields=EmployerFields("Third AB", org_number=SECOND))
    assert caught.value.employer_public_id == kept.public_id
    assert "Kept AB" in str(caught.value.message)


def test_the_employer_that_is_left_may_take_the_other_number_later(manager: Actor, world: World) -> None:
    kept, gone = world.employer("Kept AB", org_number=FIRST), world.employer("Gone AB", org_number=SECOND)
    merge_id = merged(manager, kept, gone)
    with transaction():
        fields = EmployerFields("Kept AB", org_number=SECOND)
        services.change_employer(manager, employer_id=kept.id, version=None, fields=fields)
    assert found(manager, SECOND) == ["Kept AB"]
    with transaction():
        services.undo_employer_merge(manager, merge_id=merge_id)
    assert found(manager, SECOND) == ["Kept AB"]


def test_what_the_register_said_goes_with_its_number_and_comes_back(manager: Actor, world: World) -> None:
    kept = world.employer("Kept AB", org_number=FIRST)
    gone = world.employer(
        "Gone AB", org_number=SECOND, legal_form="Aktiebolag", register_status=RegisterStatus.BANKRUPT,
        register_status_since=date(2026, 9, 1),
    )  # fmt: skip
    said(world, kept, "of the first")
    said(world, gone, "of the second")
    before = records()
    left = merged(manager, kept, gone)
    assert records() == before
    with transaction():
        services.undo_employer_merge(manager, merge_id=left)
    taken = merged(manager, kept, gone, "org_number")
    assert records() == {kept.id: "of the second", gone.id: "of the first"}
    assert (kept.legal_form, kept.register_status) == ("Aktiebolag", RegisterStatus.BANKRUPT)
    with transaction():
        services.undo_employer_merge(manager, merge_id=taken)
    assert records() == before
    assert (kept.org_number, kept.register_status, kept.register_status_since) == (FIRST, RegisterStatus.ACTIVE, None)
    assert (gone.org_number, gone.register_status_since) == (SECOND, date(2026, 9, 1))


def test_an_employer_is_found_under_the_name_of_the_one_that_was_merged_into_it(manager: Actor, world: World) -> None:
    kept, gone = world.employer("Kept AB"), world.employer("Gone AB", former_names=["Older AB"])
    merge_id = merged(manager, kept, gone)
    assert kept.former_names == ["Gone AB", "Older AB"]
    with transaction():
        services.undo_employer_merge(manager, merge_id=merge_id)
    assert kept.former_names == []


def test_parts_of_the_one_that_goes_are_parts_of_the_one_that_stays(manager: Actor, world: World) -> None:
    above, kept, gone = world.employer("Above"), world.employer("Kept"), world.employer("Gone")
    part = world.employer("Part", parent_id=gone.id)
    gone.parent_id = above.id
    kept.parent_id = gone.id
    world.save(kept)
    merge_id = merged(manager, kept, gone)
    assert (part.parent_id, kept.parent_id) == (kept.id, above.id)
    with transaction():
        services.undo_employer_merge(manager, merge_id=merge_id)
    assert (part.parent_id, kept.parent_id, gone.parent_id) == (gone.id, gone.id, above.id)


def test_a_unit_that_starts_with_a_merged_or_an_archived_employer_starts_with_the_one_in_use(
    manager: Actor, desk: Desk, world: World
) -> None:
    kept, gone, away = world.employer("Kept"), world.employer("Gone"), world.employer("Away")
    merged(manager, kept, gone)
    with transaction():
        services.archive_employer(manager, employer_id=away.id)
    with pytest.raises(DomainError, match="merged"), transaction():
        services.restore_employer(manager, employer_id=gone.id)
    for employer, in_use in ((gone, kept), (away, away)):
        with transaction():
            made = services.take_relationship(
                desk.actor, employer_id=employer.id, unit_id=desk.unit_id, owner_id=desk.staff_id
            )
        assert made.employer_id == in_use.id
        assert in_use.archived_at is None


def test_what_was_merged_further_is_taken_apart_from_the_end(manager: Actor, desk: Desk, world: World) -> None:
    one, two, three = world.employer("One"), world.employer("Two", org_number=SECOND), world.employer("Three")
    first, second = merged(manager, one, two), merged(manager, three, one)
    assert found(manager, SECOND) == ["Three"]
    with pytest.raises(DomainError, match="first"), transaction():
        services.undo_employer_merge(manager, merge_id=first)
    for merge_id in (second, first):
        with transaction():
            services.undo_employer_merge(manager, merge_id=merge_id)
    assert found(manager, SECOND) == ["Two"]
    undone = current_session().scalars(select(EmployerMerge.undone_at)).all()
    assert None not in undone


def test_whoever_was_merged_is_in_no_list_and_the_address_leads_to_the_last_one(
    manager: Actor, desk: Desk, world: World
) -> None:
    one, two, three = world.employer("One"), world.employer("Two"), world.employer("Three")
    merged(manager, two, one)
    merged(manager, three, two)
    address, last = f"/employers/{one.public_id}", three.public_id
    assert desk.client.get(address).location == f"/employers/{last}"
    page = desk.client.get("/employers?show=archived&owner=all").text
    assert ">One<" not in page
    assert ">Three<" in desk.client.get("/employers?owner=all").text

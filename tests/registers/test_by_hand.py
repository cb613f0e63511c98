"""What staff write of an employer that is bankrupt, being wound up or closed, and a register that says otherwise."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.models import RegisterStatus
from crm.employers.registers.by_hand import Statement, set_status, undo_status
from crm.employers.registers.watching import watch
from crm.employers.view_models import BulkAction
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.history.models import HistoryLine
from crm.placements.models import Placement
from crm.placements.queries import open_alerts
from crm.placements.services import end_placement
from plugins.register_no.simulator import PARENT
from tests.employers.conftest import counted
from tests.registers.conftest import Control, Desk
from tests.registers.test_watching import NOON, DeskOf, later, one, open_tasks, taken_over
from tests.world import World

SINCE = date(2026, 11, 2)


@pytest.fixture
def umea(app: Flask, desk_of: DeskOf) -> Iterator[Desk]:
    """A Swedish unit at noon, whose coordinator does everything."""
    desk = desk_of("Umea", "SE")
    with app.app_context(), clock.travelling(NOON):
        yield desk


def employer_of(desk: Desk, world: World, name: str = "Snickeri Norr") -> int:
    """An employer without a number, with the desk's unit responsible."""
    employer = world.employer(name)
    with transaction():
        services.take_relationship(desk.actor, employer_id=employer.id, unit_id=desk.unit_id, owner_id=desk.staff_id)
    return employer.id


def placed(desk: Desk, world: World, employer_id: int, **values: object) -> Placement:
    unit = world.session.get_one(Unit, desk.unit_id)
    enrolment = world.enrolment(world.participant(unit=unit), world.programme(unit=unit))
    return world.placement(enrolment, one(employer_id), **values)


def say(
    desk: Desk,
    employer_id: int,
    status: str = "bankrupt",
    *,
    since: date = SINCE,
    source: str = "Their trustee called",
) -> BulkAction | None:
    said = Statement(RegisterStatus(status), since, source)
    with transaction():
        return set_status(desk.actor, employer_id=employer_id, version=None, said=said)


def take_back(desk: Desk, employer_id: int, action: BulkAction | None) -> None:
    assert action is not None
    with transaction():
        undo_status(desk.actor, employer_id=employer_id, action_id=action.id)
    current_session().expire_all()


def lines() -> list[HistoryLine]:
    statement = select(HistoryLine).where(HistoryLine.kind.in_(("status", "register"))).order_by(HistoryLine.id)
    return list(current_session().scalars(trusted(statement, because="a test")))


def test_a_bankruptcy_that_staff_write_puts_the_person_on_act_now_and_undoing_takes_it_away(
    umea: Desk, world: World
) -> None:
    employer_id = employer_of(umea, world)
    planned = placed(umea, world, employer_id, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 31))
    endless = placed(umea, world, employer_id, starts_on=date(2026, 9, 1), ends_on=None)
    action = say(umea, employer_id)
    assert (one(employer_id).register_status, one(employer_id).register_status_since) == ("bankrupt", SINCE)
    assert [(each.end_reason, each.ends_on) for each in (planned, endless)] == [("employer_closed", SINCE)] * 2
    assert {each.placement_id for each in open_alerts(umea.actor)} == {planned.id, endless.id}
    assert {task.owner_id for task in open_tasks()} == {umea.staff_id, umea.manager_id}
    assert "says the register" not in open_tasks()[0].title["en"]
    for _again in range(2):
        take_back(umea, employer_id, action)
    assert (one(employer_id).register_status, one(employer_id).register_status_since) == ("active", None)
    assert [(each.end_reason, each.ends_on) for each in (planned, endless)] == [
        (None, date(2027, 1, 31)),
        (None, None),
    ]
    assert (open_alerts(umea.actor), open_tasks(), lines()) == ([], [], [])
    say(umea, employer_id)
    assert len(open_tasks()) == 2
    assert len(open_alerts(umea.actor)) == 2


def test_undoing_leaves_alone_what_somebody_has_corrected_since(umea: Desk, world: World) -> None:
    employer_id = employer_of(umea, world)
    placement = placed(umea, world, employer_id, starts_on=date(2026, 9, 1), ends_on=None)
    action = say(umea, employer_id)
    with transaction():
        end_placement(umea.actor, placement_id=placement.id, ends_on=date(2026, 10, 1), reason="completed")
    take_back(umea, employer_id, action)
    assert (placement.end_reason, placement.ends_on) == ("completed", date(2026, 10, 1))
    assert open_alerts(umea.actor) == []


def test_what_was_changed_at_the_employer_since_is_not_undone_over_it(umea: Desk, world: World) -> None:
    employer_id = employer_of(umea, world)
    action = say(umea, employer_id)
    say(umea, employer_id, "closed")
    with pytest.raises(DomainError, match="somebody else changed"):
        take_back(umea, employer_id, action)
    assert one(employer_id).register_status is RegisterStatus.CLOSED
    assert len(open_tasks()) == 2


def test_a_day_that_was_wrong_is_corrected_without_telling_everybody_again(umea: Desk, world: World) -> None:
    employer_id = employer_of(umea, world)
    say(umea, employer_id)
    assert say(umea, employer_id, since=date(2026, 10, 30), source="The court's decision") is None
    assert one(employer_id).register_status_since == date(2026, 10, 30)
    assert [(line.detail or {}).get("") for line in lines()] == ["Their trustee called", "The court's decision"]
    assert len(open_tasks()) == 2


def test_a_winding_up_that_became_a_bankruptcy_by_mistake_comes_back_with_its_tasks(umea: Desk, world: World) -> None:
    employer_id = employer_of(umea, world)
    placement = placed(umea, world, employer_id, starts_on=date(2026, 9, 1), ends_on=None)
    say(umea, employer_id, "winding_up")
    assert (placement.end_reason, placement.end_proposed) == (None, True)
    action = say(umea, employer_id)
    assert placement.end_reason == "employer_closed"
    take_back(umea, employer_id, action)
    assert placement.end_reason is None
    assert placement.end_proposed
    assert [each.kind for each in open_alerts(umea.actor)] == ["employer_winding_up"]
    assert all("wound up" in task.title["en"] for task in open_tasks())
    assert one(employer_id).register_status_since == SINCE


def test_every_unit_that_works_with_the_employer_hears_of_it_and_reads_the_line(
    app: Flask, desk_of: DeskOf, world: World
) -> None:
    desk, other = desk_of("Umea", "SE"), desk_of("Bodo", "NO")
    with app.app_context(), clock.travelling(NOON):
        employer_id = employer_of(desk, world)
        with transaction():
            services.take_relationship(
                other.actor, employer_id=employer_id, unit_id=other.unit_id, owner_id=other.staff_id
            )
        theirs = placed(other, world, employer_id, starts_on=date(2026, 9, 1), ends_on=None)
        say(desk, employer_id)
        owners = {desk.staff_id, desk.manager_id, other.staff_id, other.manager_id}
        assert {task.owner_id for task in open_tasks()} == owners
        assert [each.placement_id for each in open_alerts(other.actor)] == [theirs.id]
        address = f"/employers/{one(employer_id).public_id}"
    for reader in (desk, other):
        page = reader.client.get(address).text
        assert "Snickeri Norr is bankrupt" in page
        assert "Their trustee called" in page
        assert "Written by hand" in page


def test_who_does_not_work_with_the_employer_does_not_write_its_state(
    app: Flask, desk_of: DeskOf, world: World, sign_in: Callable[..., None]
) -> None:
    desk, other = desk_of("Umea", "SE"), desk_of("Bodo", "NO")
    with app.app_context(), clock.travelling(NOON):
        employer_id = employer_of(desk, world)
        with pytest.raises(NotAllowed):
            say(other, employer_id)
        action = say(desk, employer_id)
        with pytest.raises(NotVisible):
            take_back(other, employer_id, action)
        assert one(employer_id).register_status is RegisterStatus.BANKRUPT
        world.staff(Role.EVALUATOR, email="evaluator@example.org")
        world.staff(Role.ADMINISTRATOR, email="admin@example.org")
        address = f"/employers/{one(employer_id).public_id}"
    denied = other.client.get(f"{address}/status")
    assert denied.status_code == 403
    assert "Start working with it" in denied.text
    assert "/status" not in other.client.get(f"{address}/details").text
    assert f"{address}/status" in desk.client.get(f"{address}/details").text
    for email, code in (("evaluator@example.org", 403), ("admin@example.org", 200)):
        browser = app.test_client()
        sign_in(browser, email)
        assert browser.get(f"{address}/status").status_code == code


def test_a_day_to_come_no_source_or_a_page_that_is_out_of_date_is_refused(umea: Desk, world: World) -> None:
    employer_id = employer_of(umea, world)
    with pytest.raises(DomainError, match="still to come"):
        say(umea, employer_id, since=date(2026, 12, 1))
    with pytest.raises(DomainError, match="how you know"):
        say(umea, employer_id, source="")
    with pytest.raises(DomainError, match="so already"):
        say(umea, employer_id, "active")
    said = Statement(RegisterStatus.CLOSED, SINCE, "x")
    with pytest.raises(EditConflict), transaction():
        set_status(umea.actor, employer_id=employer_id, version=99, said=said)
    assert one(employer_id).register_status is RegisterStatus.ACTIVE


def test_the_form_is_filled_in_with_today_and_its_message_has_a_working_undo(
    app: Flask, desk_of: DeskOf, world: World
) -> None:
    desk = desk_of("Umea", "SE")
    with app.app_context():
        employer_id = employer_of(desk, world)
        version = one(employer_id).version_id
        address = f"/employers/{one(employer_id).public_id}"
    data = {"version": str(version), "status": "closed", "since": clock.today().isoformat(), "source": ""}
    assert f'value="{clock.today().isoformat()}"' in desk.client.get(f"{address}/status").text
    refused = desk.client.post(f"{address}/status", data=data)
    assert refused.status_code == 422
    assert re.search(r'<option[^>]*selected[^>]* value="closed"|<option[^>]* value="closed"[^>]*selected', refused.text)
    health = desk.client.post(f"{address}/status", data=data | {"source": "The owner has a depression"})
    assert health.status_code == 422
    saved = desk.client.post(f"{address}/status", data=data | {"source": "A note on the door"})
    assert saved.status_code == 303
    page = desk.client.get(address).text
    assert "Snickeri Norr has closed" in page
    change = re.search(r'action="[^"]*/status/undo".*?name="change" value="([\w-]+)"', page, re.DOTALL)
    assert change is not None
    undone = desk.client.post(f"{address}/status/undo", data={"change": change[1]}, follow_redirects=True)
    assert "Undone." in undone.text
    assert "has closed" not in undone.text
    conflict = desk.client.post(f"{address}/status", data=data | {"source": "A note on the door"})
    assert conflict.status_code == 422
    assert "Somebody else saved this" in conflict.text


def test_a_register_that_says_otherwise_is_shown_and_overwrites_nothing(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
            say(desk, employer_id)
        with clock.travelling(later()):
            assert watch() == "1 asked"
        assert (one(employer_id).register_status, one(employer_id).register_status_since) == ("bankrupt", SINCE)
        assert [line.kind for line in lines()] == ["status"]
        norway.change(PARENT, underAvvikling=True, underAvviklingDato="2026-11-24")
        for days in (8, 12):
            with clock.travelling(later(days)):
                watch()
        assert one(employer_id).register_status is RegisterStatus.BANKRUPT
        assert [line.kind for line in lines()] == ["status", "register"]
        assert sum("wound up, says the register" in task.title["en"] for task in open_tasks()) == 2
        address = f"/employers/{one(employer_id).public_id}"
    assert "In the register: Being wound up." in desk.client.get(address).text
    compared = desk.client.get(f"{address}/register").text
    form = dict(re.findall(r'name="(sealed|version|csrf_token)" value="([^"]*)"', compared))
    assert 'value="status"' in compared
    assert desk.client.post(f"{address}/register", data=form).status_code == 303
    with app.app_context():
        assert one(employer_id).register_status is RegisterStatus.BANKRUPT
    form = dict(re.findall(r'name="(sealed|version)" value="([^"]*)"', desk.client.get(f"{address}/register").text))
    desk.client.post(f"{address}/register", data=form | {"take": "status"})
    with app.app_context():
        assert one(employer_id).register_status is RegisterStatus.WINDING_UP


def test_a_register_that_comes_to_say_the_same_is_followed_from_then_on(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
            say(desk, employer_id)
        norway.change(PARENT, konkurs=True, konkursdato="2026-11-03")
        with clock.travelling(later()):
            watch()
        assert one(employer_id).register_status_since == date(2026, 11, 3)
        assert [line.kind for line in lines()] == ["status"]
        norway.change(PARENT, konkurs=False)
        with clock.travelling(later(8)):
            watch()
        assert one(employer_id).register_status is RegisterStatus.ACTIVE
        assert open_tasks() == []


def test_in_business_written_by_hand_stands_against_a_bankruptcy_of_the_register(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    norway.change(PARENT, konkurs=True)
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
            say(desk, employer_id, "active", source="The estate goes on until spring")
            for days in range(4, 13, 4):
                with clock.travelling(NOON + timedelta(days=days)):
                    watch()
        assert one(employer_id).register_status is RegisterStatus.ACTIVE
        assert open_tasks() == []
        address = f"/employers/{one(employer_id).public_id}"
    page = desk.client.get(f"{address}/details").text
    assert re.search(r"In the register</dt>\s*<dd>Bankrupt", page)


def test_before_saving_one_reads_whose_place_ends_and_after_it_the_strip_leads_to_them(
    app: Flask, desk_of: DeskOf, world: World
) -> None:
    desk, other = desk_of("Umea", "SE"), desk_of("Bodo", "NO")
    with app.app_context():
        employer_id = employer_of(desk, world)
        mine = placed(desk, world, employer_id, starts_on=date(2026, 9, 1), ends_on=None)
        name, link = mine.participant.full_name, f"/placements/{mine.public_id}"
        theirs = placed(other, world, employer_id, starts_on=date(2026, 9, 1), ends_on=None).participant.full_name
        placed(desk, world, employer_id, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1), end_reason="completed")
        address = f"/employers/{one(employer_id).public_id}"
        data = {"version": str(one(employer_id).version_id), "status": "closed", "since": clock.today().isoformat()}
    asked = desk.client.get(f"{address}/status").text
    assert "2 placements would end" in asked
    assert f'href="{link}">{name}</a>' in asked
    assert "One more placement, of a participant whom you do not see." in asked
    assert "placements would end" in desk.client.post(f"{address}/status", data=data).text
    saved = desk.client.post(f"{address}/status", data=data | {"source": "A note on the door"})
    desk.client.get(saved.location)
    with counted(app) as statements:
        page = desk.client.get(saved.location).text
    assert len([each for each in statements if not each.startswith("INSERT")]) <= 12
    strip = page[page.index("Snickeri Norr has closed") : page.index('class="split"')]
    assert f'href="{link}">{name}</a>' in strip
    assert "#act-now" in strip
    assert theirs not in asked + page

"""A workplace that closes while its employer goes on: shown as closed, and who is placed there is not forgotten."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import WorkplaceFields
from crm.employers.models import Workplace
from crm.employers.registers.watching import watch
from crm.history.models import HistoryLine
from crm.placements.models import Placement
from crm.placements.queries import open_alerts
from plugins.register_dk import simulator as danish
from plugins.register_no.simulator import WORKPLACES
from plugins.register_se.simulator import ORDINARY
from tests.registers.conftest import Control, Desk
from tests.registers.test_watching import NOON, DeskOf, later, one, open_tasks, taken_over
from tests.world import World

CLOSED_ON = date(2026, 11, 20)


def workplace(desk: Desk, employer_id: int, number: str, name: str = "Avd. Sentrum") -> int:
    with transaction():
        fields = WorkplaceFields(name=name, unit_number=number)
        return services.add_workplace(desk.actor, employer_id=employer_id, fields=fields).id


def place_at(place_id: int) -> Workplace:
    statement = select(Workplace).where(Workplace.id == place_id).execution_options(populate_existing=True)
    return current_session().scalars(trusted(statement, because="a test")).one()


def placed(desk: Desk, world: World, employer_id: int, place_id: int | None) -> Placement:
    unit = world.session.get_one(Unit, desk.unit_id)
    enrolment = world.enrolment(world.participant(unit=unit), world.programme(unit=unit))
    return world.placement(enrolment, one(employer_id), workplace_id=place_id, starts_on=date(2026, 9, 1), ends_on=None)


def watch_again(days: int = 4) -> None:
    with clock.travelling(later(days)):
        assert watch() == "1 asked"


def test_a_workplace_that_closes_is_shown_as_closed_and_whoever_works_there_stands_on_act_now(
    app: Flask, desk_of: DeskOf, norway: Control, world: World
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
            closing, staying = (workplace(desk, employer_id, number, number) for number in WORKPLACES[:2])
            there = placed(desk, world, employer_id, closing)
            placed(desk, world, employer_id, staying)
            placed(desk, world, employer_id, None)
        norway.change(WORKPLACES[0], nedleggelsesdato=CLOSED_ON.isoformat())
        watch_again()
        assert place_at(closing).archived_at is not None
        assert place_at(staying).archived_at is None
        assert [(each.placement_id, each.kind, each.since) for each in open_alerts(desk.actor)] == [
            (there.id, "workplace_closed", CLOSED_ON)
        ]
        assert there.end_reason is None
        assert {task.owner_id for task in open_tasks()} == {desk.staff_id, desk.manager_id}
        assert one(employer_id).register_status == "active"
        watch_again(8)
        assert len(open_tasks()) == 2
        address = f"/employers/{one(employer_id).public_id}"
    details = desk.client.get(f"{address}/details").text
    assert "1 has closed" in details
    assert "It is in use again" in details
    assert f"{WORKPLACES[0]} has closed, says the register" in desk.client.get(address).text
    assert "The workplace has closed" in desk.client.get("/").text


@pytest.mark.parametrize("how", [{"slettedato": "2026-11-20"}, {"slettedato": "2026-11-20", "status": 410}])
def test_a_workplace_that_is_no_longer_in_the_list_is_asked_for_by_itself(
    app: Flask, desk_of: DeskOf, norway: Control, how: dict[str, object]
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            place_id = workplace(desk, taken_over(desk), WORKPLACES[0])
        norway.change(WORKPLACES[0], **how)
        watch_again()
        assert place_at(place_id).archived_at is not None


def test_a_danish_workplace_that_has_ended_is_closed(app: Flask, desk_of: DeskOf, denmark: Control) -> None:
    desk = desk_of("Aarhus", "DK")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk, danish.PROTECTED, "DK")
            place_id = workplace(desk, employer_id, danish.WORKPLACES[0])
        denmark.change(danish.WORKPLACES[0], livsforloeb=[danish.since("2014-05-01", "2026-11-20")])
        watch_again()
        assert place_at(place_id).archived_at is not None


def test_a_day_of_closing_that_is_still_to_come_closes_nothing_yet(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            place_id = workplace(desk, taken_over(desk), WORKPLACES[0])
        norway.change(WORKPLACES[0], nedleggelsesdato="2026-11-29")
        watch_again(4)
        assert place_at(place_id).archived_at is None
        watch_again(12)
        assert place_at(place_id).archived_at is not None


def test_who_takes_a_closed_workplace_into_use_again_is_not_contradicted_every_few_days(
    app: Flask, desk_of: DeskOf, norway: Control, world: World
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
            place_id = workplace(desk, employer_id, WORKPLACES[0])
            placed(desk, world, employer_id, place_id)
        norway.change(WORKPLACES[0], nedleggelsesdato=CLOSED_ON.isoformat())
        watch_again()
        with transaction():
            services.restore_workplace(desk.actor, workplace_id=place_id)
        assert open_alerts(desk.actor) == []
        watch_again(8)
        assert place_at(place_id).archived_at is None


def test_a_workplace_that_the_register_opens_again_is_in_use(app: Flask, desk_of: DeskOf, norway: Control) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            place_id = workplace(desk, taken_over(desk), WORKPLACES[0])
        norway.change(WORKPLACES[0], nedleggelsesdato=CLOSED_ON.isoformat())
        watch_again()
        norway.change(WORKPLACES[0], nedleggelsesdato=None)
        watch_again(8)
        assert place_at(place_id).archived_at is None
        kinds = current_session().scalars(trusted(select(HistoryLine.kind), because="a test")).all()
        assert kinds.count("register") == 2


def test_a_workplace_that_staff_close_by_hand_warns_too_and_undoing_takes_it_away(
    app: Flask, desk_of: DeskOf, world: World
) -> None:
    desk = desk_of("Umea", "SE")
    with app.app_context(), clock.travelling(NOON):
        employer_id = taken_over(desk, ORDINARY, "SE")
        place_id = workplace(desk, employer_id, "12345678")
        there = placed(desk, world, employer_id, place_id)
        with transaction():
            services.archive_workplace(desk.actor, workplace_id=place_id)
        assert [each.placement_id for each in open_alerts(desk.actor)] == [there.id]
        with transaction():
            services.restore_workplace(desk.actor, workplace_id=place_id)
        assert open_alerts(desk.actor) == []


def test_numbers_of_workplaces_are_not_asked_for_where_a_register_knows_none(
    app: Flask, desk_of: DeskOf, sweden: Control
) -> None:
    desk = desk_of("Umea", "SE")
    with app.app_context():
        with clock.travelling(NOON):
            workplace(desk, taken_over(desk, ORDINARY, "SE"), "12345678")
        asked = len(sweden.asked())
        with clock.travelling(NOON + timedelta(days=4)):
            watch()
        assert [each["path"] for each in sweden.asked()[asked:]] == ["/organisationer"]


def test_the_number_of_a_workplace_is_checked_when_it_is_typed(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
            place_id = workplace(desk, employer_id, WORKPLACES[0])
            place_at(place_id).unit_number = "12-OLD"
            current_session().commit()
        address = f"/employers/{one(employer_id).public_id}/workplaces"
        edit = f"{address}/{place_at(place_id).public_id}/edit"
    refused = desk.client.post(f"{address}/new", data={"name": "Avd. Nord", "unit_number": "999000828"})
    assert refused.status_code == 422
    assert "The last digit does not fit the others" in refused.text
    assert 'value="999000828"' in refused.text
    # What was kept before numbers were checked does not stand in the way of a new address.
    kept = desk.client.post(edit, data={"name": "Avd. Sentrum", "unit_number": "12-OLD", "city": "Bodø"})
    assert kept.status_code == 303
    saved = desk.client.post(f"{address}/new", data={"name": "Avd. Nord", "unit_number": "999 000 827"})
    assert saved.status_code == 303
    with app.app_context():
        numbers = current_session().scalars(trusted(select(Workplace.unit_number), because="a test")).all()
        assert set(numbers) == {"12-OLD", "999000827"}

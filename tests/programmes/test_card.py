"""The project card: the numbers of the projects that it was made for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers.fields import ContactFields
from crm.employers.models import Contact
from crm.employers.services import log_contact
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.history.models import HistoryLine
from crm.programmes import card_services as services
from crm.programmes.card_models import ProgrammePartner
from crm.programmes.card_queries import ProjectCard, card_of
from crm.programmes.card_services import GoalFields, PartnerFields
from crm.programmes.merging import merge_partners
from crm.programmes.models import Programme
from crm.programmes.periods import months_between
from crm.tasks.models import Task, TaskState
from tests.world import World

OSBY = (
    "Owner unit", "Labour market unit", "Social office", "Business centre", "Public employment service", "Kommunal",
    "Coordination body", "ICA Supermarket", "Drivabolagen", "Nissma Montering", "Auto-Kemi",
)  # fmt: skip


@pytest.fixture
def manager(core_app: Flask, world: World) -> Iterator[Actor]:
    with core_app.app_context():
        yield world.actor(world.staff(Role.MANAGER))


def _programme(world: World, manager: Actor, **values: Any) -> Programme:
    unit = world.session.get_one(type(world.unit()), manager.unit_id)
    return world.programme(unit, **values)


def _card(manager: Actor, programme: Programme) -> ProjectCard:
    return card_of(manager, programme)


def test_three_grants_of_197_000_are_591_000_in_36_months(manager: Actor, world: World) -> None:
    programme = _programme(world, manager, starts_on=date(2010, 1, 1), ends_on=date(2012, 12, 31), currency="NOK")
    for year in (2010, 2011, 2012):
        with transaction():
            services.set_grant(manager, programme_id=programme.id, year=year, amount=Decimal(197_000))
    card = _card(manager, programme)
    assert (card.granted, card.months, card.funded) == (Decimal(591_000), (36, 0), None)
    with transaction():
        services.set_grant(manager, programme_id=programme.id, year=2012, amount=None)
    assert _card(manager, programme).granted == Decimal(394_000)


def test_299_614_of_299_614_is_100_per_cent_in_6_months(manager: Actor, world: World) -> None:
    programme = _programme(
        world, manager, starts_on=date(2009, 8, 3), ends_on=date(2010, 2, 2), total_budget=Decimal(299_614)
    )
    with transaction():
        services.set_grant(manager, programme_id=programme.id, year=2009, amount=Decimal(299_614))
    card = _card(manager, programme)
    assert (card.funded, card.months) == (1, (6, 0))


@pytest.mark.parametrize(
    ("begin", "end", "length"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), (0, 1)),
        (date(2026, 1, 31), date(2026, 2, 27), (1, 0)),
        (date(2026, 1, 15), date(2026, 3, 20), (2, 6)),
        (date(2024, 2, 29), date(2025, 2, 27), (12, 0)),
    ],
)
def test_periods_are_whole_months_and_days(begin: date, end: date, length: tuple[int, int]) -> None:
    assert months_between(begin, end) == length


def test_eleven_partners_and_the_task_when_the_last_one_ends(manager: Actor, world: World) -> None:
    programme = _programme(world, manager)
    for name in OSBY:
        given = PartnerFields(name, role="Partner", contribution="Places", co_finances=name == "Coordination body")
        with transaction():
            services.add_partner(manager, programme_id=programme.id, given=given)
    partners = _card(manager, programme).partners
    assert [each.name for each in partners] == list(OSBY)
    assert [each.name for each in partners if each.co_finances] == ["Coordination body"]
    with pytest.raises(DomainError), transaction():
        services.add_partner(manager, programme_id=programme.id, given=PartnerFields(OSBY[0]))

    def end(partner: ProgrammePartner, on: date | None) -> int:
        given = replace(services.partner_values(partner), ends_on=on)
        with transaction():
            services.change_partner(manager, partner_id=partner.id, version=partner.version_id, given=given)
        tasks = select(Task).where(Task.kind == services.NO_PARTNER, Task.state == TaskState.OPEN)
        return len(current_session().scalars(tasks).all())

    assert [end(each, date(2026, 6, 30)) for each in partners] == [0] * 10 + [1]
    assert end(partners[0], None) == 0
    assert end(partners[0], date(2026, 9, 30)) == 1


def test_partners_who_stay_to_the_end_of_the_project_alarm_nobody(manager: Actor, world: World) -> None:
    programme = _programme(world, manager, ends_on=date(2026, 12, 31))
    with transaction():
        given = PartnerFields("Business centre", ends_on=date(2026, 12, 31))
        services.add_partner(manager, programme_id=programme.id, given=given)
    assert current_session().scalars(select(Task)).all() == []


def test_a_task_reminds_before_each_milestone(manager: Actor, world: World) -> None:
    """Notice on 25 February 2009, the unit from 1 September 2009, the end of 2010."""
    with clock.travelling(clock.now().replace(year=2009, month=1, day=5)):
        programme = _programme(world, manager, starts_on=date(2009, 1, 1))
        days = {"Notice": date(2009, 2, 25), "Unit begins": date(2009, 9, 1), "End": date(2010, 12, 31)}
        with transaction():
            for text, day in days.items():
                services.add_milestone(manager, programme_id=programme.id, on_date=day, text=text)
                services.add_milestone(manager, programme_id=programme.id, on_date=day, text=text)
            services.add_milestone(manager, programme_id=programme.id, on_date=date(2008, 1, 1), text="Long ago")
        tasks = current_session().scalars(select(Task).order_by(Task.due_on)).all()
        assert [task.due_on for task in tasks] == [date(2009, 2, 11), date(2009, 8, 18), date(2010, 12, 17)]
        first = next(each for each in _card(manager, programme).milestones if each.text == "Notice")
        with transaction():
            services.complete_milestone(manager, milestone_id=first.id)
        assert [task.state for task in tasks] == [TaskState.CANCELLED, TaskState.OPEN, TaskState.OPEN]
        with transaction():
            services.close_programme(manager, programme_id=programme.id, on_date=date(2009, 1, 5))
        assert {task.state for task in tasks} == {TaskState.CANCELLED}
        with transaction():
            services.close_programme(manager, programme_id=programme.id, on_date=None)
        assert [task.state for task in tasks] == [TaskState.CANCELLED, TaskState.OPEN, TaskState.OPEN]
        with transaction():
            services.complete_milestone(manager, milestone_id=first.id, done=False)
        assert {task.state for task in tasks} == {TaskState.OPEN}


def test_an_unmet_main_goal_does_not_hide_the_others(manager: Actor, world: World) -> None:
    """One main and three side goals."""
    programme = _programme(world, manager)
    goals = (
        GoalFields("A post in every county", is_main=True, state="not_reached", status_text="One of 19"),
        GoalFields("Durable cooperation with public bodies", state="reached", evidence="https://example.org/report"),
        GoalFields("Keep the ability to work", state="partly"),
        GoalFields("Prevent wear on volunteers"),
    )
    for each in reversed(goals):
        with transaction():
            services.add_goal(manager, programme_id=programme.id, given=each)
    stored = _card(manager, programme).goals
    assert len(stored) == 4
    assert (stored[0].text, stored[0].state) == ("A post in every county", "not_reached")
    with transaction():
        services.change_goal(manager, goal_id=stored[0].id, version=1, given=replace(goals[0], state="partly"))
    with pytest.raises(EditConflict), transaction():
        services.change_goal(manager, goal_id=stored[0].id, version=1, given=goals[0])
    with pytest.raises(DomainError), transaction():
        services.add_goal(manager, programme_id=programme.id, given=goals[1])


def test_history_survives_the_project(core_app: Flask, world: World) -> None:
    """Closed on 31 December 2012, a contact with the same employer on 1 February 2013."""
    with core_app.app_context():
        unit = world.unit()
        manager, staff = world.actor(world.staff(Role.MANAGER, unit=unit)), world.actor(world.staff(unit=unit))
        programme, employer = world.programme(unit, starts_on=date(2010, 1, 1)), world.employer("LEVE Nordland")

        def talk(on: date) -> None:
            with transaction():
                log_contact(staff, employer_id=employer.id, fields=ContactFields("visit", on, "interested"))

        talk(date(2012, 11, 1))
        with transaction():
            services.close_programme(manager, programme_id=programme.id, on_date=date(2012, 12, 31))
        talk(date(2013, 2, 1))
        contacts = current_session().scalars(select(Contact).order_by(Contact.on_date)).all()
        assert [(each.on_date.year, each.archived_at) for each in contacts] == [(2012, None), (2013, None)]
        assert len(current_session().scalars(select(HistoryLine)).all()) >= 2
        assert employer.archived_at is None


def test_coordinators_change_no_card(core_app: Flask, world: World) -> None:
    with core_app.app_context():
        unit = world.unit()
        coordinator, programme = world.actor(world.staff(unit=unit)), world.programme(unit)
        with pytest.raises(NotAllowed), transaction():
            services.set_grant(coordinator, programme_id=programme.id, year=2026, amount=Decimal(1))


def test_partners_follow_a_merge_and_come_back(manager: Actor, world: World) -> None:
    programme = _programme(world, manager)
    kept, gone = world.employer(), world.employer()
    with transaction():
        given = PartnerFields("ICA", employer_id=gone.id)
        partner = services.add_partner(manager, programme_id=programme.id, given=given)
        memory = merge_partners.merge(manager, kept.id, gone.id)
    current_session().expire_all()
    assert partner.employer_id == kept.id
    with transaction():
        merge_partners.undo(manager, kept.id, gone.id, memory)
    current_session().expire_all()
    assert partner.employer_id == gone.id


def _fill_card(client: FlaskClient, edit: str) -> None:
    for year in (2010, 2011, 2012):
        assert client.post(f"{edit}/grants", data={"year": str(year), "amount": "197000"}).status_code == 303
    assert client.post(f"{edit}/grants", data={"year": "12", "amount": "1"}).status_code == 422
    assert client.post(f"{edit}/partners", data={"name": "NAV", "is_partial": "y"}).status_code == 303
    assert client.post(f"{edit}/partners", data={"name": "NAV"}).status_code == 422
    assert (
        client.post(
            f"{edit}/milestones", data={"on_date": "2030-02-25", "text": "Notice", "remind_days": "14"}
        ).status_code
        == 303
    )
    assert client.post(f"{edit}/milestones", data={"on_date": "", "text": "Notice"}).status_code == 422
    assert (
        client.post(f"{edit}/goals", data={"text": "Every county", "is_main": "y", "state": "open"}).status_code == 303
    )


def test_the_card_is_filled_in_on_its_page(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        unit = world.unit()
        email = world.staff(Role.MANAGER, unit=unit).email
        programme = world.programme(unit, starts_on=date(2010, 1, 1), ends_on=date(2012, 12, 31))
        edit, code, unit_id = f"/settings/programmes/{programme.public_id}", programme.code, unit.id
    client = core_app.test_client()
    sign_in(client, email)
    form = {
        "name": "Regional secretaries", "code": code, "unit_id": str(unit_id), "starts_on": "2010-01-01",
        "ends_on": "2012-12-31", "funding_programme": "Rehabilitering (2009)", "diary_number": "2009/3/0123",
        "phase": "Main project", "total_budget": "591000", "currency": "nok", "version": "1",
        "project_owner": "Landstingets kansli", "contact_name": "Anna Ek", "contact_phone": "+46 54 61 50 00",
    }  # fmt: skip
    assert client.post(edit, data={**form, "currency": "kroner"}).status_code == 422
    assert client.post(edit, data=form).status_code == 303
    _fill_card(client, edit)
    card = f"{edit}/card"
    page = client.get(card).text
    for text in ("591,000", "100.0", "36 months", "Rehabilitering (2009)", "NAV", "Partly", "Notice", "Main goal"):
        assert text in page, text
    printed = client.get(f"{card}/print").text
    for text in ("591,000", "Landstingets kansli", "Anna Ek, +46 54 61 50 00"):
        assert text in page, text
        assert text in printed, text
    partner = page.split("/settings/programmes/partners/")[1].split('"')[0]
    goal = page.split("/settings/programmes/goals/")[1].split('"')[0]
    milestone = page.split("/settings/programmes/milestones/")[1].split("/")[0]
    base = "/settings/programmes"
    assert client.get(f"{base}/partners/{partner}").status_code == 200
    changed = {"name": "NAV", "ends_on": "2011-01-01", "version": "1"}
    assert client.post(f"{base}/partners/{partner}", data=changed).status_code == 303
    assert client.post(f"{base}/partners/{partner}", data=changed).status_code == 422
    assert client.get(f"{base}/goals/{goal}").status_code == 200
    assert (
        client.post(
            f"{base}/goals/{goal}", data={"text": "Every county", "state": "not_reached", "version": "1"}
        ).status_code
        == 303
    )
    assert client.post(f"{base}/milestones/{milestone}/done").status_code == 303
    assert client.post(f"{base}/milestones/{milestone}/reopen").status_code == 303
    assert client.post(f"{base}/milestones/{milestone}/remove").status_code == 303
    assert client.post(f"{edit}/close", data={"closed_on": "2012-12-31"}).status_code == 303
    assert "Closed" in client.get("/settings/programmes").text
    assert client.post(f"{edit}/reopen").status_code == 303
    assert client.post(f"{base}/partners/{partner}/remove").status_code == 303


def test_a_partner_is_linked_to_its_employer_by_name_or_number(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        unit = world.unit()
        email, programme = world.staff(Role.MANAGER, unit=unit).email, world.programme(unit).public_id
        numbered = world.employer("Osby Glas AB", org_number="5567037485").public_id
        world.employer("Samhall")
        world.employer("Samhall")
    client = core_app.test_client()
    sign_in(client, email)
    card = f"/settings/programmes/{programme}/card"
    add = f"/settings/programmes/{programme}/partners"
    for wrong in ("Samhall", "Nobody AB"):
        refused = client.post(add, data={"name": "Glaset", "employer": wrong})
        assert (refused.status_code, "not exactly one employer" in refused.text) == (422, True)
        assert f'value="{wrong}"' in refused.text
    assert client.post(add, data={"name": "Glaset", "employer": "556703-7485"}).status_code == 303
    page = client.get(card).text
    assert f'href="/employers/{numbered}">Osby Glas AB</a>' in page
    assert "Osby Glas AB" in client.get(f"{card}/print").text
    partner = page.split("/settings/programmes/partners/")[1].split('"')[0]
    edit = f"/settings/programmes/partners/{partner}"
    assert 'value="5567037485"' in client.get(edit).text
    assert client.post(edit, data={"name": "Glaset", "employer": "osby glas ab", "version": "1"}).status_code == 303
    assert numbered in client.get(card).text
    assert client.post(edit, data={"name": "Glaset", "employer": "", "version": "2"}).status_code == 303
    assert numbered not in client.get(card).text

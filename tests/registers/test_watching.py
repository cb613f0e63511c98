"""The watch: what it sees, whom it tells, what it leaves alone, and what it does when a register fails."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import EmployerFields
from crm.employers.models import Employer, RegisterStatus
from crm.employers.register_models import RegisterHealth, RegisterRecord
from crm.employers.registers.entries import fields_of_entry
from crm.employers.registers.finding import company_of
from crm.employers.registers.ports import bind_registers
from crm.employers.registers.services import add_from_register
from crm.employers.registers.watching import AGAIN_AFTER, watch
from crm.events import EmployerClosed
from crm.extension_points import Subscription
from crm.history.models import HistoryLine
from crm.registry import current_registry
from crm.tasks.models import Task, TaskState
from plugins.register_dk import simulator as danish
from plugins.register_no.client import Enhetsregisteret
from plugins.register_no.simulator import GONE, NEW_CODE, PARENT, RENUMBERED
from plugins.register_se.simulator import ORDINARY
from tests.registers.conftest import Control, Desk, reach

DeskOf = Callable[[str, str], Desk]
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)


def taken_over(desk: Desk, number: str = PARENT, country: str = "NO") -> int:
    """An employer as it came from the register, with the desk's unit responsible."""
    found = company_of(country, number)
    assert found is not None
    with transaction():
        fields = fields_of_entry(found.entry, clock.today())
        employer = add_from_register(desk.actor, found=found, fields=fields)
        services.take_relationship(desk.actor, employer_id=employer.id, unit_id=desk.unit_id, owner_id=desk.staff_id)
        return employer.id


def typed(desk: Desk, number: str, country: str = "NO") -> int:
    with transaction():
        fields = EmployerFields(name="Typed by hand", country=country, org_number=number, city="Fauske")
        employer = services.add_employer(desk.actor, fields=fields)
        services.take_relationship(desk.actor, employer_id=employer.id, unit_id=desk.unit_id, owner_id=desk.staff_id)
        return employer.id


def one(employer_id: int) -> Employer:
    statement = select(Employer).where(Employer.id == employer_id).execution_options(populate_existing=True)
    return current_session().scalars(trusted(statement, because="a test")).one()


def open_tasks() -> list[Task]:
    statement = select(Task).where(Task.kind == "employer.closed", Task.state == TaskState.OPEN)
    return list(current_session().scalars(trusted(statement.order_by(Task.id), because="a test")))


def later(days: int = 4) -> datetime:
    return NOON + timedelta(days=days)


def test_a_bankruptcy_tells_the_owner_and_the_manager_once(app: Flask, desk_of: DeskOf, norway: Control) -> None:
    desk = desk_of("Bodo", "NO")
    heard: list[EmployerClosed] = []
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
        registry = current_registry()
        registry._subscriptions.setdefault(EmployerClosed.key, []).append(
            Subscription(EmployerClosed.key, heard.append)
        )
        norway.change(PARENT, konkurs=True, konkursdato="2026-11-19")
        for days in (4, 8):
            with clock.travelling(later(days)):
                assert watch() == "1 asked"
        assert one(employer_id).register_status is RegisterStatus.BANKRUPT
        assert one(employer_id).register_status_since == date(2026, 11, 19)
        assert heard == [EmployerClosed(employer_id, "bankrupt", date(2026, 11, 19))]
        tasks = open_tasks()
        assert {task.owner_id for task in tasks} == {desk.staff_id, desk.manager_id}
        assert "bankrupt" in tasks[0].title["en"]
        kinds = current_session().scalars(trusted(select(HistoryLine.kind), because="a test")).all()
        assert kinds.count("register") == 1
        address = f"/employers/{one(employer_id).public_id}"
    assert "is bankrupt, says the register" in desk.client.get(address).text


def test_a_company_that_is_active_again_takes_its_tasks_back(app: Flask, desk_of: DeskOf, norway: Control) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
        norway.change(PARENT, konkurs=True)
        with clock.travelling(later()):
            watch()
        assert len(open_tasks()) == 2
        norway.change(PARENT, konkurs=False)
        with clock.travelling(later(8)):
            watch()
        assert open_tasks() == []
        assert one(employer_id).register_status is RegisterStatus.ACTIVE
        assert one(employer_id).register_status_since is None


def test_a_removed_company_is_closed_and_keeps_everything_that_is_known(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        employer_id = typed(desk, GONE)
        assert watch() == "1 asked"
        employer = one(employer_id)
        assert (employer.register_status, employer.register_status_since) == (RegisterStatus.CLOSED, date(2026, 5, 1))
        assert (employer.name, employer.city) == ("Typed by hand", "Fauske")
        assert len(open_tasks()) == 2


def test_what_came_from_the_register_follows_it_and_what_staff_wrote_stays(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk)
            with transaction():
                one(employer_id).website = "https://mine.example"
        norway.change(PARENT, navn="FJORDBAKST AS", hjemmeside="www.ny.example", antallAnsatte=None)
        with clock.travelling(later()):
            watch()
        employer = one(employer_id)
        assert (employer.name, employer.former_names) == ("FJORDBAKST AS", ["FJORDBAKST BAKERI AS"])
        assert employer.website == "https://mine.example"
        assert employer.employee_count is None


def test_an_employer_that_was_typed_in_is_watched_and_not_overwritten(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        employer_id = typed(desk, PARENT)
        watch()
        employer = one(employer_id)
        assert (employer.name, employer.city, employer.phone) == ("Typed by hand", "Fauske", None)


def test_a_block_that_failed_inside_200_takes_nothing_away(app: Flask, desk_of: DeskOf, sweden: Control) -> None:
    desk = desk_of("Umea", "SE")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk, ORDINARY, "SE")
        error = {"fel": {"typ": "TIMEOUT"}, "dataproducent": "SCB"}
        sweden.change(ORDINARY, naringsgrenOrganisation=error, postadressOrganisation=error)
        with clock.travelling(later()):
            watch()
        employer = one(employer_id)
        assert (employer.industry_code, employer.city) == ("10710", "UMEÅ")


BLOCKS = [
    ("SE", ORDINARY, "reklamsparr", {"kod": "JA"}, {"kod": "NEJ"}),
    ("DK", danish.RANGE, "reklamebeskyttet", True, False),
]


@pytest.mark.parametrize(("country", "number", "key", "on", "off"), BLOCKS)
def test_a_block_against_advertising_in_the_register_arrives_and_goes_with_it(
    app: Flask, desk_of: DeskOf, sweden: Control, denmark: Control, country: str, number: str, key: str, on: object,
    off: object,
) -> None:  # fmt: skip
    desk, control = desk_of("Town", country), {"SE": sweden, "DK": denmark}[country]
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk, number, country)
        assert not one(employer_id).advertising_block
        control.change(number, **{key: on})
        with clock.travelling(later()):
            watch()
        assert one(employer_id).advertising_block
        control.change(number, **{key: off})
        with clock.travelling(later(8)):
            watch()
        assert not one(employer_id).advertising_block


@pytest.mark.parametrize(
    ("country", "number", "key", "on", "failed"),
    [
        ("SE", ORDINARY, "reklamsparr", {"kod": "JA"}, {"fel": {"typ": "TIMEOUT"}, "dataproducent": "SCB"}),
        ("SE", ORDINARY, "reklamsparr", {"kod": "JA"}, None),
        ("DK", danish.RANGE, "reklamebeskyttet", True, None),
    ],
)
def test_a_block_that_the_register_cannot_tell_of_this_time_is_not_taken_away(
    app: Flask, desk_of: DeskOf, sweden: Control, denmark: Control, country: str, number: str, key: str, on: object,
    failed: object,
) -> None:  # fmt: skip
    desk, control = desk_of("Town", country), {"SE": sweden, "DK": denmark}[country]
    control.change(number, **{key: on})
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk, number, country)
        assert one(employer_id).advertising_block
        control.change(number, **{key: failed})
        with clock.travelling(later()):
            watch()
        assert one(employer_id).advertising_block


@pytest.mark.parametrize(("country", "number", "key", "on", "off"), BLOCKS)
def test_a_block_that_somebody_wrote_down_is_not_lifted_by_the_register_even_when_it_agreed_for_a_while(
    app: Flask, desk_of: DeskOf, sweden: Control, denmark: Control, country: str, number: str, key: str, on: object,
    off: object,
) -> None:  # fmt: skip
    desk, control = desk_of("Town", country), {"SE": sweden, "DK": denmark}[country]
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk, number, country)
            with transaction():
                one(employer_id).advertising_block = True
        for days, said in ((4, off), (8, on), (12, off), (16, off)):
            control.change(number, **{key: said})
            with clock.travelling(later(days)):
                watch()
            assert one(employer_id).advertising_block
        address = f"/employers/{one(employer_id).public_id}/register"
    row = desk.client.get(address).text.partition('id="take-advertising_block"')[2].partition("</tr>")[0]
    assert "written by hand" in row
    assert " checked" not in row.partition(">")[0]


def test_an_industry_that_came_from_the_register_follows_it_to_a_new_list_of_codes(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk, RENUMBERED)
        assert (one(employer_id).industry_scheme, one(employer_id).industry_code) == ("SN2007", "62.010")
        renumber(app, norway)
        with clock.travelling(later()):
            watch()
        employer = one(employer_id)
        assert (employer.industry_scheme, employer.industry_code) == ("SN2025", "62.100")
        assert (employer.industry_text, employer.industry_retrieved_on) == ("Programmering", later().date())


def test_an_industry_that_somebody_wrote_stays_and_is_not_called_another_one_because_of_its_number(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            employer_id = taken_over(desk, RENUMBERED)
            with transaction():
                one(employer_id).industry_code = "62.020"
        renumber(app, norway)
        with clock.travelling(later()):
            watch()
        employer = one(employer_id)
        assert (employer.industry_scheme, employer.industry_code) == ("SN2007", "62.020")
        address = f"/employers/{employer.public_id}/register"
    assert "Another list of codes: the industry itself may be the same." in desk.client.get(address).text


def renumber(app: Flask, norway: Control) -> None:
    """The register moves to a new list of codes, and an administrator says so in the settings."""
    norway.change(RENUMBERED, naeringskode1=NEW_CODE)
    bind_registers(app, {"NO": Enhetsregisteret(reach(norway, "Enhetsregisteret"), scheme="SN2025")})


def test_a_number_that_the_register_does_not_know_is_no_closing(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        employer_id = typed(desk, "999000991")
        watch()
        assert one(employer_id).register_status is RegisterStatus.ACTIVE
        assert current_session().scalars(select(RegisterRecord.is_known)).one() is False
        address = f"/employers/{one(employer_id).public_id}"
    assert "has nobody of this number" in desk.client.get(f"{address}/details").text


def test_nobody_is_asked_about_twice_within_three_days(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        with clock.travelling(NOON):
            typed(desk, PARENT)
            assert watch() == "1 asked"
            assert watch() == "0 asked"
        with clock.travelling(NOON + AGAIN_AFTER + timedelta(minutes=1)):
            assert watch() == "1 asked"


def test_archived_employers_are_not_watched(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        employer_id = typed(desk, PARENT)
        with transaction():
            services.archive_employer(desk.actor, employer_id=employer_id)
        assert watch() == "0 asked"


def test_a_register_that_fails_is_left_alone_longer_each_time_and_others_go_on(
    app: Flask, desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    norway.fault("status", code=500, times=2)
    with app.app_context():
        with clock.travelling(NOON):
            typed(desk, PARENT)
            typed_swedish = EmployerFields(name="Svenska", country="SE", org_number=ORDINARY)
            with transaction():
                services.add_employer(desk.actor, fields=typed_swedish)
            assert watch() == "1 asked"
            assert watch() == "0 asked"
        health = current_session().get_one(RegisterHealth, "register_no")
        assert (health.failures, health.reason, health.failing_since) == (1, "failed", NOON)
        first = health.not_before
        assert first == NOON + timedelta(minutes=2)
        with clock.travelling(first):
            watch()
        current_session().expire_all()
        health = current_session().get_one(RegisterHealth, "register_no")
        assert (health.failures, health.not_before) == (2, first + timedelta(minutes=4))
        with clock.travelling(first + timedelta(minutes=5)):
            assert watch() == "1 asked"
        current_session().expire_all()
        health = current_session().get_one(RegisterHealth, "register_no")
        assert (health.failures, health.reason, health.not_before) == (0, None, None)


def test_a_limit_is_respected_for_as_long_as_the_register_says(app: Flask, desk_of: DeskOf, norway: Control) -> None:
    desk = desk_of("Bodo", "NO")
    norway.fault("status", code=429, retry_after=3600)
    with app.app_context():
        with clock.travelling(NOON):
            typed(desk, PARENT)
            watch()
        health = current_session().get_one(RegisterHealth, "register_no")
        assert (health.reason, health.not_before) == ("busy", NOON + timedelta(hours=1))
        asked = len(norway.asked())
        with clock.travelling(NOON + timedelta(minutes=59)):
            watch()
        assert len(norway.asked()) == asked


@pytest.mark.parametrize("role", ["m.bodo@example.org", "bodo@example.org"])
def test_failures_stand_on_the_page_of_registers_for_managers(
    app: Flask, desk_of: DeskOf, norway: Control, sign_in: Callable[..., None], role: str
) -> None:
    desk = desk_of("Bodo", "NO")
    norway.fault("hang_up")
    with app.app_context():
        typed(desk, PARENT)
        watch()
    browser = app.test_client()
    sign_in(browser, role)
    page = browser.get("/settings/registers")
    if role == "bodo@example.org":
        assert page.status_code == 403
        return
    assert "It cannot be reached." in page.text
    assert browser.post("/settings/registers/ask").status_code == 303
    with app.app_context():
        assert watch() == "1 asked"
    assert "It cannot be reached." not in browser.get("/settings/registers").text

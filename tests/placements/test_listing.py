"""The list of placements: filters in the address, order, pages and the file; the file of chains."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from crm import clock
from crm.accounts.models import Unit
from crm.db import db, transaction
from crm.errors import DomainError
from crm.participants.services.enrolments import enrol, hand_over
from crm.participants.services.protection import protect
from crm.placements.listing import ListFilter, count_rows, rows, sort_columns
from crm.placements.models import Placement
from crm.search.services import index_employer
from tests.participants.conftest import Here
from tests.placements.test_course import end, start
from tests.world import World

Browser = Callable[[str], FlaskClient]
APRIL = datetime(2026, 4, 20, 8, tzinfo=UTC)
DAY = date(2026, 4, 20)


def found(here: Here, **wanted: object) -> list[Placement]:
    given = ListFilter(**wanted)  # type: ignore[arg-type]
    listed = rows(here.coordinator, given, DAY, order=[sort_columns()["start"]])
    assert count_rows(here.coordinator, given, DAY) == len(listed)
    return [row.placement for row in listed]


def test_placements_are_found_by_state_kind_words_and_days(here: Here, world: World) -> None:
    with clock.travelling(datetime(2026, 3, 1, 8, tzinfo=UTC)):
        bakery = world.employer("Solbageriet").id
        with transaction():
            index_employer(bakery)
        first = start(here, world, employer_id=bakery)
    with clock.travelling(APRIL):
        planned = start(here, world, starts_on=date(2026, 5, 1), kind="ordinary_work")
        over = start(here, world, starts_on=date(2026, 2, 1))
        end(here, over, on=date(2026, 4, 1))
    assert found(here) == [first, planned]
    assert found(here, state="planned") == [planned]
    assert found(here, state="active") == [first]
    assert found(here, state="late") == [first]
    assert found(here, state="to_close") == [over]
    assert found(here, state="all") == [over, first, planned]
    assert found(here, kind="ordinary_work") == [planned]
    assert found(here, text="solbag") == [first]
    assert found(here, text="Öberg Åsa") == [first, planned]
    assert found(here, since=date(2026, 4, 1)) == [planned]
    assert found(here, until=date(2026, 4, 1)) == [first]
    assert found(here, mine=True) == [first, planned]
    listed = rows(here.coordinator, ListFilter(), DAY, order=[sort_columns()["next"]])
    assert {row.next_check_in for row in listed} == {date(2026, 3, 9), None}


def test_the_list_takes_few_queries_however_long_it_is(here: Here, world: World) -> None:
    for _number in range(8):
        start(here, world)
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    found(here)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in seen if each.startswith("SELECT")]) <= 3


def test_the_page_keeps_its_filters_in_pages_and_file_and_says_when_nothing_fits(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with core_app.app_context(), clock.travelling(APRIL):
        for _number in range(27):
            start(there, world, employer_id=world.employer("=Formel AB").id, starts_on=date(2026, 4, 1))
    client = browser("manager")
    page = client.get("/placements?state=active&sort=employer").get_data(as_text=True)
    assert "1 to 25 of 27" in page
    assert "state=active" in page
    assert "page=2" in page
    file = client.get("/placements/export?state=active").get_data(as_text=True)
    assert file.count("'=Formel AB") == 27
    assert "No placement fits" in client.get("/placements?q=nobody").get_data(as_text=True)
    assert client.get("/placements?kind=rubbish&state=rubbish&since=x").status_code == 200
    assert browser("coordinator").get("/placements/export").status_code == 403


def test_a_protected_person_is_in_no_file(browser: Browser, there: Here, core_app: Flask, world: World) -> None:
    with core_app.app_context():
        start(there, world)
        manager = there.manager.staff_id or 0
        with transaction():
            protect(there.manager, participant_id=there.person_id, named_staff_ids={manager})
    client = browser("manager")
    assert "Öberg" in client.get("/placements").get_data(as_text=True)
    assert "Öberg" not in client.get("/placements/export").get_data(as_text=True)


def test_of_two_enrolments_one_with_a_handover_continuity_is_half_and_stands_in_the_report(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with core_app.app_context():
        unit = world.session.get_one(Unit, there.unit_id)
        other = world.participant(unit)
        with transaction():
            moved = enrol(
                there.coordinator, participant_id=other.id, programme_id=there.programme_id, unit_id=unit.id,
                coordinator_id=there.coordinator.staff_id, starts_on=date(2026, 2, 1),
            )  # fmt: skip
            kept = enrol(
                there.coordinator, participant_id=world.participant(unit).id, programme_id=there.programme_id,
                unit_id=unit.id, coordinator_id=there.coordinator.staff_id, starts_on=date(2026, 2, 1),
            )  # fmt: skip
            assert kept.id
        with transaction():
            to = there.colleague.staff_id or 0
            hand_over(there.coordinator, enrolment_id=moved.id, to_staff_id=to, note="Knows the till")
    client = browser("manager")
    period = "since=2026-01-01&until=2026-12-31"
    assert "1 of 2 (50" in client.get(f"/placements/chains?{period}").get_data(as_text=True)
    file = client.get(f"/placements/chains/export?{period}").get_data(as_text=True)
    assert "Enrolments with one coordinator throughout;1;2;2026-01-01 – 2026-12-31" in file


def test_a_handover_without_a_note_is_refused(here: Here) -> None:
    with pytest.raises(DomainError) as refused, transaction():
        hand_over(here.coordinator, enrolment_id=here.enrolment_id, to_staff_id=here.colleague.staff_id or 0, note=" ")
    assert refused.value.field == "note"

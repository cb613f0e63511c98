"""Figures from rows, who may see whose, and that the page asks the database the same number of times."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Role
from crm.db import current_session, db, transaction
from crm.employers.models import Employer, Stage, StageChange
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.inquiries.models import Inquiry
from crm.measures import services
from crm.measures.formulas import Share
from crm.measures.services import WorkplaceFields
from crm.participants.models import EnrolmentExit
from tests.measures.conftest import NOW, TODAY, contact, found
from tests.participants.conftest import Here
from tests.world import World

MONDAY = date(2026, 11, 9)
Browser = Callable[[str], FlaskClient]


def test_contacts_in_person_per_coordinator_and_week(core: Flask, here: Here, world: World) -> None:
    for number in range(6):
        contact(world, here, MONDAY + timedelta(days=number % 5), quality_level=3 + number % 2)
    contact(world, here, MONDAY, channel="phone")
    contact(world, here, MONDAY, outcome="no_answer")
    contact(world, here, MONDAY, archived_at=clock.now())
    seen = found(here.manager, since="2026-11-09", until="2026-11-22").figures
    assert (seen.contacts, seen.in_person, seen.visits) == (7, 6, 6)
    assert (seen.weeks.contacts, seen.weeks.pairs, seen.weeks.reached) == (6, 2, 1)
    assert (seen.quality, seen.quality_mean) == (Share(21, 6), 3.5)


def test_one_of_four_contacts_asks(core: Flask, here: Here, world: World) -> None:
    for purpose in ("request_place", "needs", "relationship", "thanks", None):
        contact(world, here, MONDAY, purpose=purpose)
    seen = found(here.manager)
    assert (seen.asks, seen.asks.value) == (Share(1, 4), 0.25)
    assert seen.purposes[None] == 1


def test_cooperation_and_employers_who_come_back(core: Flask, here: Here, world: World) -> None:
    person = world.participant(current_session().get_one(Unit, here.unit_id))
    enrolment = world.enrolment(person, world.programme())
    old, new = (world.employer(municipality_code="1273") for _each in range(2))
    world.placement(enrolment, old, starts_on=date(2024, 5, 1), ends_on=date(2024, 6, 1))
    for employer in (old, old, new):
        world.placement(enrolment, employer, starts_on=date(2026, 5, 1))
    world.placement(enrolment, world.employer(), starts_on=date(2026, 5, 1), status="planned")
    with transaction():
        services.set_workplaces(here.manager, fields=WorkplaceFields("1273", "Osby", 2025, 80))
    seen = found(here.manager)
    assert seen.penetration.share == Share(2, 80)
    assert seen.repeat == Share(1, 2)
    assert seen.retention_90 is None, "one person is too few to be told about"


def test_conversion_and_time_in_stage_come_from_the_moves(core: Flask, here: Here, world: World) -> None:
    unit = current_session().get_one(Unit, here.unit_id)
    for number, stages in enumerate((("contact", "agreement"), ("contact",), ())):
        with clock.travelling(NOW - timedelta(days=100)):
            relationship = world.relationship(world.employer(), unit)
        at, before = relationship.created_at, None
        for step, stage in enumerate((Stage.NEW.value, *stages)):
            at += timedelta(days=10 * step + number)
            world.save(StageChange(relationship_id=relationship.id, from_stage=before, to_stage=stage, at=at))
            before = stage
    seen = found(here.manager)
    (cohort,) = seen.cohorts
    assert (cohort.begun, cohort.reached["contact"], cohort.reached["agreement"]) == (3, 2, 1)
    assert (seen.stays["new"].value, seen.stays["new"].base) == (10.5, 2)
    assert (seen.stays["contact"].value, seen.stays["contact"].base) == (20.0, 1)


def test_inbound_share_and_first_response(core: Flask, here: Here, world: World) -> None:
    for source, hours in (("employer_inbound", 4), ("employer_inbound", 8), ("self", None), ("self", None)):
        employer_id = world.employer().id if hours or source == "self" else None
        received = NOW - timedelta(days=9)
        world.save(
            Inquiry(
                unit_id=here.unit_id, received_on=received.date(), received_at=received, source=source, channel="phone",
                topic="advice", employer_id=employer_id, answer_within=3, answer_due_on=received.date(),
                answered_at=received + timedelta(hours=hours) if hours else None, created_at=NOW,
            )
        )  # fmt: skip
    seen = found(here.manager)
    assert (seen.inbound, seen.inquiries) == (Share(2, 4), 4)
    assert (seen.response.median_hours, seen.response.answered, seen.response.received) == (6.0, 2, 2)


def test_single_coordinators_are_shown_only_where_it_is_on_and_agreed(core: Flask, here: Here, world: World) -> None:
    contact(world, here, MONDAY)
    unit_id = here.unit_id
    assert found(here.manager).coordinators == []
    with transaction():
        current_session().get_one(Unit, unit_id).coordinator_figures_agreed = "On"
    assert found(here.manager).coordinators == []
    with transaction():
        services.record_staff_agreement(
            here.manager, unit_id=unit_id, agreed_on=TODAY, agreed_with="The unit's meeting"
        )
    assert [each.name for each in found(here.manager).coordinators] == ["Maria Lindqvist"]
    assert found(here.colleague).coordinators == []
    own = found(here.coordinator).own
    assert own is not None
    assert own.figures.visits == 1
    with transaction():
        services.end_staff_agreement(here.manager, unit_id=unit_id)
    assert found(here.manager).coordinators == []


def test_a_week_is_reviewed_once_it_is_over_and_where_it_is_agreed(core: Flask, here: Here, world: World) -> None:
    staff = world.staff(unit=current_session().get_one(Unit, here.unit_id)).public_id
    with pytest.raises(NotAllowed), transaction():
        services.review_week(here.manager, staff_public_id=staff, monday=MONDAY)
    with transaction():
        current_session().get_one(Unit, here.unit_id).coordinator_figures_agreed = "On"
        services.record_staff_agreement(here.manager, unit_id=here.unit_id, agreed_on=TODAY, agreed_with="All")
    for _time in range(2):
        with transaction():
            services.review_week(here.manager, staff_public_id=staff, monday=MONDAY)
    for wrong in (MONDAY + timedelta(days=1), date(2026, 11, 16), date(2026, 11, 23)):
        with pytest.raises(DomainError), transaction():
            services.review_week(here.manager, staff_public_id=staff, monday=wrong)
    with pytest.raises(NotVisible), transaction():
        services.review_week(here.manager, staff_public_id=world.staff().public_id, monday=MONDAY)


def _two_programmes(world: World, unit_id: int) -> tuple[str, list[int]]:
    """Five people of each of two programmes: those of the first are still with the employer where they began, those of
    the second are not. Returns the first programme and the two employers; one more was met and took nobody."""
    unit = current_session().get_one(Unit, unit_id)
    here, other = (world.programme(unit, starts_on=date(2025, 11, 23)) for _each in range(2))
    first, second = (world.employer(name, municipality_code="1273") for name in ("First AB", "Second AB"))
    begin, left = date(2026, 3, 2), date(2026, 4, 1)
    for programme, employer, ends in ((here, first, None), (other, second, date(2026, 4, 20))):
        for _each in range(5):
            enrolment = world.enrolment(world.participant(unit), programme, starts_on=date(2026, 2, 1))
            world.save(
                EnrolmentExit(enrolment_id=enrolment.id, number=1, exit_on=left, reason="work_ordinary",
                              recorded_at=NOW)
            )  # fmt: skip
            world.placement(enrolment, employer, kind="ordinary_work", starts_on=begin, ends_on=ends)
    for employer in (first, second):
        before = world.enrolment(world.participant(unit), here if employer is first else other)
        world.placement(before, employer, starts_on=date(2024, 5, 1), ends_on=date(2024, 6, 1))
    return here.public_id, [first.id, second.id]


def test_a_programme_narrows_what_comes_from_participants_and_placements(core: Flask, here: Here, world: World) -> None:
    programme, employers = _two_programmes(world, here.unit_id)
    for employer_id in employers:
        contact(world, here, MONDAY, employer_id=employer_id)
    with transaction():
        services.set_workplaces(here.manager, fields=WorkplaceFields("1273", "Osby", 2025, 80))
    days = {"since": "2025-11-23", "until": "2026-11-22"}
    every, narrow = found(here.manager, **days), found(here.manager, programme=programme, **days)
    assert (every.penetration.share, narrow.penetration.share) == (Share(2, 80), Share(1, 80))
    assert (every.repeat, narrow.repeat) == (Share(2, 2), Share(1, 1))
    assert (every.met, narrow.met) == (Share(2, 2), Share(1, 2))
    assert (every.retention_90, narrow.retention_90) == (Share(5, 10), Share(5, 5))
    assert (every.retention_6, narrow.retention_6) == (Share(5, 10), Share(5, 5))
    # Ten of them began in February, and so did Åsa Öberg and the two of 2024; six of those are of the programme.
    assert (every.first_contact.base, narrow.first_contact.base) == (10, 5)
    assert every.early is not None
    assert narrow.early is not None
    assert (every.early.base, narrow.early.base) == (13, 6)


def test_a_programme_changes_nothing_about_contacts_stages_inquiries_and_agreements(
    core: Flask, here: Here, world: World
) -> None:
    programme, employers = _two_programmes(world, here.unit_id)
    unit = current_session().get_one(Unit, here.unit_id)
    for employer_id in employers:
        contact(world, here, MONDAY, employer_id=employer_id, purpose="request_place", quality_level=4)
        with clock.travelling(NOW - timedelta(days=40)):
            relationship = world.relationship(current_session().get_one(Employer, employer_id), unit)
        for at, before, stage in ((40, None, "new"), (30, "new", "contact")):
            at_moment = NOW - timedelta(days=at)
            world.save(
                StageChange(relationship_id=relationship.id, from_stage=before, to_stage=stage, at=at_moment)
            )  # fmt: skip
        world.save(
            Inquiry(
                unit_id=unit.id, received_on=MONDAY, received_at=NOW, source="employer_inbound", channel="phone",
                topic="advice", employer_id=employer_id, answer_within=3, answer_due_on=MONDAY, created_at=NOW,
            )
        )  # fmt: skip
    days = {"since": "2025-11-23", "until": "2026-11-22"}
    every, narrow = found(here.manager, **days), found(here.manager, programme=programme, **days)
    for name in (
        "figures", "by_week", "purposes", "asks", "attempts", "cohorts", "stays", "stalled", "inbound", "response",
        "promises", "heard", "said",
    ):  # fmt: skip
        assert getattr(every, name) == getattr(narrow, name), name
    assert (narrow.figures.contacts, narrow.cohorts[0].begun, narrow.inbound.base) == (2, 2, 2)
    assert (narrow.asks, narrow.stays["new"].base) == (Share(2, 2), 2)


def test_the_page_says_what_a_programme_narrows_and_what_it_does_not(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    with core_app.app_context():
        programme, employers = _two_programmes(world, there.unit_id)
        for employer_id in employers:
            contact(world, there, MONDAY, employer_id=employer_id)
    says = "contacts, stages, inquiries and agreements belong to units"
    client, days = browser("manager"), "since=2025-11-23&until=2026-11-22"
    every, narrow = (client.get(f"/measures?{days}{more}").text for more in ("", f"&programme={programme}"))
    assert says not in every
    assert says in narrow
    assert "2 of 2" in every
    assert "1 of 2" in narrow
    assert f"programme={programme}" in narrow.split("/measures/rows/cooperation")[1].split('"')[0]
    rows = client.get(f"/measures/rows/cooperation?{days}&programme={programme}").text
    assert "First AB" in rows
    assert "Second AB" not in rows
    assert "Second AB" in client.get(f"/measures/rows/visits?{days}&programme={programme}").text


def test_another_unit_is_not_counted(core: Flask, here: Here, world: World) -> None:
    contact(world, here, MONDAY)
    stranger = world.actor(world.staff(Role.MANAGER))
    assert found(stranger).figures.contacts == 0


def test_the_page_asks_as_often_for_many_rows_as_for_few(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    client = browser("manager")
    client.get("/measures")
    counts = []
    for rows in (1, 40):
        with core_app.app_context():
            for number in range(rows):
                contact(world, there, MONDAY + timedelta(days=number % 5), purpose="needs")
        counts.append(_statements(core_app, lambda: client.get("/measures")))
    assert counts[0] == counts[1] <= 45


@pytest.mark.parametrize("who", ["manager", "coordinator"])
def test_every_figure_leads_to_its_rows(core_app: Flask, there: Here, browser: Browser, world: World, who: str) -> None:
    with core_app.app_context():
        contact(
            world, there, MONDAY, purpose="request_place", quality_level=4, employer_id=world.employer("Bygg AB").id
        )
    client = browser(who)
    page = client.get("/measures").text
    assert "1 of 1" in page
    for measure in ("contacts", "visits", "quality", "purposes"):
        assert "Bygg AB" in client.get(f"/measures/rows/{measure}").text, measure
    for measure in ("cooperation", "repeat", "conversion", "stays", "agreements", "commitments"):
        assert client.get(f"/measures/rows/{measure}").status_code == 200, measure
    assert client.get("/measures/rows/nothing").status_code == 404


def test_files(browser: Browser) -> None:
    client = browser("manager")
    assert client.get("/measures.xlsx").data.startswith(b"PK")
    assert client.get("/measures.pdf").data.startswith(b"%PDF")
    assert "Counted from" in client.get("/measures/print").text


def test_all_weeks_are_listed_and_add_up_to_the_figure(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    """One of three visits was more than half a year ago."""
    with core_app.app_context():
        for day in (MONDAY, MONDAY, date(2026, 1, 12)):
            contact(world, there, day)
    client = browser("manager")
    for address in ("/measures", "/measures/print"):
        page = client.get(address).text
        assert "2026-W03" in page
        sums = page.split("<tfoot><tr>")[1].split("</tr>")[0]
        assert '<td class="num">3</td>' in sums
    assert "The picture shows the last 26 weeks" in client.get("/measures").text


def test_who_reads_figures_alone_is_not_told_of_few_workplaces(
    core_app: Flask, there: Here, browser: Browser, evaluator: FlaskClient, world: World
) -> None:
    with core_app.app_context():
        person = world.participant(current_session().get_one(Unit, there.unit_id))
        world.placement(world.enrolment(person, world.programme()), world.employer(), starts_on=date(2026, 5, 1))
    pages = [client.get("/measures").text for client in (browser("manager"), evaluator)]
    values = [page.split('<th scope="row">Workplaces that cooperate')[1].split("</tr>")[0] for page in pages]
    assert "each once" in values[0]
    assert "under 5 persons: not shown" in values[1]
    units = [page.split("Umeå</th>")[1].split("</tr>")[0] for page in pages]
    assert units[0].endswith("</a></td>")
    assert units[1].endswith('<td class="num">–</td>')


def test_numbers_of_workplaces_are_entered_and_removed(browser: Browser) -> None:
    client = browser("manager")
    given = {"municipality": "Osby", "municipality_code": "1273", "year": "2026", "workplaces": "412"}
    assert client.post("/measures/workplaces", data=given).status_code == 303
    assert client.post("/measures/workplaces", data=given | {"workplaces": "420"}).status_code == 303
    page = client.get("/measures/workplaces").text
    assert "420" in page
    assert "412" not in page
    assert client.post("/measures/workplaces", data=given | {"country": "NO", "workplaces": "77"}).status_code == 303
    both = client.get("/measures/workplaces").text
    assert "SE 1273" in both
    assert "NO 1273" in both
    assert client.post("/measures/workplaces", data=given | {"workplaces": "0"}).status_code == 422
    assert browser("coordinator").get("/measures/workplaces").status_code == 403


def test_what_staff_agreed_to_is_recorded_with_day_and_who(core_app: Flask, there: Here, browser: Browser) -> None:
    with core_app.app_context():
        unit = current_session().get_one(Unit, there.unit_id).public_id
    client = browser("manager")
    page = "/measures/staff-agreement"
    assert client.post(page, data={"unit": unit, "agreed_on": "2026-11-01", "agreed_with": " "}).status_code == 422
    given = {"unit": unit, "agreed_on": "2026-11-01", "agreed_with": "Meeting of the unit"}
    assert "Meeting of the unit" in client.post(page, data=given, follow_redirects=True).text
    assert "Nothing is recorded" in client.post(f"{page}/{unit}/end", follow_redirects=True).text


def _statements(app: Flask, call: Callable[[], object]) -> int:
    seen = []
    with app.app_context():
        engine = db.engine

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)

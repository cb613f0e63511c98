"""Before and after the first contact with an employer. The figures were worked out by hand."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Role
from crm.agreements.models import Agreement, AgreementStatus
from crm.cooperation.models import CooperationGroup, GroupMember
from crm.db import current_session
from crm.employers.models import Employer
from crm.inquiries.models import Inquiry
from crm.measures.before_after_queries import before_after, events_of
from crm.measures.formulas import Share
from crm.measures.windows import (
    AGREEMENTS,
    CONTACTS,
    INQUIRIES,
    PLACEMENTS,
    Asked,
    BeforeAfter,
    Happened,
    Pair,
    Window,
    counted,
)
from crm.participants.models import Enrolment
from crm.reports.filters import read_filters
from tests.measures.conftest import TODAY, contact
from tests.measures.test_rows_add_up import _text
from tests.participants.conftest import Here
from tests.world import World

FIRST = date(2026, 3, 10)
Browser = Callable[[str], FlaskClient]
ALL_TIME = {"since": "2020-01-01", "until": "2026-11-22"}


def compared(here: Here, asked: Asked | None = None, **address: str) -> BeforeAfter:
    return before_after(read_filters(here.manager, ALL_TIME | address), asked or Asked(), today=TODAY)


def inquiry(world: World, unit_id: int, employer: Employer, day: date, source: str = "employer_inbound") -> None:
    received = datetime.combine(day, time(9), tzinfo=UTC)
    world.save(
        Inquiry(
            unit_id=unit_id, received_on=day, received_at=received, source=source, channel="phone", topic="advice",
            employer_id=employer.id, answer_within=3, answer_due_on=day, created_at=received,
        )
    )  # fmt: skip


def enrolment(world: World, here: Here, **person: object) -> Enrolment:
    unit = current_session().get_one(Unit, here.unit_id)
    return world.enrolment(world.participant(unit, **person), world.programme(unit))


def outreach(world: World, here: Here) -> Employer:
    """Before: one inquiry. After: two inquiries, two contacts, an agreement and a placement. The day itself, what lies
    further away, an attempt and somebody else's inquiry are in neither."""
    employer = world.employer("ICA Supermarket")
    contact(world, here, FIRST, employer_id=employer.id, purpose="relationship")
    for day in (date(2026, 4, 1), date(2026, 9, 10), date(2026, 9, 11)):
        contact(world, here, day, employer_id=employer.id, purpose="request_place")
    contact(world, here, date(2026, 1, 5), employer_id=employer.id, outcome="no_answer")
    contact(world, here, date(2026, 5, 5), employer_id=employer.id, outcome="no_answer")
    contact(world, here, date(2025, 12, 5), employer_id=employer.id, archived_at=clock.now())
    for day in (date(2025, 9, 9), date(2025, 9, 10), FIRST, date(2026, 3, 11), date(2026, 9, 10)):
        inquiry(world, here.unit_id, employer, day)
    inquiry(world, here.unit_id, employer, date(2026, 4, 2), "self")
    world.save(
        Agreement(
            employer_id=employer.id, unit_id=here.unit_id, type="intention", status=AgreementStatus.ACTIVE,
            language="sv", text_version_id=_text(world).id, starts_on=date(2026, 4, 1), review_on=date(2029, 6, 1),
            signed_at=datetime(2026, 9, 10, 15, tzinfo=UTC), created_at=clock.now(),
        )
    )  # fmt: skip
    started = enrolment(world, here)
    world.placement(started, employer, starts_on=date(2026, 5, 1))
    world.placement(started, employer, starts_on=date(2026, 5, 1), status="planned")
    world.placement(started, employer, starts_on=date(2026, 5, 1), cancelled=True)
    return employer


def test_before_and_after_one_employer(core: Flask, here: Here, world: World) -> None:
    outreach(world, here)
    found = compared(here)
    (row,) = found.rows
    assert (row.begun, found.too_early) == (FIRST, 0)
    assert row.counts == {INQUIRIES: Pair(1, 2), CONTACTS: Pair(0, 2), AGREEMENTS: Pair(0, 1), PLACEMENTS: Pair(0, 1)}
    assert [(each.kind, each.events, each.employers) for each in found.sums] == [
        (INQUIRIES, Pair(1, 2), Pair(1, 1)), (CONTACTS, Pair(0, 2), Pair(0, 1)),
        (AGREEMENTS, Pair(0, 1), Pair(0, 1)), (PLACEMENTS, Pair(0, 1), Pair(0, 1)),
    ]  # fmt: skip


def test_what_is_behind_an_employer_adds_up(core: Flask, here: Here, world: World) -> None:
    """A placement of somebody whose identity is protected is counted, and never listed."""
    employer = outreach(world, here)
    world.placement(enrolment(world, here, protected=True), employer, starts_on=date(2026, 6, 1))
    filters = read_filters(here.manager, ALL_TIME)
    (row,) = compared(here).rows
    window, events, unlisted = events_of(filters, Asked(), employer.id)
    assert window == Window(FIRST, 6)
    assert (row.counts[PLACEMENTS], unlisted) == (Pair(0, 2), 1)
    assert len(events) + unlisted == sum(pair.before + pair.after for pair in row.counts.values())
    assert events_of(filters, Asked(), world.employer().id) == (None, [], 0)


def test_a_purpose_begins_the_time_after_with_its_own_first_contact(core: Flask, here: Here, world: World) -> None:
    outreach(world, here)
    (row,) = compared(here, Asked(purpose="request_place")).rows
    assert (row.begun, row.counts[CONTACTS]) == (date(2026, 4, 1), Pair(1, 2))
    assert compared(here, Asked(purpose="thanks")).rows == ()


def test_an_employer_whose_time_is_not_over_is_left_out_and_counted(core: Flask, here: Here, world: World) -> None:
    """Three months after 21 August end on 21 November, which is over on the 22nd; those after the 22nd are not."""
    for day in (date(2026, 8, 21), date(2026, 8, 22)):
        contact(world, here, day)
    found = compared(here, Asked(months=3))
    assert ([row.begun for row in found.rows], found.too_early) == ([date(2026, 8, 21)], 1)
    assert compared(here, Asked(months=6)).too_early == 2


def test_only_employers_first_spoken_with_in_the_period_are_compared(core: Flask, here: Here, world: World) -> None:
    outreach(world, here)
    assert compared(here, since="2026-03-11", until="2026-04-30").rows == ()
    assert len(compared(here, since="2026-03-10", until="2026-03-10").rows) == 1


def test_another_unit_s_contacts_begin_nothing(core: Flask, here: Here, world: World) -> None:
    employer = outreach(world, here)
    elsewhere = world.unit("Elsewhere")
    contact(world, here, date(2026, 1, 5), employer_id=employer.id, unit_id=elsewhere.id)
    inquiry(world, elsewhere.id, employer, date(2026, 4, 2))
    (row,) = compared(here).rows
    assert (row.begun, row.counts[INQUIRIES]) == (FIRST, Pair(1, 2))


def test_all_four_of_the_reference_group_are_work_training_sites(core: Flask, here: Here, world: World) -> None:
    """4 of 4, and the inquiries that they started are countable; a fifth employer is not of the group."""
    group = world.save(
        CooperationGroup(unit_id=here.unit_id, name="Referensgrupp", kind="employers", created_at=clock.now())
    )
    for name in ("ICA Supermarket", "Drivabolagen", "Nissma Montering", "Auto-Kemi"):
        employer = world.employer(name)
        world.save(GroupMember(group_id=group.id, name="Eva", employer_id=employer.id, joined_on=FIRST))
        contact(world, here, FIRST, employer_id=employer.id)
        inquiry(world, here.unit_id, employer, date(2026, 4, 1))
        world.placement(enrolment(world, here), employer, starts_on=date(2025, 1, 1), kind="se_work_training")
    contact(world, here, FIRST)
    found = compared(here, Asked(group_id=group.id))
    assert found.at_work == Share(4, 4)
    assert found.sums[0].events == Pair(0, 4)
    assert compared(here).at_work == Share(4, 5)


@given(st.lists(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=8), st.sampled_from([3, 6, 12]))
def test_the_windows_do_not_overlap_and_leave_the_day_itself_out(days: list[date], months: int) -> None:
    window = Window(date(2026, 8, 31), months)
    pair = counted([Happened(CONTACTS, day) for day in days], window)[CONTACTS]
    inside = [day for day in days if window.first <= day <= window.last and day != window.begun]
    assert pair.before + pair.after == len(inside)
    assert pair.before == sum(day < window.begun for day in inside)


def test_the_end_of_february_is_six_months_after_the_end_of_august() -> None:
    window = Window(date(2025, 8, 31), 6)
    assert (window.first, window.last) == (date(2025, 2, 28), date(2026, 2, 28))
    assert (window.is_over(date(2026, 2, 28)), window.is_over(date(2026, 3, 1))) == (False, True)


def test_the_page_the_paper_and_the_files_say_the_same(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    with core_app.app_context():
        public_id = outreach(world, there).public_id
        contact(world, there, date(2026, 11, 2))
    client = browser("manager")
    page = client.get("/measures/before-after").text
    assert "1 employer is compared. 1 employer is left out" in page
    assert "1 → 2" in page
    assert "Agreement signed" in client.get(f"/measures/before-after/employers/{public_id}").text
    assert "1 → 2" in client.get("/measures/before-after/print").text
    assert client.get("/measures/before-after.pdf").data.startswith(b"%PDF")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/measures/before-after.xlsx").data))
    sums = {row[0].value: [cell.value for cell in row[1:6]] for row in book["Together"].iter_rows()}
    assert sums["Inquiries that employers started"] == [1, 2, 1, 1, 1]
    assert [cell.value for cell in book["Employers"][2]][:4] == ["ICA Supermarket", datetime(2026, 3, 10), 1, 2]
    assert "before-after" in client.get("/measures").text


def test_an_evaluator_sees_sums_alone_and_no_placements_of_few(
    core_app: Flask, there: Here, evaluator: FlaskClient, world: World
) -> None:
    with core_app.app_context():
        public_id = outreach(world, there).public_id
    client = evaluator
    page = client.get("/measures/before-after").text
    assert "under 5 persons: not shown" in page
    assert "ICA Supermarket" not in page + client.get("/measures/before-after/print").text
    assert client.get(f"/measures/before-after/employers/{public_id}").status_code == 403
    book = openpyxl.load_workbook(io.BytesIO(client.get("/measures/before-after.xlsx").data))
    assert book.sheetnames == ["Together"]
    (hidden,) = [row for row in book["Together"].iter_rows(values_only=True) if row[0] == "Placements begun"]
    assert hidden[1:3] == ("–", "–")
    (at_work,) = [row for row in page.split("</tr>") if "Employers who have ever had somebody at work" in row]
    assert "under 5 persons: not shown" in at_work, "one employer stands for the one person there"


def test_without_a_purpose_there_is_no_contact_before_by_definition(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    with core_app.app_context():
        outreach(world, there)
    client = browser("manager")
    every, one = (client.get(f"/measures/before-after?purpose={each}").text for each in ("", "needs"))
    assert "none, by definition" in every
    assert "none, by definition" not in one
    book = openpyxl.load_workbook(io.BytesIO(client.get("/measures/before-after.xlsx").data))
    (contacts,) = [row for row in book["Together"].iter_rows(values_only=True) if row[0] == "Contacts"]
    assert (contacts[1], contacts[3]) == ("none, by definition", None)


@pytest.mark.parametrize("query", ["months=7&purpose=nothing&group=x&page=99999", "since=0001-01-01", "months=-1"])
def test_odd_addresses_open_the_usual_comparison(browser: Browser, query: str) -> None:
    assert browser("manager").get(f"/measures/before-after?{query}").status_code == 200


def test_a_column_of_rows_is_there_for_who_may_open_them(browser: Browser, evaluator: FlaskClient) -> None:
    assert '<th scope="col">Rows</th>' in browser("manager").get("/measures").text
    assert '<th scope="col">Rows</th>' not in evaluator.get("/measures").text


def test_strangers_of_the_unit_find_nothing(core: Flask, here: Here, world: World) -> None:
    outreach(world, here)
    stranger = world.actor(world.staff(Role.MANAGER))
    assert before_after(read_filters(stranger, ALL_TIME), Asked(), today=TODAY).rows == ()

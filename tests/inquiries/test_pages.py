"""The pages of inquiries."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session, transaction
from crm.imports.services import import_inquiries
from crm.inquiries.models import Inquiry, InquiryPerson, InquiryState
from crm.inquiries.services.inquiries import InquiryFields, receive_inquiry
from crm.inquiries.services.persons import NewPerson
from crm.search.queries import find
from tests.inquiries.published import published_rows
from tests.participants.conftest import Here
from tests.world import World

Browser = Callable[[str], FlaskClient]
TEN_MONTHS = "since=2011-01-01&until=2011-10-31"
LABELS = {
    "Qualification programme": "2", "Youth unit": "29", "Introduction programme": "1", "Assessment": "1",
    "Outreach team": "5", "Emergency contact for the young": "2", "Child welfare": "3", "Not stated": "10",
}  # fmt: skip
SUMS = {
    "Inquiries": "53", "Persons": "53", "Ordinary work": "6", "Placement": "8", "Summer job": "10",
    "Work or a place": "24",
}  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "topic", "source"),
    [
        ("phone", "needs_company", "employment_service"),
        ("email", "needs_company", "youth_unit"),
        ("walk_in", "advice", "qualification_programme"),
        ("phone", "advice", "front_desk"),
        ("walk_in", "follow_up_work", "self"),
        ("meeting", "clarification", "assessment_unit"),
        ("phone", "recruitment", "employer_inbound"),
    ],
)
def test_every_kind_that_was_listed_is_noted_in_under_five_fields(
    core_app: Flask, browser: Browser, channel: str, topic: str, source: str
) -> None:
    client = browser("coordinator")
    address = f"/inquiries/walk-in?channel={channel}"
    form = re.search(r'<form method="post" class="fg".*?</form>', client.get(address).text, re.DOTALL)
    assert form is not None
    fields = re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*name="(\w+)"', form.group())
    assert 0 < len(fields) < 5
    answer = client.post(address, data={"channel": channel, "source": source, "topic": topic, "who": "the tall one"})
    assert answer.status_code == 303
    with core_app.app_context():
        inquiry = current_session().query(Inquiry).one()
        assert (inquiry.channel, inquiry.topic, inquiry.source) == (channel, topic, source)
        assert inquiry.answered_at is not None
        assert [person.label for person in inquiry.persons] == ["the tall one"]


def test_a_label_that_tells_who_it_is_is_refused_and_nothing_is_lost(browser: Browser) -> None:
    given = {"topic": "advice", "who": "0701740605", "note": "Comes on Monday"}
    answer = browser("coordinator").post("/inquiries/walk-in", data=given)
    assert answer.status_code == 422
    assert "must not have numbers" in answer.text
    assert "Comes on Monday" in answer.text


def test_one_walk_in_is_about_several_persons(core_app: Flask, browser: Browser) -> None:
    client = browser("coordinator")
    client.post("/inquiries/walk-in", data={"topic": "advice", "who": "the tall one, her brother; their friend"})
    too_many = {"topic": "advice", "who": ", ".join(["somebody"] * 21)}
    assert "Write 20 persons at most." in client.post("/inquiries/walk-in", data=too_many).text
    too_long = {"topic": "advice", "who": "x" * 61}
    assert "60 characters at most" in client.post("/inquiries/walk-in", data=too_long).text
    with core_app.app_context():
        inquiry = current_session().query(Inquiry).one()
        assert [person.label for person in inquiry.persons] == ["the tall one", "her brother", "their friend"]


def test_the_same_form_sent_twice_makes_one_inquiry(core_app: Flask, browser: Browser) -> None:
    client = browser("coordinator")
    for _time in range(2):
        client.post("/inquiries/walk-in", data={"topic": "advice", "submission_key": "one"})
    with core_app.app_context():
        assert current_session().query(Inquiry).count() == 1


def test_an_inquiry_goes_from_received_to_closed_on_its_page(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    with core_app.app_context():
        employer = world.employer("Bygg AB").public_id
    client = browser("coordinator")
    data = {
        "received_on": date.today().isoformat(), "source": "unknown", "channel": "phone", "topic": "recruitment",
        "employer": employer, "answer_within": "2", "handled_by": "", "callback_requested": "y",
    }  # fmt: skip
    found = client.post("/inquiries/new", data=data | {"action": "find", "employer_text": "bygg"})
    assert "Bygg AB" in found.text
    page = client.post("/inquiries/new", data=data).headers["Location"]
    text = client.get(page).text
    assert "Employer contacted us" in text
    assert "Nobody yet" in text
    client.post(f"{page}/answered")
    client.post(f"{page}/persons", data={"search": "Öberg"})
    assert "Åsa Öberg" in client.get(page).text
    assert "Say first what came of it" in client.post(f"{page}/close", follow_redirects=True).text
    with core_app.app_context():
        person = current_session().query(InquiryPerson).one().public_id
    client.post(f"/inquiry-persons/{person}/outcome", data={"outcome": "placement"})
    client.post(f"{page}/close")
    assert "Open again" in client.get(page).text
    client.post(f"{page}/reopen")
    client.post(f"{page}/remove")
    assert client.get(page).status_code == 404
    client.post(f"{page}/restore")
    assert client.get(page).status_code == 200
    with core_app.app_context():
        inquiry = current_session().query(Inquiry).one()
        assert inquiry.state is InquiryState.IN_PROGRESS
        assert inquiry.answered_at is not None


def test_a_colleague_sees_the_inquiry_but_not_who_it_is(core_app: Flask, there: Here, browser: Browser) -> None:
    page = _noted(core_app, there, NewPerson(participant_id=there.person_id))
    assert "Öberg" in browser("coordinator").get(page).text
    text = browser("colleague").get(page).text
    assert "Öberg" not in text
    assert "whom you do not see" in text


def test_the_report_has_not_stated_and_leads_to_the_rows(core_app: Flask, there: Here, browser: Browser) -> None:
    _noted(core_app, there, NewPerson(outcome="placement"), NewPerson(outcome="placement"))
    client = browser("manager")
    text = client.get("/inquiries/report").text
    assert "Not stated" in text
    assert "2 results from 1 inquiries" in text
    row = re.search(r'href="(/inquiries\?[^"]*outcome=placement[^"]*)"', text)
    assert row is not None
    assert "Advice on a case" in client.get(row.group(1).replace("&amp;", "&")).text
    assert "2 results from 1 inquiries" in client.get("/inquiries/report.csv").get_data(as_text=True)


@pytest.fixture
def published(core_app: Flask, there: Here, browser: Browser) -> FlaskClient:
    """A manager whose unit has read in the list of 53 inquiries that a real project published."""
    rows = [f"{each.day};{each.source};phone;needs_company;{each.outcome};{each.day}" for each in published_rows()]
    source = "\n".join(["Dato;Fra;Kanal;Tema;Resultat;Resultatdato", *rows]).encode()
    with core_app.app_context():
        assert import_inquiries(there.manager, source=source).created == 53
    return browser("manager")


def test_the_page_prints_what_was_published(published: FlaskClient) -> None:
    """Ten of 53 had no source; 24 came to work or a place (45.3 %), six of them to ordinary work (11.3 %); 29 not."""
    page = published.get(f"/inquiries/report?{TEN_MONTHS}").text
    assert "These figures do not go together" not in page
    for text in ("24 of 53 inquiries", "the rest: 29", "45.3\u00a0%"):
        assert text in page, text
    sources, outcomes = (_rows_of(page, caption) for caption in ("Inquiries by source", "Outcome by source"))
    assert sources["Not stated"] == ["10", "18.9\u00a0%"]
    assert sources["Sum"] == ["53", ""]
    assert {label: sources[label][0] for label in LABELS} == LABELS
    total, share, unknown = (
        dict(zip(outcomes["Came from"], outcomes[each], strict=True))
        for each in ("Sum", "Share of all 53 inquiries", "Not stated")
    )
    assert total.items() >= SUMS.items()
    assert int(total["Not ready for work now"]) + int(total["Still in process"]) == 29
    assert (share["Ordinary work"], share["Work or a place"]) == ("11.3\u00a0%", "45.3\u00a0%")
    assert (unknown["Inquiries"], unknown["Work or a place"]) == ("10", "0")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_files_print_what_was_published(published: FlaskClient, kind: str) -> None:
    rows = _rows_of_file(published.get(f"/inquiries/report.{kind}?{TEN_MONTHS}").data, kind)
    at = next(number for number, row in enumerate(rows) if row[0] == "Group")
    assert rows[0][:2] == ["Period", "2011-01-01 – 2011-10-31"]
    table = {row[1] or row[0]: dict(zip(rows[at], row, strict=False)) for row in rows[at + 1 :]}
    assert {label: table[label]["Inquiries"] for label in LABELS} == LABELS
    assert (table["Not stated"]["Inquiries"], table["The rest"]["Inquiries"]) == ("10", "29")
    assert table["Sum"].items() >= SUMS.items()
    assert sum(int(table[label]["Work or a place"]) for label in LABELS) == 24
    share = table["Share of all 53 inquiries"]
    told = [share["Ordinary work"], share["Work or a place"]]
    if kind == "xlsx":  # numbers to go on with
        told = [f"{float(each):.1%}".replace("%", "\u00a0%") for each in told]
    assert told == ["11.3\u00a0%", "45.3\u00a0%"]


def test_outcomes_and_inquiries_about_nobody_add_up(core_app: Flask, there: Here, browser: Browser) -> None:
    _noted(core_app, there, NewPerson(outcome="placement"))
    for _each in range(3):
        _noted(core_app, there)
    client = browser("manager")
    share = _rows_of(client.get("/inquiries/report").text, "Outcome by source")["Share of all 4 inquiries"]
    shares = [float(each.removesuffix("\u00a0%")) for each in share[2:-1]]
    assert sum(shares) == 100
    book = load_workbook(io.BytesIO(client.get("/inquiries/report.xlsx?topic=advice").data))
    assert book.sheetnames == ["Report"]
    assert [book["Report"].cell(2, column).value for column in (1, 2)] == ["Topic", "Advice on a case"]


def test_files_hold_nothing_that_a_spreadsheet_would_compute(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    with core_app.app_context():
        employer_id = world.employer("=1+1").id
    _noted(core_app, there, employer_id=employer_id)
    client = browser("manager")
    assert "'=1+1" in client.get("/inquiries/export.csv").get_data(as_text=True)
    assert client.get("/inquiries/export.xlsx").data.startswith(b"PK")
    assert client.get("/inquiries/report.xlsx").data.startswith(b"PK")


def test_filters_stand_in_the_address(core_app: Flask, there: Here, browser: Browser) -> None:
    _noted(core_app, there)
    client = browser("manager")
    assert "Advice on a case</a>" in client.get("/inquiries?state=overdue&source=unknown&who=none").text
    for other in ("state=closed", "source=self", "channel=letter", "topic=other", "since=2030-01-01", "who=mine"):
        assert "No inquiry fits" in client.get(f"/inquiries?{other}&state=all").text, other
    assert "Advice on a case</a>" in client.get("/inquiries?state=all&source=group:not_stated&since=rubbish").text


def test_overdue_answers_stand_on_today_where_the_unit_keeps_inquiries(
    core_app: Flask, there: Here, browser: Browser
) -> None:
    _noted(core_app, there)
    client = browser("coordinator")
    assert "Answer overdue" not in client.get("/today").text
    with core_app.app_context(), transaction():
        current_session().get_one(Unit, there.unit_id).modules = ["inquiries"]
    assert "Answer overdue" in client.get("/today").text


def test_a_manager_reads_on_today_what_others_of_the_unit_are_late_with(
    core_app: Flask, there: Here, browser: Browser
) -> None:
    _noted(core_app, there)
    with core_app.app_context(), transaction():
        current_session().get_one(Unit, there.unit_id).modules = ["inquiries"]
        inquiry = current_session().scalars(select(Inquiry)).one()
        inquiry.handled_by_id = there.coordinator.staff_id
        handler = inquiry.handled_by.name if inquiry.handled_by else ""
    today = browser("manager").get("/today").text
    assert "Answer overdue" in today
    assert f"· {handler}" in today


def test_two_people_who_change_the_same_inquiry_lose_nothing(core_app: Flask, there: Here, browser: Browser) -> None:
    page = _noted(core_app, there)
    data = {"received_on": "2026-03-02", "channel": "phone", "topic": "advice", "answer_within": "3", "version": "1"}
    client = browser("manager")
    assert client.post(f"{page}/edit", data=data | {"note": "first"}).status_code == 303
    second = client.post(f"{page}/edit", data=data | {"note": "second", "topic": "other", "callback_requested": "y"})
    assert second.status_code == 422
    assert "second" in second.text
    assert "first" in second.text
    different = re.search(r'<dl class="facts">(.*?)</dl>', second.text, re.DOTALL)
    assert different is not None
    for word in ("Topic", "Advice on a case", "Wants to be called back", "No", "Note", "first"):
        assert word in different.group(1), word


def test_a_note_is_found_by_the_search_and_by_nobody_of_another_unit(
    core_app: Flask, there: Here, browser: Browser, world: World
) -> None:
    with core_app.app_context():
        employer_id = world.employer("Nordlys Bageri").id
        fields = InquiryFields(date(2026, 3, 2), "phone", "recruitment", employer_id=employer_id, note="Two bakers")
        with transaction():
            public_id = receive_inquiry(there.coordinator, fields=fields).public_id
        stranger = world.actor(world.staff(unit=world.unit("Another"), email="other@example.org"))
        assert find(there.manager, "bakers").groups
        assert not find(stranger, "bakers").groups
    for text in ("bakers", "nordlys"):
        assert f'href="/inquiries/{public_id}"' in browser("manager").get(f"/search?q={text}").text
    client = browser("manager")
    client.post(f"/inquiries/{public_id}/remove")
    assert f'href="/inquiries/{public_id}"' not in client.get("/search?q=bakers").text


def _noted(app: Flask, there: Here, *persons: NewPerson, employer_id: int | None = None) -> str:
    fields = InquiryFields(
        received_on=date(2026, 3, 2), channel="phone", topic="advice", employer_id=employer_id,
        source="unknown",
    )  # fmt: skip
    with app.app_context(), transaction():
        return f"/inquiries/{receive_inquiry(there.coordinator, fields=fields, persons=persons).public_id}"


def _rows_of(page: str, caption: str) -> dict[str, list[str]]:
    """The cells of a table of the page, each row under its heading; of the head, without that heading."""
    table = page.split(f">{caption}</caption>")[1].split("</table>")[0]
    cells = [
        [html.unescape(re.sub(r"<[^>]*>", "", each)).strip() for each in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]
    return {row[0]: row[1:] for row in cells}


def _rows_of_file(content: bytes, kind: str) -> list[list[str]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]

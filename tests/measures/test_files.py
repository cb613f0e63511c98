"""Workbook and PDF open in other programs and say what the page says."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from itertools import product

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from crm.measures.routes import MAKERS
from tests.measures.conftest import contact
from tests.participants.conftest import Here
from tests.world import World

MONDAY = date(2026, 11, 9)
Browser = Callable[[str], FlaskClient]
_LINE = re.compile(
    r'<th scope="row">([^<]+)<div class="sub">([^<]*)</div>.*?<strong class="nowrap">([^<]*)</strong>', re.S
)


@pytest.fixture
def manager(core_app: Flask, there: Here, browser: Browser, world: World) -> FlaskClient:
    """A manager whose coordinator has met employers; one of them is called like a formula."""
    with core_app.app_context():
        for number in range(13):
            contact(
                world, there, MONDAY + timedelta(days=number % 5), quality_level=1 + number % 5,
                purpose=("request_place", "needs", None)[number % 3], channel=("visit", "phone")[number % 2],
                employer_id=world.employer("=1+1").id,
            )  # fmt: skip
    return browser("manager")


def figures(page: str) -> dict[str, tuple[str, str]]:
    """Name to value and what it was counted from, as the page shows them."""
    return {unescape(name): (unescape(value), unescape(basis)) for name, basis, value in _LINE.findall(page)}


def test_the_workbook_says_what_the_page_says(manager: FlaskClient) -> None:
    shown = figures(manager.get("/measures").text)
    assert len(shown) > 12
    book = openpyxl.load_workbook(io.BytesIO(manager.get("/measures.xlsx").data))
    lines = {row[1].value: row for row in book["Figures"].iter_rows(min_row=5)}
    assert {name: (row[2].value, row[4].value) for name, row in lines.items()} == shown
    asks = lines["Contacts that ask for something"]
    assert (asks[2].value, asks[4].value) == ("56\u00a0%", "5 of 9")
    assert asks[3].value == pytest.approx(5 / 9)
    weeks = {row[0].value: row[2].value for row in book["Weeks"].iter_rows(min_row=2)}
    assert (weeks["2026-W46"], weeks["2026-W47"]) == (7, 0)
    assert sum(weeks.values()) == 7
    units = [cell.value for cell in book["Units"][2]]
    assert units[:3] == ["Umeå", 13, 7]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_pdf_says_what_the_page_says(manager: FlaskClient) -> None:
    shown = figures(manager.get("/measures").text)
    reader = PdfReader(io.BytesIO(manager.get("/measures.pdf").data))
    text = _plain(" ".join(page.extract_text() for page in reader.pages))
    for name, (value, basis) in shown.items():
        assert _plain(name) in text, name
        assert _plain(value + basis) in text, (name, value, basis)
    assert "2026-W46" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], "it is tagged, so that it can be read aloud"


def _plain(text: str) -> str:
    """Lines break on paper where they like."""
    return re.sub(r"\s", "", text)


FAR = "since=0001-01-01&until=9999-12-31"


@pytest.mark.parametrize(
    ("kind", "dates"),
    [("", "since=0001-01-01"), ("", "until=9999-12-31"), ("", "since=2026-13-01"), ("", FAR), ("/print", FAR),
     (".pdf", FAR), (".xlsx", FAR)],
)  # fmt: skip
def test_odd_days_in_the_address_open_the_usual_period(manager: FlaskClient, kind: str, dates: str) -> None:
    answer = manager.get(f"/measures{kind}?{dates}")
    assert answer.status_code == 200
    if not kind:
        assert "The period could not be read" in answer.text


def test_odd_days_and_pages_open_the_rows_too(manager: FlaskClient) -> None:
    queries = (FAR, "page=99999999", "page=-1&stage=nothing&unit=nobody")
    for measure, query in product(MAKERS, queries):
        assert manager.get(f"/measures/rows/{measure}?{query}").status_code == 200


def test_a_week_leads_to_its_contacts(manager: FlaskClient) -> None:
    page = manager.get("/measures?since=2026-11-01").text
    link = re.search(r'href="(/measures/rows/contacts[^"]*since=2026-11-09[^"]*)"', page)
    assert link
    assert "Together: 7 contacts" in manager.get(unescape(link[1])).text

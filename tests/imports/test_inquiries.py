"""Old inquiries from a list: 53 of them, twice, with what came of them."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm.db import current_session
from crm.imports.services import import_inquiries
from crm.inquiries.models import Inquiry, InquiryPerson, InquiryState
from crm.inquiries.queries import ALL, InquiryFilter, count_inquiries
from crm.inquiries.report_queries import first_response, outcome_table
from tests.inquiries.conftest import browser, core, here, there
from tests.inquiries.published import OUTCOMES, PERIOD, SOURCES, published_rows
from tests.participants.conftest import Here

__all__ = ["browser", "core", "here", "there"]
HEADINGS = "Dato;Fra;Kanal;Tema;Resultat;Resultatdato"


def _list(rows: list[str]) -> bytes:
    return "\n".join([HEADINGS, *rows]).encode()


@pytest.fixture
def published() -> bytes:
    return _list(
        [
            f"{each.day.isoformat()};{each.source};phone;needs_company;{each.outcome};{each.day.isoformat()}"
            for each in published_rows()
        ]
    )


def test_53_rows_are_read_in_and_the_period_filter_finds_them(core: Flask, here: Here, published: bytes) -> None:
    report = import_inquiries(here.manager, source=published)
    assert (report.rows, report.created, report.error_count) == (53, 53, 0)
    assert count_inquiries(here.manager, PERIOD) == 53
    table = outcome_table(here.manager, PERIOD)
    assert {line.source: line.inquiries for line in table.lines} == SOURCES
    assert {code: table.outcomes[code] for code in OUTCOMES} == OUTCOMES
    assert table.problems() == []


def test_the_same_list_again_changes_nothing_and_a_new_outcome_is_taken(
    core: Flask, here: Here, published: bytes
) -> None:
    import_inquiries(here.manager, source=published)
    again = import_inquiries(here.manager, source=published)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 53)
    before = outcome_table(here.manager, PERIOD).outcomes
    changed = published.replace(b";in_process;", b";placement;", 1)
    assert import_inquiries(here.manager, source=changed).updated == 1
    after = outcome_table(here.manager, PERIOD).outcomes
    assert after["placement"] == before["placement"] + 1
    assert after["in_process"] == before["in_process"] - 1
    assert count_inquiries(here.manager, PERIOD) == 53


def test_a_check_writes_nothing(core: Flask, here: Here, published: bytes) -> None:
    report = import_inquiries(here.manager, source=published, dry_run=True)
    assert report.created == 53
    assert current_session().scalar(select(func.count()).select_from(Inquiry)) == 0


def test_what_is_over_is_closed_and_spoils_no_figure(core: Flask, here: Here, published: bytes) -> None:
    import_inquiries(here.manager, source=published)
    states = select(Inquiry.state, func.count()).group_by(Inquiry.state)
    found = dict(current_session().execute(states).all())
    open_ones = sum(each.outcome == "in_process" for each in published_rows())
    assert found == {InquiryState.CLOSED: 53 - open_ones, InquiryState.RECEIVED: open_ones}
    response = first_response(here.manager, InquiryFilter(today=date(2011, 10, 31), state=ALL))
    assert (response.median_hours, response.answered) == (None, 0), "nobody wrote down when they were answered"


def test_rows_with_one_reference_are_one_inquiry_about_several_persons(core: Flask, here: Here) -> None:
    rows = [
        "Dag;Källa;Kanal;Ämne;Referens;Vem;Utfall;Besvarad",
        "2026-03-02;Ungdomsenhet;Telefon;Söker företag;7;den långa;Sommarjobb;2026-03-03",
        "2026-03-02;Ungdomsenhet;Telefon;Söker företag;7;den korta;Pågår;",
    ]
    source = "\n".join(rows).encode()
    for _time in range(2):
        report = import_inquiries(here.manager, source=source)
    assert (report.created, report.unchanged) == (0, 2)
    inquiry = current_session().scalars(select(Inquiry)).one()
    people = current_session().scalars(select(InquiryPerson).order_by(InquiryPerson.id)).all()
    assert [(each.label, each.outcome) for each in people] == [("den långa", "summer_job"), ("den korta", "in_process")]
    assert inquiry.source == "youth_unit"
    assert inquiry.answered_at is not None


def test_a_wrong_row_is_told_with_its_line_and_the_good_ones_are_kept(core: Flask, here: Here) -> None:
    source = _list(
        [
            "2011-01-03;self;phone;advice;;",
            "2011-13-03;self;phone;advice;;",
            "2011-01-03;the moon;phone;advice;;",
            "2011-01-03;;;advice;;",
        ]
    )
    report = import_inquiries(here.manager, source=source)
    assert (report.created, report.error_count) == (1, 3)
    assert [(error.line, error.column) for error in report.errors] == [(3, "Dato"), (4, "Fra"), (5, "Kanal")]


def test_a_list_is_read_in_on_the_page(
    core_app: Flask, there: Here, browser: Callable[[str], FlaskClient], published: bytes
) -> None:
    client = browser("manager")
    data = {"kind": "inquiries", "file": (BytesIO(published), "henvendelser.csv")}
    address = client.post("/imports", data=data, content_type="multipart/form-data").headers["Location"]
    assert "Read in 53 rows" in client.get(address).text
    client.post(f"{address}/confirm")
    with core_app.app_context():
        assert current_session().scalar(select(func.count()).select_from(Inquiry)) == 53
    assert "/inquiries" in client.get(address).text

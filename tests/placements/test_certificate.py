"""A certificate is shown to strangers: what stands in it, and what never does, in every language."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from pypdf import PdfReader
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff
from crm.db import current_session, transaction
from crm.glossary import picklists
from crm.placements.following_services import CertificateFields, issue_certificate
from crm.placements.models import Placement
from crm.placements.step_models import Evaluator
from crm.settings import LANGUAGES
from crm.web.filters import show_date, show_number, show_percent, show_period
from tests.participants.conftest import Here
from tests.placements.test_course import clarify, end, evaluate
from tests.placements.test_course_pages import _placement
from tests.world import World

Browser = Callable[[str], FlaskClient]
START, END, ISSUED = date(2026, 3, 2), date(2026, 5, 29), date(2026, 6, 2)
GIVEN = CertificateFields("Baking bread\nServing guests", "Careful and quick", "Eva Holm", ISSUED, 18.75)
NEVER = (
    *("health", "hälsa", "helse", "helbred", "sick", "sjuk", "syk", "syg", "disabil", "funktionsneds"),
    *("benefit", "förmån", "ytelse", "ydelse", "subsidy", "lönebidrag", "lønnstilskudd", "løntilskud", "stöd"),
    *("learn the till", "the hours", "can work in a shop"),
)


@pytest.fixture
def address(core_app: Flask, there: Here, world: World) -> str:
    """A placement on wage subsidy that ended for health, with everything written down that can be."""
    with clock.travelling(datetime(2026, 6, 2, 8, tzinfo=UTC)):
        fields = {"kind": "se_wage_subsidy", "starts_on": START, "fte_percent": 50}
        public_id, _employer = _placement(there, core_app, world, **fields)
        with core_app.app_context():
            row = current_session().scalars(select(Placement)).one()
            clarify(there, row)
            end(there, row, reason="health", on=END)
            for evaluator in Evaluator:
                evaluate(there, row, evaluator)
            with transaction():
                issue_certificate(there.coordinator, placement_id=row.id, given=GIVEN, version=0)
    return f"/placements/{public_id}/certificate"


# WeasyPrint leaves the file of its colour profile to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_certificate_has_period_hours_share_tasks_skills_supervisor_and_date_and_nothing_of_health_or_benefits(
    browser: Browser, there: Here, core_app: Flask, address: str, language: str
) -> None:
    with core_app.app_context(), transaction():
        staff = current_session().get_one(Staff, there.coordinator.staff_id)
        staff.language = language
    client = browser("coordinator")
    with core_app.test_request_context(), force_locale(language):
        said = [
            show_period(START, END), show_percent(0.5), show_number(18.75), show_date(ISSUED), "Baking bread",
            "Serving guests", "Careful and quick", "Eva Holm", "Åsa Öberg", "Nordlys Bageri AB",
        ]  # fmt: skip
        never = [
            *NEVER,
            picklists.label("placement_end_reason", "health", language).casefold(),
            picklists.label("placement_type", "se_wage_subsidy", language).casefold(),
        ]
    html = unescape(client.get(f"{address}/print").text)
    assert f'<html lang="{language}"' in html
    pdf = PdfReader(io.BytesIO(client.get(f"{address}.pdf").data))
    paper = " ".join(page.extract_text() for page in pdf.pages)
    for text in (html, paper):
        plain = " ".join(text.split())
        assert [each for each in said if " ".join(each.split()) not in plain] == []
        assert [each for each in never if each in plain.casefold()] == []


def test_what_a_certificate_can_say_has_no_field_for_health_benefits_or_the_scheme() -> None:
    assert set(CertificateFields.__dataclass_fields__) == {
        "tasks",
        "skills",
        "supervisor",
        "issued_on",
        "hours_per_week",
    }

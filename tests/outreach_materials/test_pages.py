"""A sheet is mailed from the employer's page of details."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from crm import clock
from crm.db import transaction
from crm.messaging.models import OutboxMessage
from crm.messaging.outbox import sweep
from tests.outreach_calling.desk import NOON, Desk, count, employer_of, person_of

Browser = Callable[[str], FlaskClient]


def test_a_sheet_is_mailed_once_and_the_page_says_where_it_stands(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    page = client.get(f"/employers/{outside.employer}/details")
    form = page.text[page.text.index("/material") :]
    key = re.search(r'name="submission_key"[^>]*value="([^"]+)"', form)
    assert key
    sent = {
        "submission_key": key.group(1), "sheet": str(outside.sheet_id), "language": "sv",
        "receiver": str(outside.person_id),
    }  # fmt: skip
    for _each in range(2):
        answer = client.post(f"/employers/{outside.employer}/material", data=sent, follow_redirects=True)
        assert "on its way" in answer.text
    assert "Planned" in answer.text[answer.text.index('id="material"') :]
    with client.application.app_context():
        assert count(OutboxMessage) == 1


def test_in_the_evening_the_page_says_that_the_sheet_leaves_in_the_morning_and_then_why_it_did_not(
    browser: Browser, outside: Desk, a_tuesday: Callable[..., None]
) -> None:
    client = browser("caller")
    sent = {
        "submission_key": "k", "sheet": str(outside.sheet_id), "language": "sv", "receiver": str(outside.person_id),
    }  # fmt: skip
    for hour, said in ((19, "It leaves tomorrow at 08:00."), (29, "It leaves today at 08:00.")):
        a_tuesday(NOON + timedelta(hours=hour - 11))
        answer = client.post(f"/employers/{outside.employer}/material", data=sent, follow_redirects=True)
        assert said in answer.text
    with client.application.app_context(), transaction():
        person_of(outside).email = None
    a_tuesday(NOON + timedelta(days=1))
    with client.application.app_context():
        sweep()
    page = client.get(f"/employers/{outside.employer}/details").text
    assert "No e-mail address" in page[page.index('id="material"') :]


def test_what_cannot_be_chosen_is_refused_in_words(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    for wrong in ({"sheet": "999"}, {"receiver": "999"}, {"receiver": ""}, {"language": "da"}):
        sent = {"sheet": str(outside.sheet_id), "language": "sv", "receiver": str(outside.person_id)} | wrong
        answer = client.post(f"/employers/{outside.employer}/material", data=sent, follow_redirects=True)
        assert "Choose the sheet, its language and who gets it." in answer.text
    with client.application.app_context():
        assert count(OutboxMessage) == 0


@pytest.mark.parametrize("shut", ["do_not_contact", "advertising_block", "archived_at"])
def test_who_is_shut_is_mailed_nothing_also_by_a_form_from_before(browser: Browser, outside: Desk, shut: str) -> None:
    client = browser("caller")
    with client.application.app_context(), transaction():
        setattr(employer_of(outside), shut, clock.now() if shut == "archived_at" else True)
    sent = {"sheet": str(outside.sheet_id), "language": "sv", "receiver": str(outside.person_id)}
    answer = client.post(f"/employers/{outside.employer}/material", data=sent, follow_redirects=True)
    assert "on its way" not in answer.text
    with client.application.app_context():
        assert count(OutboxMessage) == 0

"""A sheet is mailed from the employer's page of details."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from crm.messaging.models import OutboxMessage
from tests.outreach_calling.desk import Desk, count

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


def test_what_cannot_be_chosen_is_refused_in_words(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    for wrong in ({"sheet": "999"}, {"receiver": "999"}, {"receiver": ""}, {"language": "da"}):
        sent = {"sheet": str(outside.sheet_id), "language": "sv", "receiver": str(outside.person_id)} | wrong
        answer = client.post(f"/employers/{outside.employer}/material", data=sent, follow_redirects=True)
        assert "Choose the sheet, its language and who gets it." in answer.text
    with client.application.app_context():
        assert count(OutboxMessage) == 0

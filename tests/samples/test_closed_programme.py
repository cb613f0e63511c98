"""The closed programme agrees, on the page, with every number that was published about it."""

import pytest
from flask import Flask
from sqlalchemy import select

from crm.db import current_session
from crm.programmes.models import Programme
from surveys.reconciling import reconcile
from surveys.retention import delete_old_answers
from tests.samples.conftest import SignedIn
from tests.samples.reading import text_of

PUBLISHED = {
    "starts and persons": "Starts 86 80 persons · 6 re-entries",
    "men": "Men 44 55 % 47 55 %",
    "women": "Women 36 45 % 39 45 %",
    "expected": "Expected: 60 persons (133 %).",
    "result by persons": "Persons (the last exit of each) 37 80 46 %",
    "result by starts": "Starts (every exit) 37 86 43 %",
    "target": "37 of 80 (46 %) Not reached Target 60 %",
    "response": "At the exit: 55 of 86 (64 %) answered.",
    "ledger": "Sum, of 86 exits 86 adds up 86 adds up",
    "goals": "3 of 5 goals reached",
    "good treatment": "Did we treat you well? Not reached one more yes was needed all but one of 55 said yes; "
    "95 % interval: 90 % to 100 % Write what you will do 98 % 54 of 55 100 %",
    "closer to work": "Reached may be chance all but 3 of 55 said yes; 95 % interval: 85 % to 98 % 95 % 52 of 55 95 %",
    "positive experience": "Reached all 55 said yes; 95 % interval: 93 % to 100 % 100 % 55 of 55 80 %",
    "more motivated": "Not reached one more yes was needed; may be chance 51 of 55 said yes; "
    "95 % interval: 83 % to 97 % Write what you will do 93 % 51 of 55 95 %",
    "got tools": "Reached all but 2 of 55 said yes; 95 % interval: 88 % to 99 % 96 % 53 of 55 80 %",
    "later, persons": "27 of 60 (45 %) of those whose situation is known were in work or studies after 90 days.",
    "later, same persons": "At the exit it was 37 of 80 (46 %) of the same persons.",
    "later, bases": "Exits at least 90 days back 80 86",
    "told": "Told by the person 44 44 Known by staff only 16 16 Unknown 20 26",
    "worst": "Worst case: none of the unknown 34 % 31 %",
    "best": "Best case: all of the unknown 59 % 62 %",
    "at exit": "The same at the exit 46 % 43 %",
}


@pytest.fixture
def address(filled: Flask) -> str:
    with filled.app_context():
        programme = current_session().scalars(select(Programme).where(Programme.code == "NYTT-STEG")).one()
        return f"/follow-up?programme={programme.public_id}"


@pytest.mark.parametrize("what", PUBLISHED)
def test_the_page_prints_the_published_number(signed_in: SignedIn, address: str, what: str) -> None:
    assert PUBLISHED[what] in text_of(signed_in("manager@example.org"), address)


def test_the_ledger_names_every_state(signed_in: SignedIn, address: str) -> None:
    page = text_of(signed_in("manager@example.org"), address)
    assert "Answered 55 44" in page
    assert "Declined 4 3" in page
    assert "Closed without an answer 19 30" in page
    assert "language 4, the programme sends nothing 2, illness 2" in page


def test_a_coordinator_is_not_told_who_declined(signed_in: SignedIn, address: str) -> None:
    page = text_of(signed_in("coordinator@example.org"), address)
    assert "Closed without an answer (declined included) 23 33" in page
    assert "Declined or no answer (R and NC) 23 33" in page
    assert "Declined 4" not in page


def test_the_nightly_jobs_change_no_number(filled: Flask, signed_in: SignedIn, address: str) -> None:
    client = signed_in("evaluator@example.org")
    before = text_of(client, address)
    with filled.app_context():
        reconcile()
        assert delete_old_answers() == "nothing to delete"
    after = text_of(client, address)
    assert before[before.index("Surveys:") :] == after[after.index("Surveys:") :]


def test_the_print_page_carries_the_same_goals(signed_in: SignedIn, address: str) -> None:
    page = text_of(signed_in("manager@example.org"), address.replace("/follow-up?", "/follow-up/print?"))
    assert "3 of 5 goals reached" in page
    assert "Write what you will do" not in page

"""Opening a page changes nothing, whoever opens it: a person, a browser that fetches ahead, a scanner of mail links."""

import pytest
from werkzeug.routing import Rule

from tests.contracts.premises import Premises, is_paper, name_of, readers, rules

SCANNER = "Mozilla/5.0 (compatible; Safelinks; BingPreview/1.0b) LinkScanner"
VISITS = (
    ("GET", {}),
    ("HEAD", {"Purpose": "prefetch"}),
    ("GET", {"Sec-Purpose": "prefetch;prerender", "User-Agent": SCANNER}),
    ("OPTIONS", {"User-Agent": SCANNER}),
)
# What a telephone asks for while nobody may be signed in on it: then it says so (401), and that is the answer here.
ANSWERS_SIGNED_OUT = {"outreach_visits.day"}
PARTICIPANTS = ("/s/", "/o/", "/genuine")


@pytest.mark.parametrize("rule", rules("GET"), ids=name_of)
def test_a_page_leaves_every_table_as_it_was(rule: Rule, premises: Premises) -> None:
    address, before = premises.address(rule), premises.contents()
    opened = False
    for role in readers(premises.app, rule):
        # Once it has opened for somebody in each of these ways, everybody else opens it in one.
        visits = VISITS[:1] if opened else VISITS[2:] if is_paper(rule) else VISITS
        answers = [premises.browser(role).open(address, method=method, headers=said) for method, said in visits]
        assert all(answer.status_code != 500 for answer in answers), f"{role} {address}"
        opened = opened or answers[0].status_code == 200
        if opened and is_paper(rule):
            break
    assert premises.contents() == before


@pytest.mark.parametrize("rule", [rule for rule in rules("POST") if "GET" not in (rule.methods or ())], ids=name_of)
def test_the_address_of_an_action_does_nothing_when_it_is_opened(rule: Rule, premises: Premises) -> None:
    address, before = premises.address(rule), premises.contents()
    for role in readers(premises.app, rule):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = premises.browser(role).open(address, method=method, headers={"Purpose": "prefetch"})
            assert answer.status_code != 500
    assert premises.contents() == before


@pytest.mark.parametrize("rule", [rule for rule in rules("GET") if rule.rule.startswith(PARTICIPANTS)], ids=name_of)
def test_a_page_of_a_participant_sets_no_cookie(rule: Rule, premises: Premises) -> None:
    answer = premises.browser(None).get(premises.address(rule))
    assert answer.status_code in (200, 303)
    assert "Set-Cookie" not in answer.headers


def test_the_checksum_sees_a_change(premises: Premises) -> None:
    before = premises.contents()
    token = premises.special["surveys_opt_out"]["token"]
    assert premises.browser(None).post(f"/o/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    changed = {name for name, checksum in premises.contents().items() if checksum != before[name]}
    assert {"consent", "survey_due"} <= changed


def test_most_pages_open_for_somebody(premises: Premises) -> None:
    """Otherwise the tests above would be about error pages."""
    closed = []
    for rule in rules("GET"):
        address = premises.address(rule)
        statuses = (premises.browser(role).get(address).status_code for role in readers(premises.app, rule))
        opens = any(status in (200, 301, 302, 303) for status in statuses)
        if not opens and rule.endpoint not in ANSWERS_SIGNED_OUT:
            closed.append(name_of(rule))
    assert not closed

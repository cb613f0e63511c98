"""Opening a page changes nothing, whoever opens it: a person, a browser that fetches ahead, a scanner of mail links."""

import pytest
from werkzeug.routing import Rule

from tests.contracts.premises import Premises, name_of, readers, rules

SCANNER = "Mozilla/5.0 (compatible; Safelinks; BingPreview/1.0b) LinkScanner"
VISITS = (
    ("GET", {}),
    ("HEAD", {"Purpose": "prefetch"}),
    ("GET", {"Sec-Purpose": "prefetch;prerender", "User-Agent": SCANNER}),
    ("OPTIONS", {"User-Agent": SCANNER}),
)
# A file that takes a second to make is asked for by one person only.
SLOW = {"reports.follow_up_pdf"}
PARTICIPANTS = ("/s/", "/o/", "/genuine")


@pytest.mark.parametrize("rule", rules("GET"), ids=name_of)
def test_a_page_leaves_every_table_as_it_was(rule: Rule, premises: Premises) -> None:
    address, before = premises.address(rule), premises.contents()
    for role in readers(premises.app, rule)[: 1 if rule.endpoint in SLOW else None]:
        browser = premises.browser(role)
        for method, headers in VISITS:
            answer = browser.open(address, method=method, headers=headers)
            assert answer.status_code != 500, f"{role} {method} {address}"
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
        statuses = [
            premises.browser(role).get(premises.address(rule)).status_code for role in readers(premises.app, rule)
        ]
        if not {200, 301, 302, 303} & set(statuses):
            closed.append((name_of(rule), statuses))
    assert not closed

"""Every page that exists, taken from the route map: no axe failure in light and dark, no sideways scrolling at 320 px.

A route whose parameters this test cannot fill fails it: add the query for an example to ``EXAMPLES``.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page
from werkzeug.routing import Rule

from crm.app import create_app
from tests.browser.conftest import ADMINISTRATOR, COORDINATOR, EVALUATOR, MANAGER, Product
from tests.conftest import make_settings
from tests.contracts.branch_objects import kinds_of
from tests.servers.browser import Windows, find_violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages"), pytest.mark.timeout(420)]

NARROW = {"width": 320, "height": 640}
MINE = "JOIN staff s ON s.email = 'coordinator@example.org'"
EXAMPLES = {
    "employers": f"SELECT e.public_id FROM employer e JOIN employer_relationship r ON r.employer_id = e.id {MINE}"
    " WHERE r.owner_id = s.id AND e.archived_at IS NULL ORDER BY e.id LIMIT 1",
    "relationships": f"SELECT r.public_id FROM employer_relationship r {MINE} WHERE r.owner_id = s.id LIMIT 1",
    "contacts": f"SELECT c.public_id FROM contact c {MINE} WHERE c.staff_id = s.id LIMIT 1",
    "people": "SELECT public_id FROM contact_person LIMIT 1",
    "person_id": "SELECT p.public_id FROM contact_person p JOIN position o ON o.person_id = p.id WHERE o.employer_id ="
    f" (SELECT e.id FROM employer e JOIN employer_relationship r ON r.employer_id = e.id {MINE}"
    " WHERE r.owner_id = s.id AND e.archived_at IS NULL ORDER BY e.id LIMIT 1) LIMIT 1",
    "workplace_id": "SELECT w.public_id FROM workplace w WHERE w.employer_id ="
    f" (SELECT e.id FROM employer e JOIN employer_relationship r ON r.employer_id = e.id {MINE}"
    " WHERE r.owner_id = s.id AND e.archived_at IS NULL ORDER BY e.id LIMIT 1) LIMIT 1",
    "participants": f"SELECT p.public_id FROM participant p JOIN enrolment n ON n.participant_id = p.id {MINE}"
    " WHERE n.coordinator_id = s.id AND n.exited_on IS NULL AND p.protected = 0 LIMIT 1",
    "enrolments": f"SELECT n.public_id FROM enrolment n {MINE}"
    " WHERE n.coordinator_id = s.id AND n.exited_on IS NULL LIMIT 1",
    "exits": f"SELECT x.public_id FROM enrolment_exit x JOIN enrolment n ON n.id = x.enrolment_id {MINE}"
    " WHERE n.coordinator_id = s.id AND x.reopened_at IS NULL ORDER BY x.exit_on DESC LIMIT 1",
    "placements": "SELECT p.public_id FROM placement p JOIN participant q ON q.id = p.participant_id"
    " WHERE q.protected = 0 AND p.status = 'active' ORDER BY p.id DESC LIMIT 1",
    "programmes": "SELECT public_id FROM programme ORDER BY id DESC LIMIT 1",
    "staff_public_id": "SELECT public_id FROM staff WHERE email = 'coordinator@example.org'",
    "unit_public_id": "SELECT public_id FROM unit ORDER BY id DESC LIMIT 1",
    "mailbox": "SELECT public_id FROM mailbox_item WHERE participant_id IN (SELECT n.participant_id FROM enrolment n"
    f" {MINE} WHERE n.coordinator_id = s.id) ORDER BY id DESC LIMIT 1",
    "messages": "SELECT public_id FROM outbox_message WHERE participant_id IN (SELECT n.participant_id FROM enrolment n"
    f" {MINE} WHERE n.coordinator_id = s.id) ORDER BY id DESC LIMIT 1",
    "interview": "SELECT d.public_id FROM survey_due d JOIN participant q ON q.id = d.participant_id"
    " WHERE d.state = 'sent_waiting' AND d.wave = 'exit' AND q.protected = 0 ORDER BY d.id DESC LIMIT 1",
    "plans": "SELECT public_id FROM survey_plan LIMIT 1",
    "versions": "SELECT v.public_id FROM survey_version v JOIN survey_questionnaire q ON q.id = v.questionnaire_id"
    " WHERE q.key = 'exit' LIMIT 1",
    "translations": "SELECT public_id FROM survey_translation WHERE language = 'ar' LIMIT 1",
    "texts": "SELECT public_id FROM survey_message_text WHERE channel = 'sms' LIMIT 1",
    "imports": "SELECT public_id FROM import_run LIMIT 1",
    "kind": "SELECT 'csv'",
    "partnerships": "SELECT public_id FROM partnership ORDER BY id LIMIT 1",
    "commitments": "SELECT public_id FROM commitment ORDER BY id LIMIT 1",
    "testimonials": "SELECT public_id FROM testimonial ORDER BY id LIMIT 1",
    "coverage": "SELECT public_id FROM coverage_target ORDER BY id LIMIT 1",
    "partners": "SELECT public_id FROM programme_partner ORDER BY id LIMIT 1",
    "goals": "SELECT public_id FROM programme_goal ORDER BY id LIMIT 1",
    "key": "SELECT 'good_treatment'",
    "language": "SELECT 'ar'",
}
# Reached only in the middle of something, or by a secret that is not kept; each has tests of its own.
ELSEWHERE = {
    "security.two_factor_token_validation",
    "security.two_factor_rescue",
    "security.tf_select",
    "security.mf_recovery",
    "security.reset_password",
    "security.two_factor_setup_validate",
    "accounts.accept_invitation_page",
    "web.asset",
    "web.favicon",
    "jobs.health",
}


@dataclass
class Visits:
    """A window of each role, and examples for parameters."""

    product: Product
    windows: Windows
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, email: str) -> Page:
        if email not in self.pages:
            page = self.windows.desktop(self.product.url)
            self.pages[email] = self.product.sign_in(page, email) if email else page
        return self.pages[email]

    def upload(self) -> None:
        """A file of employers, read but not yet taken over: what the page of an import shows."""
        page = self.page(MANAGER)
        page.goto(self.product.url + "/imports")
        file = {"name": "employers.csv", "mimeType": "text/csv", "buffer": b"Name;Phone\nNordlys AS;wrong\nSol AB;\n"}
        page.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]  # a plain dict
        page.locator("main form:has(input[type=file]) button[type=submit]").first.click()

    def example(self, kind: str, address: str) -> str | None:
        path = self.product.server.home / "brobygg.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            if kind == "token":
                return self._token(database, address[:3])
            found = database.execute(EXAMPLES[kind]).fetchone()
        return found[0] if found else None

    def _token(self, database: sqlite3.Connection, place: str) -> str:
        texts = database.execute("SELECT text FROM mailbox_item ORDER BY id DESC")
        return next(m.group(1) for (text,) in texts if (m := re.search(rf"{place}([\w-]+)", text)))


def rules() -> list[Rule]:
    """The routes that answer GET, from the application's own map."""
    app = create_app(make_settings(Path("unused")))
    return [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and r.endpoint not in ELSEWHERE]


@pytest.fixture(scope="module")
def visits(product: Product, browser: object) -> Iterator[Visits]:
    windows = Windows(browser)  # type: ignore[arg-type]  # the fixture's type is Playwright's Browser
    visits = Visits(product, windows)
    visits.upload()
    yield visits
    windows.close()


def _address(rule: Rule, visits: Visits) -> str:
    address = rule.rule
    for name, kind in kinds_of(rule).items():
        value = visits.example(kind, rule.rule)
        assert value, f"no example of '{kind}' in the sample data for {rule.rule}"
        address = re.sub(rf"<[^<>]*{name}>", lambda _m, value=value: value, address)
    return address


def _open(rule: Rule, visits: Visits) -> Page | None:
    """The page opened by the first role that may; None when it is a file."""
    address = visits.product.url + _address(rule, visits)
    for email in (COORDINATOR, MANAGER, ADMINISTRATOR, EVALUATOR):
        page = visits.page(email)
        answer = page.context.request.get(address, max_redirects=3)
        if answer.status == 200:
            if "text/html" not in answer.headers.get("content-type", ""):
                return None
            page.goto(address)
            return page
    raise AssertionError(f"nobody can open {address}")


def _problems(page: Page) -> list[str]:
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # two literals
        found += [
            f"{scheme}: {violation['id']} {node['target']} {node['html'][:120]}"
            for violation in find_violations(page)
            for node in violation["nodes"]
        ]
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a plain dict
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROW["width"]:
        found.append(f"{width} px wide at {NARROW['width']} px")
    page.set_viewport_size({"width": 1280, "height": 800})
    return found


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.endpoint}")
def test_a_page_has_no_axe_failure_and_no_sideways_scrolling(rule: Rule, visits: Visits) -> None:
    page = _open(rule, visits)
    if page is None:
        return
    problems = _problems(page)
    assert not problems, page.url + "\n" + "\n".join(problems)
    assert page.title()
    assert page.locator("h1").count() == 1

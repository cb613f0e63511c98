"""Every page that exists, taken from the route map: no axe failure in light and dark, no sideways scrolling at 320 px.

A route whose parameters this test cannot fill fails it: add the query for an example to ``examples.py``.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page
from werkzeug.routing import Rule

from tests.browser.conftest import ADMINISTRATOR, COORDINATOR, EVALUATOR, MANAGER, Product
from tests.browser.examples import EXAMPLES
from tests.contracts.branch_objects import kinds_of, map_app
from tests.servers.browser import Windows, find_low_contrast, find_violations, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

NARROW = {"width": 320, "height": 640}
# Reached only in the middle of something, by a secret that is not kept, or a piece of a page that a script puts in;
# each has tests of its own.
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
    "employers.known",
    "outreach_visits.look",
    "outreach_calendars.feed",
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
        follow(page.locator("main form:has(input[type=file]) button[type=submit]").first)

    def example(self, kind: str, address: str) -> str | None:
        path = self.product.server.home / "brobygg.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            if kind == "token":
                return self._token(database, address.partition("<")[0])
            if kind == "language" and ("documents" in address or "call-scripts" in address):
                return "sv"  # of which the sample has texts; questionnaires are read in Arabic
            if kind == "key" and "call-scripts" in address:
                return "greet"
            found = database.execute(EXAMPLES[kind]).fetchone()
        return found[0] if found else None

    def _token(self, database: sqlite3.Connection, place: str) -> str:
        texts = database.execute("SELECT text FROM mailbox_item ORDER BY id DESC")
        return next(m.group(1) for (text,) in texts if (m := re.search(rf"{place}([\w-]+)", text)))


def rules() -> list[Rule]:
    """The routes that answer GET, from the application's own map."""
    return [r for r in map_app().url_map.iter_rules() if "GET" in (r.methods or ()) and r.endpoint not in ELSEWHERE]


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
    for scheme, look in (("light", find_violations), ("dark", find_low_contrast)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # two literals
        found += [
            f"{scheme}: {violation['id']} {node['target']} {node['html'][:120]}"
            for violation in look(page)
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

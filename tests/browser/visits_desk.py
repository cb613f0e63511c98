"""What the browser tests of visits share: a telephone in the hand of a coordinator, and rows of visits."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from crm.db import new_public_id
from tests.browser.conftest import COORDINATOR, PASSWORD, Product
from tests.servers.browser import follow

READY = "#visits-phone[data-ready]"
CARD = "#visits-card"


def now_of(product: Product) -> datetime:
    """The time that the server's clock shows."""
    return datetime.now(UTC) + timedelta(seconds=product.shift)


def ask(product: Product, statement: str, *values: object) -> list[Any]:
    """Rows of the product's database."""
    with closing(sqlite3.connect(product.server.home / "brobygg.db", timeout=30)) as database:
        found = database.execute(statement, values).fetchall()
        database.commit()
        return found


def plan_visits(product: Product, number: int, *, hour: int = 8) -> list[str]:
    """So many visits of the coordinator today, a minute apart; their public ids."""
    now = now_of(product)
    begin = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    (row,) = ask(
        product,
        "SELECT e.id, s.id, s.unit_id FROM employer e JOIN employer_relationship r ON r.employer_id = e.id"
        " JOIN staff s ON s.id = r.owner_id WHERE s.email = ? AND e.archived_at IS NULL AND e.do_not_contact = 0"
        " AND e.advertising_block = 0 ORDER BY e.id DESC LIMIT 1",
        COORDINATOR,
    )
    employer, staff, unit = row
    found = []
    for place in range(number):
        public_id = new_public_id()
        ask(
            product,
            "INSERT INTO outreach_visit (public_id, version_id, employer_id, unit_id, staff_id, at, zone, minutes,"
            " purpose, state, created_at, changed_at)"
            " VALUES (?, 1, ?, ?, ?, ?, 'Europe/Stockholm', 30, 'needs', 'planned', ?, ?)",
            public_id, employer, unit, staff, (begin + timedelta(minutes=place)).strftime("%Y-%m-%d %H:%M:%S.000000"),
            now.strftime("%Y-%m-%d %H:%M:%S.000000"), now.strftime("%Y-%m-%d %H:%M:%S.000000"),
        )  # fmt: skip
        found.append(public_id)
    return found


def contacts_of(product: Product, visits: list[str]) -> dict[str, list[str]]:
    """The notes of the contacts of each visit, by its public id."""
    notes = ask(product, "SELECT note FROM contact WHERE note LIKE 'About %' AND archived_at IS NULL")
    return {each: [note for (note,) in notes if note.startswith(f"About {each}")] for each in visits}


def sign_in_on(page: Page, url: str, email: str = COORDINATOR) -> None:
    """Sign in through the form, wherever the page is."""
    page.goto(f"{url}/sign-in")
    if "/sign-in" not in page.url:
        return
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    follow(page.locator("main form button[type=submit]"))
    expect(page).not_to_have_url(re.compile("sign-in"))


def ready_phone(page: Page, product: Product, url: str) -> Page:
    """A telephone that is signed in and keeps the visits of the day; its clock is the server's."""
    page.context.clock.set_system_time(now_of(product))
    sign_in_on(page, url)
    page.goto(f"{url}/today")
    page.locator(READY).wait_for(state="attached")
    return page


def open_form(page: Page, url: str, visit: str) -> None:
    """The form of a visit on the card."""
    page.goto(f"{url}/visits/phone#{visit}")
    page.locator(f"{CARD}[data-shown='{visit}'] #visit-log").wait_for()


def fill_in(page: Page, visit: str, *, text: str = "") -> None:
    """The least that is needed, and a note that names the visit."""
    page.select_option("#visit-log [name=outcome]", "interested")
    if page.locator("#visit-log details[open]").count() == 0:
        page.locator("#visit-log summary").click()
    page.fill("#visit-log [name=note]", f"About {visit} {text}".strip())
    page.locator("#visit-log form[data-kept='1']").wait_for()


def save(page: Page) -> None:
    """Press the button; the card says what became of it."""
    page.locator("#visit-log button[type=submit]").click()  # stays on the page

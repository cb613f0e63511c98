"""Pictures of calls to employers: a call list as it is made and called, a call in progress, the results."""

import re

from playwright.sync_api import Page, expect

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow

CALL = re.compile(r"/calls/[\w-]{16}(#.*)?$")


def call_lists(windows: Windows, url: str) -> None:
    """Who is left out of a list before it is made, and the list that the unit calls from."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/call-lists/new?view=owner%3Dunit")
    desk.fill("#name", "Places for the spring")
    desk.select_option("#script_id", label="First call to an employer")
    desk.select_option("#wanted", "visit_booked")
    desk.locator("#list summary", has_text="More").click()
    desk.fill("#cooldown_days", "7")
    follow(desk.get_by_role("button", name="Count again"))
    desk.locator("#who summary").click()
    save(desk, "call-list-new", height=1094)
    desk.goto("/call-lists")
    follow(desk.locator("main").get_by_role("link", name="Summer jobs", exact=True))
    save(desk, "call-list", height=830)


def calls(windows: Windows, url: str) -> None:
    """The call of the sample data that waits on Today, at the desk, on a phone, and as it is closed."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/today")
    follow(desk.locator("#open-calls a").first)
    expect(desk).to_have_url(CALL)
    desk.locator("summary", has_text="Read the script in another language").click()
    follow(desk.get_by_role("button", name="English"))
    for answer in ("yes", "next"):
        _answer(desk, answer)
    desk.fill("#f_needs_text", "Two people in the laundry, mornings")
    desk.fill("#note", "Came through the switchboard. Friendly, has ten minutes.")
    desk.locator("#note").blur()
    expect(desk.locator("#kept")).to_contain_text("Saved at")
    desk.evaluate("scrollTo(0, 0)")
    save(desk, "call", height=1004)
    phone = sign_in(windows.phone(url), "coordinator")
    phone.goto(desk.url)
    phone.evaluate("scrollTo(0, 0)")
    save(phone, "call-phone", height=830)
    _to_the_end(desk)
    desk.evaluate("scrollTo(0, 0)")
    save(desk, "call-close", height=1470)


def _to_the_end(desk: Page) -> None:
    for answer in ("next", "good", "next", "maybe"):
        _answer(desk, answer)
    desk.fill("#f_date_time", "2026-12-01T10:00")
    for answer in ("agreed", "no", "done"):
        _answer(desk, answer)
    expect(desk).to_have_url(re.compile("/close"))


def _answer(desk: Page, answer: str) -> None:
    follow(desk.locator(f"button[name=answer][value='{answer}']"))


def campaigns(windows: Windows, url: str) -> None:
    """The results of a call list."""
    desk = sign_in(windows.desktop(url), "manager")
    desk.goto("/campaigns")
    follow(desk.locator("main").get_by_role("link", name="Summer jobs", exact=True))
    save(desk, "campaign", height=706)

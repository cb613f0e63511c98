"""Stories 3 and 4: a caller presses "next", is led through the call, and saves it; the promised sheet goes at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, PASSWORD, Product
from tests.browser.visits_desk import ask
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow, next_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
STEP = re.compile(r"/calls/[\w-]{16}(#.*)?$")
CLOSE = re.compile(r"/calls/[\w-]{16}/close")


def make_list(page: Page, name: str) -> str:
    """A list of the unit's employers with the shipped script; the path of its page."""
    page.goto("/call-lists/new?view=owner%3Dall")
    page.fill("#name", name)
    page.select_option("#script_id", label="First call to an employer")
    page.locator("summary", has_text="More").last.click()
    page.fill("#cooldown_days", "0")
    follow(page.locator("button[value=build]"))
    return "/call-lists/" + re.sub(r"^.*/call-lists/([\w-]{16}).*$", r"\1", page.url)


def call_next(page: Page, path: str) -> None:
    page.goto(path)
    follow(page.locator("main form[action$='/next-call'] button").first)
    expect(page).to_have_url(STEP)


def begin_from_an_employer(page: Page, url: str) -> None:
    """A call to one of the coordinator's own employers that may be called, from its page."""
    page.goto(f"{url}/employers?owner=mine")
    links = page.locator("main tbody th a")
    for address in [links.nth(number).get_attribute("href") for number in range(links.count())]:
        page.goto(f"{url}{address}")
        if page.locator("#script-call summary").count():
            page.locator("#script-call summary").click()
            follow(page.get_by_role("button", name="Begin the call"))
            expect(page).to_have_url(STEP)
            return
    raise AssertionError("every employer is closed, or being called")


def answer(page: Page, key: str) -> None:
    follow(page.locator(f"button[name=answer][value='{key}']"))


def with_address(product: Product) -> None:
    """Whoever is called first has an address, whatever the sample data say."""
    ask(product, "UPDATE employer SET email = 'info@example.net'")


def test_story_three_a_whole_call_with_the_keyboard_alone(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    path = make_list(page, "Keys")
    call_next(page, path)
    assert_axe_clean(page)
    employer = page.locator("h1").inner_text()
    assert page.locator("#history").count() == 1, "the last contacts"
    assert "Next step" in page.locator("main .first").inner_text(), "and what was promised"
    with next_page(page):
        page.keyboard.press("1")
    assert "Emma Skoglund" in page.locator(".say").inner_text(), "the script has the names filled in"
    page.keyboard.press("n")
    page.keyboard.type("Busy 1 2 3")
    expect(page.locator("#kept")).to_contain_text("Saved at")
    page.keyboard.press("Escape")
    with next_page(page):
        page.keyboard.press("2")
    assert page.input_value("#note") == "Busy 1 2 3", "keys typed into the note answer nothing"
    page.locator("#f_date_time").focus()
    page.fill("#f_date_time", "2030-01-07T10:00")
    page.keyboard.press("Escape")
    with next_page(page):
        page.keyboard.press("1")
    with next_page(page):
        page.keyboard.press("0")
    assert page.input_value("#f_date_time") == "2030-01-07T10:00", "one step back brings it back"
    page.locator("button[name=answer]").first.focus()
    with next_page(page):
        page.keyboard.press("1")
    with next_page(page):
        page.keyboard.press("1")
    expect(page).to_have_url(CLOSE)
    assert_axe_clean(page)
    assert "Call them back at 10:00" in page.locator("#announced").inner_text()
    assert page.input_value("#outcome") == "callback_requested"
    follow(page.locator("button[value=next]"), key="Enter")
    expect(page).to_have_url(STEP)
    assert page.locator("h1").inner_text() != employer, "the next one"
    page.goto(f"/employers?owner=all&q={employer}")
    follow(page.locator("main tbody th a").first)
    expect(page.locator("#history")).to_contain_text("Busy 1 2 3")


def test_story_four_what_was_promised_is_in_the_outbox_before_the_next_number(
    product: Product, windows: Windows
) -> None:
    with_address(product)
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    path = make_list(page, "Sheets")
    call_next(page, path)
    assert_no_sideways_scrolling(page)
    name = page.locator("h1").inner_text()
    for key in ("go", "yes", "next", "next", "good", "next", "maybe"):
        answer(page, key)
    answer(page, "agreed")
    expect(page.locator(".ds-error-summary")).to_contain_text("Day and time")
    page.fill("#f_date_time", "2030-01-07T10:00")
    page.fill("#note", "Wants to read first")
    for key in ("agreed", "no", "done"):
        answer(page, key)
    expect(page).to_have_url(CLOSE)
    assert_no_sideways_scrolling(page)
    assert page.input_value("#note") == "Wants to read first"
    page.select_option("#receiver", "employer")
    before = ask(product, "SELECT count(*) FROM outbox_message WHERE purpose = 'outreach_material'")
    follow(page.locator("button[value=next]"))
    expect(page).to_have_url(STEP)
    assert page.locator("h1").inner_text() != name
    after = ask(product, "SELECT count(*) FROM outbox_message WHERE purpose = 'outreach_material'")
    assert after[0][0] == before[0][0] + 1, "planned before the next number is shown"
    rows = ask(
        product,
        "SELECT g.version_id, m.version_id FROM sheet_given g JOIN outreach_material m ON m.contact_id = g.contact_id"
        " JOIN employer e ON e.id = g.employer_id WHERE e.name = ? ORDER BY m.id DESC LIMIT 1", name,
    )  # fmt: skip
    assert rows[0][0] == rows[0][1], "the version stands with the contact"
    product.wait_for(page, "/mailbox", "info@example.net")


def test_a_note_survives_the_end_of_the_session(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    call_next(page, make_list(page, "Session"))
    note, kept = page.locator("#note"), page.locator("#kept")
    note.fill("Before")
    expect(kept).to_contain_text("Saved at")
    page.context.clear_cookies()
    note.fill("Before and after")
    expect(kept).to_contain_text("You were signed out")
    expect(kept.locator("a")).to_be_visible()
    assert_axe_clean(page)
    other = page.context.new_page()
    product.sign_in(other, COORDINATOR)
    other.close()
    expect(kept, "signed in again in another window, it goes on").to_contain_text("Saved at")
    page.context.clear_cookies()
    note.fill("Typed while signed out")
    expect(kept).to_contain_text("You were signed out")
    page.goto(page.url)
    expect(page).to_have_url(re.compile("sign-in"))
    page.fill("#email", COORDINATOR)
    page.fill("#password", PASSWORD)
    follow(page.locator("main form button[type=submit]"))
    expect(page).to_have_url(STEP)
    expect(note).to_have_value("Typed while signed out")
    expect(kept).to_contain_text("Saved at")


def test_two_windows_do_not_write_over_each_other_and_signing_out_leaves_nothing(
    product: Product, windows: Windows
) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    call_next(page, make_list(page, "Two windows"))
    other = page.context.new_page()
    other.goto(page.url)
    page.locator("#note").fill("First window")
    expect(page.locator("#kept")).to_contain_text("Saved at")
    other.locator("#note").fill("Second window")
    expect(other.locator("#kept")).to_contain_text("gone on in another window")
    other.reload()
    expect(other.locator("#note")).to_have_value("First window")
    expect(other.locator("#kept-other")).to_contain_text("Second window")
    assert_axe_clean(other)
    other.locator("#kept-other [data-add]").click()  # stays on the page
    expect(other.locator("#note")).to_have_value("First window\nSecond window")
    expect(other.locator("#kept")).to_contain_text("Saved at")
    page.close()
    other.route("**/draft", lambda route: route.abort())
    other.locator("#note").fill("Kept here alone")
    expect(other.locator("#kept")).to_contain_text("Kept on this device")
    kept = "Object.keys(localStorage).filter((each) => each.startsWith('brobygg.kept.')).length"
    assert other.evaluate(kept) == 1
    other.locator("details.menu summary", has_text="Emma").click()
    follow(other.locator("form[data-signs-out] button").first)
    other.wait_for_url(re.compile("sign-in"))
    assert other.evaluate(kept) == 0
    names = other.evaluate("indexedDB.databases().then((all) => all.map((each) => each.name))")
    assert "brobygg-kept" not in names


def test_a_call_from_the_employers_page_fits_a_phone_and_stands_on_today(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    begin_from_an_employer(page, product.url)
    assert_no_sideways_scrolling(page)
    page.goto("/today")
    expect(page.locator("#open-calls")).to_be_visible()

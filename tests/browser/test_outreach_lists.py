"""Call lists and their results: made on a phone without scripts, watched on a desktop with them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


def test_a_list_is_made_from_a_saved_view_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    """Story 2: who is left out and why is shown; target, deadline and callers are set."""
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    page.goto(product.url + "/employers?owner=all&municipality=Lind")
    page.get_by_text("Columns and saved views").click()  # stays on the page
    page.locator("#name").fill("All of Lind")
    follow(page.get_by_role("button", name="Save the view"))
    expect(page).to_have_url(re.compile("view="))
    page.goto(product.url + "/call-lists/new")
    page.locator("#view").select_option(label="All of Lind")
    follow(page.get_by_role("button", name="Show", exact=True))
    expect(page).to_have_url(re.compile("view="))
    who = page.locator("#who")
    expect(who).to_contain_text("left out")
    who.locator("summary").click()
    expect(who.locator("tbody tr").first).to_be_visible()
    page.locator("#name").fill("Autumn round")
    page.locator("#script_id").select_option(index=1)
    page.locator("#wanted").select_option("visit_booked")
    page.locator("#target").fill("5")
    page.locator("#deadline").fill("2027-01-31")
    follow(page.get_by_role("button", name="Make the list"))
    expect(page).to_have_url(re.compile(r"/call-lists/[\w-]{16}$"))
    assert_no_sideways_scrolling(page)
    expect(page.locator("#progress")).to_contain_text("0 of 5")
    follow(page.locator("#left-out a").first)
    expect(page).to_have_url(re.compile("state=left_out"))
    expect(page.locator("main tbody tr").first).to_contain_text("Left out")
    page.goto(product.url + "/call-lists")
    expect(page.locator("main")).to_contain_text("Autumn round")


def test_leaving_out_is_taken_back_with_undo(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/call-lists")
    follow(page.get_by_role("link", name="Summer jobs"))
    follow(page.get_by_role("button", name="Leave out").first)
    expect(page.locator("main")).to_contain_text("They are not called from this list.")
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("main")).to_contain_text("They are on the list again.")


def test_a_manager_goes_from_the_results_of_a_list_to_the_employers_behind_a_figure(
    product: Product, windows: Windows
) -> None:
    """Story 7, with the keyboard for the way there."""
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/campaigns")
    follow(page.get_by_role("link", name="Summer jobs", exact=True), key="Enter")
    expect(page).to_have_url(re.compile(r"/campaigns/[\w-]{16}$"))
    expect(page.locator("main")).to_contain_text("within 180 days")
    follow(page.locator("#outcomes tbody a").first)
    expect(page).to_have_url(re.compile("outcome="))
    expect(page.locator("main tbody tr").first).to_be_visible()

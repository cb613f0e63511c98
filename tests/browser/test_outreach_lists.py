"""Call lists and their results: made on a phone without scripts, watched on a desktop with them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, find_violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


def _is_well_made(page: Page) -> None:
    """No fault that axe finds, and nothing that has to be pushed sideways."""
    assert not find_violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_list_is_made_from_a_saved_view_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    """Story 2: who is left out and why is shown; target, deadline and callers are set."""
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    page.goto(product.url + "/employers?owner=all&municipality=Lind")
    page.get_by_text("Columns and saved views").click()
    page.locator("#name").fill("All of Lind")
    page.get_by_role("button", name="Save the view").click()
    page.wait_for_url(re.compile("view="))
    page.goto(product.url + "/call-lists/new")
    page.locator("#view").select_option(label="All of Lind")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url(re.compile("view="))
    who = page.locator("#who")
    expect(who).to_contain_text("left out")
    who.locator("summary").click()
    expect(who.locator("tbody tr").first).to_be_visible()
    page.locator("#name").fill("Autumn round")
    page.locator("#script_id").select_option(index=1)
    page.locator("#wanted").select_option("visit_booked")
    page.locator("#target").fill("5")
    page.locator("#deadline").fill("2027-01-31")
    page.get_by_role("button", name="Make the list").click()
    page.wait_for_url(re.compile(r"/call-lists/[\w-]{16}$"))
    expect(page.locator("#progress")).to_contain_text("0 of 5")
    page.locator("#left-out a").first.click()
    page.wait_for_url(re.compile("state=left_out"))
    expect(page.locator("main tbody tr").first).to_contain_text("Left out")
    page.goto(product.url + "/call-lists")
    expect(page.locator("main")).to_contain_text("Autumn round")


def test_leaving_out_is_taken_back_with_undo(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/call-lists")
    page.get_by_role("link", name="Summer jobs").click()
    page.wait_for_url(re.compile(r"/call-lists/[\w-]{16}$"))
    _is_well_made(page)
    page.get_by_role("button", name="Leave out").first.click()
    expect(page.locator("main")).to_contain_text("They are not called from this list.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("They are on the list again.")


def test_a_manager_goes_from_the_results_of_a_list_to_the_employers_behind_a_figure(
    product: Product, windows: Windows
) -> None:
    """Story 7, with the keyboard for the way there."""
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/campaigns")
    _is_well_made(page)
    page.get_by_role("link", name="Summer jobs", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/campaigns/[\w-]{16}$"))
    expect(page.locator("main")).to_contain_text("within 180 days")
    _is_well_made(page)
    page.locator("#outcomes tbody a").first.click()
    page.wait_for_url(re.compile("outcome="))
    expect(page.locator("main tbody tr").first).to_be_visible()


@pytest.mark.parametrize("place", ["/call-lists", "/call-lists/new", "/campaigns"])
def test_the_pages_are_well_made_on_a_phone(product: Product, windows: Windows, place: str) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    page.goto(product.url + place)
    _is_well_made(page)

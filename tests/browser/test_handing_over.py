"""A manager hands over employers, with and without scripts; a note is looked at while it is typed."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-story"), pytest.mark.timeout(280)]


def test_employers_are_handed_over_after_a_look_and_given_back(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/handovers")
    page.locator("#holders a").first.click()
    page.locator("select[name=to_all]").select_option("unit")
    page.locator("textarea[name=note]").fill("They like to be called before ten.")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.locator("h1")).to_have_text("Is this right?")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("main")).to_contain_text("handed over")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("main")).to_contain_text("Given back")


def test_health_in_a_note_is_pointed_out_while_it_is_typed(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    page.goto(product.url + "/employers")
    page.locator("main table a, main .list a").first.click()
    page.get_by_role("link", name="Log a contact").first.click()
    page.locator("#log details summary").first.click()
    page.locator("#log textarea[name=note]").press_sequentially("Hon är sjukskriven")
    expect(page.locator("#note-found")).to_contain_text("sjukskriven")

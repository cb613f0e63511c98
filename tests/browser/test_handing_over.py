"""A coordinator leaves: a manager hands over all employers in one go, with scripts and without."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


@pytest.mark.parametrize(("on_phone", "scripts"), [(False, True), (True, True), (False, False)])
def test_employers_are_handed_over_after_a_look_and_given_back(
    product: Product, windows: Windows, on_phone: bool, scripts: bool
) -> None:
    window = windows.phone if on_phone else windows.desktop
    page = product.sign_in(window(product.url, scripts=scripts), MANAGER)
    page.goto("/handovers")
    _is_sound(page, scripts)
    follow(page.locator("#holders a").first)
    page.locator("select[name=to_all]").select_option("unit")
    page.locator("textarea[name=note]").fill("They like to be called before ten.")
    page.locator("#list input[name^=note-]").nth(1).fill("Ask for Eva.")
    _is_sound(page, scripts)
    follow(page.get_by_role("button", name="Look at it first").last)
    expect(page.locator("h1")).to_have_text("Is this right?")
    expect(page.locator("#list")).to_contain_text("Ask for Eva.")
    _is_sound(page, scripts)
    follow(page.get_by_role("button", name="Change something"))
    expect(page.locator("textarea[name=note]")).to_have_value("They like to be called before ten.")
    expect(page.locator("#list input[name^=note-]").nth(1)).to_have_value("Ask for Eva.")
    follow(page.get_by_role("button", name="Look at it first").first)
    follow(page.get_by_role("button", name="Hand over", exact=True))
    expect(page.locator("main")).to_contain_text("handed over")
    expect(page.locator("h1")).to_contain_text("Handover of")
    _is_sound(page, scripts)
    follow(page.get_by_role("button", name="Undo").first)
    expect(page.locator("main")).to_contain_text("Given back")


def test_a_handover_is_chosen_looked_at_and_done_with_the_keyboard_alone(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto("/handovers")
    follow(page.locator("#holders a").first, key="Enter")
    page.locator("select[name=to_all]").focus()
    page.keyboard.type("The unit")
    page.keyboard.press("Tab")
    page.keyboard.type("All is well.")
    follow(page.get_by_role("button", name="Look at it first").first, key="Enter")
    expect(page.locator("h1")).to_have_text("Is this right?")
    follow(page.get_by_role("button", name="Change something"), key="Enter")
    expect(page.locator("textarea[name=note]")).to_have_value("All is well.")


def test_health_in_a_note_is_pointed_out_while_it_is_typed(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    page.goto("/handovers")
    follow(page.locator("#holders a").first)
    page.locator("#to textarea[name=note]").press_sequentially("Hon är sjukskriven")
    expect(page.locator("#note-found")).to_contain_text("sjukskriven")


def _is_sound(page: Page, scripts: bool) -> None:
    assert_no_sideways_scrolling(page)
    if scripts:
        assert_axe_clean(page)

"""The measures in a browser: followed to their rows with the keyboard, on a phone, without scripts, in the dark."""

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ADMINISTRATOR, COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def opened(product: Product, page: Page, who: str = MANAGER, path: str = "/measures") -> Page:
    product.sign_in(page, who)
    page.goto(f"{product.url}{path}")
    return page


def test_a_manager_follows_a_figure_to_its_rows_with_the_keyboard(product: Product, desk: Page) -> None:
    """The way is the Follow-up page; the rows say the sum that the figure was counted from."""
    page = opened(product, desk, path="/follow-up")
    follow(page.get_by_role("link", name="Open the measures"), key="Enter")
    expect(page).to_have_url(re.compile("/measures"))
    assert_axe_clean(page)
    figure = page.get_by_role("row", name=re.compile("^Contacts that ask for something"))
    basis = figure.locator(".sub").inner_text()
    follow(figure.get_by_role("link"), key="Enter")
    expect(page).to_have_url(re.compile("/measures/rows/asks"))
    expect(page.get_by_text(re.compile(f"Together: {basis} ask for something"))).to_be_visible()
    assert_axe_clean(page)
    follow(page.get_by_role("link", name="Measures of employer contact"), key="Enter")
    expect(page).to_have_url(re.compile("/measures$"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").press("Enter")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    asks = next(row for row in book["Figures"].iter_rows() if row[1].value == "Contacts that ask for something")
    assert asks[4].value == basis


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_every_figure_is_on_the_screen(product: Product, windows: Windows, scripts: bool) -> None:
    page = opened(product, windows.phone(product.url, scripts=scripts), COORDINATOR)
    assert_no_sideways_scrolling(page)
    table = page.locator("#figures .tblwrap")
    assert table.evaluate("e => e.scrollWidth <= e.clientWidth"), "nothing of the figures is beside the screen"
    expect(page.get_by_role("heading", name="Your own figures")).to_be_attached()
    page.locator("#weeks summary").last.click()
    follow(page.locator("#weeks tbody a").first)
    expect(page).to_have_url(re.compile("/measures/rows/contacts"))
    expect(page.get_by_text(re.compile("^Together: "))).to_be_visible()
    assert_no_sideways_scrolling(page)
    if scripts:
        assert_axe_clean(page)


def test_the_measures_in_the_dark_and_from_the_right(product: Product, windows: Windows) -> None:
    page = opened(product, windows.dark(product.url))
    assert_axe_clean(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert_no_sideways_scrolling(page)


def test_single_coordinators_are_shown_once_staff_agreed_and_it_is_switched_on(
    product: Product, desk: Page, windows: Windows
) -> None:
    page = opened(product, desk, path="/measures/staff-agreement")
    assert_axe_clean(page)
    page.locator("#unit").select_option(label="Arbetsmarknad Lindö")
    page.get_by_label("Who agreed").fill("The meeting of the unit")
    follow(page.get_by_role("button", name="Record"))
    expect(page.get_by_text(re.compile("The meeting of the unit"))).to_be_visible()
    page.goto(f"{product.url}/measures")
    # It is not switched on in the settings of the unit yet: both are needed.
    expect(page.get_by_role("heading", name="By coordinator")).to_have_count(0)
    _switch_on(product, windows.desktop(product.url))
    page.reload()
    expect(page.get_by_role("region", name="By coordinator").get_by_text("Emma Skoglund").first).to_be_visible()
    assert_axe_clean(page)


def _switch_on(product: Product, page: Page) -> None:
    product.sign_in(page, ADMINISTRATOR)
    page.goto(f"{product.url}/settings/units")
    follow(page.get_by_role("link", name="Arbetsmarknad Lindö"))
    page.locator("#figures_on").check()
    page.locator("#coordinator_figures_agreed").fill("The meeting of the unit")
    follow(page.locator("main form button[type=submit]").first)

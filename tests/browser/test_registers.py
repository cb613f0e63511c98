"""Looking a new company up and taking it over, on a phone and on a desktop, with scripts and without."""

import pytest

from tests.browser.conftest import COORDINATOR, MANAGER, OTHER_COORDINATOR, Product
from tests.servers.browser import PHONE, Windows, assert_axe_clean, assert_no_sideways_scrolling

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-registers"), pytest.mark.timeout(240)]


@pytest.mark.parametrize(
    ("scripts", "typed", "name"),
    [(True, "fjordbakst", "FJORDBAKST BAKERI AS"), (False, "999 000 924", "SMÅBÅTVERKSTEDET AS")],
)
def test_a_company_is_taken_over_on_a_phone_and_found_by_the_other_unit(
    product: Product, windows: Windows, scripts: bool, typed: str, name: str
) -> None:
    page = windows.open(base_url=product.url, viewport=PHONE, touch=True, scripts=scripts)
    product.sign_in(page, OTHER_COORDINATOR)
    page.goto("/employers/new?country=NO")
    page.fill("#find", typed)
    page.locator("#lookup button[type=submit]").click()
    page.get_by_role("link", name=name).click()
    assert page.input_value("#name") == name
    assert_no_sideways_scrolling(page)
    if scripts:
        assert_axe_clean(page)
    page.locator("form.fg button[type=submit]").last.click()
    page.wait_for_selector("#register")
    assert "Enhetsregisteret" in page.locator("#register").inner_text()
    desk = windows.open(base_url=product.url, scripts=scripts)
    product.sign_in(desk, COORDINATOR)
    desk.goto("/employers/new?country=NO")
    desk.fill("#find", typed)
    if scripts:
        # While typing, before any button is pressed.
        desk.wait_for_selector("#known li")
    else:
        desk.locator("#lookup button[type=submit]").click()
    desk.locator("#known form button").first.click()
    desk.wait_for_selector("#guard")
    assert name in desk.locator("h1").inner_text()


@pytest.mark.parametrize("path", ["/employers/new?find=999000908&country=NO", "/settings/registers"])
def test_the_pages_hold_on_a_phone_and_on_a_desktop(product: Product, windows: Windows, path: str) -> None:
    for page in (windows.desktop(product.url), windows.open(base_url=product.url, viewport=PHONE, touch=True)):
        product.sign_in(page, MANAGER)
        page.goto(path)
        assert_no_sideways_scrolling(page)
        assert_axe_clean(page)

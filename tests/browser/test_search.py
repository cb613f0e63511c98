"""One box over everything: with the keyboard, on a phone, with and without scripts."""

import pytest

from tests.browser.conftest import COORDINATOR, Product
from tests.servers.browser import PHONE, Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_is_found_from_any_page_with_the_keyboard_alone(
    product: Product, windows: Windows, scripts: bool
) -> None:
    page = windows.desktop(product.url, scripts=scripts)
    product.sign_in(page, COORDINATOR)
    page.locator("#search-wide").focus()
    page.keyboard.type("BAGERI")
    follow(page.locator("#search-wide"), key="Enter")
    first = page.locator("#employers li a").first
    assert "bageri" in first.inner_text().lower()
    assert page.locator("#employers li mark").first.inner_text().lower() == "bageri"
    follow(first, key="Enter")
    assert "/employers/" in page.url
    assert "ageri" in page.inner_text("h1")


def test_typing_errors_empty_results_and_one_kind_hold_on_a_phone(product: Product, windows: Windows) -> None:
    page = windows.open(base_url=product.url, viewport=PHONE, touch=True)
    product.sign_in(page, COORDINATOR)
    for text, said in (("bageir", "nearly the same"), ("qqzzxx", "Nothing found"), ("bagerierna", "nearly the same")):
        page.goto(f"/search?q={text}")
        assert said in page.inner_text("main"), text
        assert_no_sideways_scrolling(page)
        assert_axe_clean(page)
    page.fill("#search-q", "bageri")
    page.select_option("#search-kind", "employer")
    follow(page.locator("main form button[type=submit]"))
    assert "kind=employer" in page.url
    assert page.locator("#employers li").count() > 0
    assert page.locator("#persons").count() == 0
    assert_no_sideways_scrolling(page)

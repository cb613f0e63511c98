"""Noting a walk-in, the report of inquiries and the measures, on a desktop and on a phone, with scripts and without."""

import pytest

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import PHONE, Windows, assert_axe_clean, assert_no_sideways_scrolling

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-inquiries"), pytest.mark.timeout(240)]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_walk_in_is_noted_on_a_phone(product: Product, windows: Windows, scripts: bool) -> None:
    page = windows.open(base_url=product.url, viewport=PHONE, touch=True, scripts=scripts)
    product.sign_in(page, COORDINATOR)
    page.goto("/inquiries/walk-in")
    assert page.locator("form.fg .ds-field:visible").count() < 5
    page.select_option("#topic", "advice")
    page.fill("#who", "the one with the blue cap")
    assert_no_sideways_scrolling(page)
    assert_axe_clean(page) if scripts else None
    page.locator("form.fg button[value=now]").click()
    page.wait_for_url("**/inquiries")
    assert page.locator("table").count() == 1


@pytest.mark.parametrize("path", ["/inquiries", "/inquiries/report", "/measures", "/measures/rows/contacts"])
def test_a_manager_reads_the_pages(product: Product, windows: Windows, path: str) -> None:
    for page in (windows.desktop(product.url), windows.open(base_url=product.url, viewport=PHONE, touch=True)):
        product.sign_in(page, MANAGER)
        page.goto(path)
        assert page.locator("table").count() >= 1
        assert_no_sideways_scrolling(page)
        assert_axe_clean(page)

"""A walk-in is noted in four fields and found in the report, at the desk and on a phone, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow, next_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_walk_in_about_two_persons_is_noted_on_a_phone(product: Product, windows: Windows, scripts: bool) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=scripts), COORDINATOR)
    page.goto("/today")
    follow(page.locator("#inquiries-waiting").get_by_role("link", name="Note a walk-in"))
    assert page.locator("form.fg .ds-field:visible").count() < 5
    page.select_option("#topic", "advice")
    page.fill("#who", "the one with the blue cap, the brother")
    assert_no_sideways_scrolling(page)
    if scripts:
        assert_axe_clean(page)
    follow(page.locator("form.fg button[value=later]"))
    expect(page).to_have_url(re.compile("/inquiries$"))
    first = page.locator("main tbody tr").first
    expect(first.locator(".num")).to_have_text("2")
    follow(first.locator("th a"))
    expect(page.locator("#persons")).to_contain_text("the one with the blue cap")
    expect(page.locator("#persons")).to_contain_text("the brother")
    assert_no_sideways_scrolling(page)


def test_an_inquiry_is_answered_and_closed_with_the_keyboard(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto("/inquiries/walk-in?channel=phone")
    page.locator("#topic").focus()
    page.keyboard.type("Advice")
    page.keyboard.press("Tab")
    page.keyboard.type("the tall one")
    page.keyboard.press("Tab")
    page.keyboard.type("Asks for a place in a bakery")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with next_page(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/inquiries$"))
    follow(page.locator("main tbody th a").first, key="Enter")
    follow(page.get_by_role("button", name="They have their answer"), key="Enter")
    expect(page.locator("#facts")).to_contain_text("Answered")
    page.locator("summary", has_text="What came of it").focus()
    page.keyboard.press("Enter")
    page.select_option("#outcome-1", "placement")
    follow(page.get_by_role("button", name="Save the outcome"), key="Enter")
    follow(page.get_by_role("button", name="Close the inquiry"), key="Enter")
    expect(page.locator("#facts")).to_contain_text("Closed")
    expect(page.locator("main")).to_contain_text("Undo")


@pytest.mark.parametrize("on_phone", [False, True])
def test_a_manager_reads_sources_and_outcomes_and_follows_a_figure(
    product: Product, windows: Windows, on_phone: bool
) -> None:
    page = windows.phone(product.url) if on_phone else windows.desktop(product.url)
    product.sign_in(page, MANAGER)
    for path in ("/inquiries", "/inquiries/report"):
        page.goto(path)
        assert_no_sideways_scrolling(page)
        assert_axe_clean(page)
    expect(page.locator("#by-source")).to_contain_text("Not stated")
    figure = page.locator("#by-source tbody tr", has_text="Youth unit").locator("a")
    count = int(figure.inner_text())
    follow(figure)
    expect(page.locator("main")).to_contain_text(re.compile(rf"of {count}\b"))

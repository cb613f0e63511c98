"""Looking a new company up and taking it over, on a phone and on a desktop, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, OTHER_COORDINATOR, Product
from tests.servers.browser import PHONE, Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


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
    follow(page.locator("#lookup button[type=submit]"))
    follow(page.get_by_role("link", name=name))
    assert page.input_value("#name") == name
    assert_no_sideways_scrolling(page)
    if scripts:
        assert_axe_clean(page)
    follow(page.locator("form.fg button[type=submit]").last)
    expect(page.locator("h1")).to_contain_text(name)
    page.goto(f"{page.url.split('?')[0]}/details")
    assert "Enhetsregisteret" in page.locator("#register").inner_text()
    desk = windows.open(base_url=product.url, scripts=scripts)
    product.sign_in(desk, COORDINATOR)
    desk.goto("/employers/new?country=NO")
    desk.fill("#find", typed)
    if scripts:
        # While typing, before any button is pressed.
        desk.wait_for_selector("#known li")
    else:
        follow(desk.locator("#lookup button[type=submit]"))
    follow(desk.locator("#known form button").first)
    expect(desk.locator("h1")).to_contain_text(name)
    assert "/new" not in desk.url


def test_with_the_keyboard_alone_a_company_is_taken_over_and_its_name_is_pointed_out_while_typing(
    product: Product, desk: Page
) -> None:
    product.sign_in(desk, OTHER_COORDINATOR)
    desk.goto("/employers/new?country=FI")
    desk.focus("#find")
    desk.keyboard.type("9999000-7")
    follow(desk.locator("#find"), key="Enter")
    hit = desk.locator("#lookup a", has_text=re.compile(".")).first
    name = hit.inner_text()
    follow(hit, key="Enter")
    assert desk.input_value("#name") == name
    follow(desk.locator("#name"), key="Enter")
    expect(desk.locator("h1")).to_contain_text(name)
    assert "/new" not in desk.url
    desk.goto("/employers/new?country=FI")
    desk.focus("#name")
    desk.keyboard.type(name[:12])
    desk.locator("#known-below a", has_text=name).wait_for()
    assert_axe_clean(desk)


def test_the_list_is_filtered_saved_and_changed_at_once_on_a_phone(product: Product, windows: Windows) -> None:
    page = windows.phone(product.url)
    product.sign_in(page, COORDINATOR)
    page.goto("/employers?owner=all")
    # The list begins on the first screen, below the filters.
    first = page.locator("tbody tr").first.bounding_box()
    assert first is not None
    assert first["y"] < 480
    follow(page.locator("nav.lists a", has_text="My unit"))
    page.locator("#filter-more").check()
    page.select_option("#stage", "contact")
    follow(page.locator("form.filter button[type=submit]"))
    expect(page.locator(".chips a", has_text="In contact")).to_be_visible()
    assert_no_sideways_scrolling(page)
    assert_axe_clean(page)
    page.locator("tbody input[name=e]").first.check()
    page.select_option("#bulk-kind", "task")
    follow(page.locator("#bulk button[type=submit]"))
    page.fill("#title", "Ring om sommaren")
    page.fill("#due_on", "2030-05-01")
    follow(page.locator("main form button[type=submit]").first)
    expect(page.locator("#will")).to_be_visible()
    assert_no_sideways_scrolling(page)
    follow(page.locator("#will form button[type=submit]"))
    follow(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("Undone for 1 employer.")).to_be_visible()


def test_without_scripts_the_list_is_filtered_and_a_view_is_saved(product: Product, windows: Windows) -> None:
    page = windows.desktop(product.url, scripts=False)
    product.sign_in(page, COORDINATOR)
    page.goto("/employers?owner=unit")
    page.fill("#q", "Lindö")
    follow(page.locator("form.filter button[type=submit]"))
    assert page.locator("tbody tr").count() > 0
    page.locator("main summary", has_text="Columns").click()
    page.fill("#name", "Vår by")
    follow(page.get_by_role("button", name="Save the view"))
    assert page.locator("nav.lists [aria-current]").inner_text() == "Vår by"


@pytest.mark.parametrize(
    "path", ["/employers/new?find=999000908&country=NO", "/employers?owner=all&c=phone&c=next", "/settings/registers"]
)
def test_the_pages_hold_on_a_phone_and_on_a_desktop(product: Product, windows: Windows, path: str) -> None:
    for page in (windows.desktop(product.url), windows.open(base_url=product.url, viewport=PHONE, touch=True)):
        product.sign_in(page, MANAGER)
        page.goto(path)
        assert_no_sideways_scrolling(page)
        assert_axe_clean(page)

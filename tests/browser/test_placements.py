"""A placement from planned to the certificate, at the desk and on a phone, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-placements"), pytest.mark.timeout(280)]


def _start_placement(product: Product, page: Page) -> None:
    """Somebody in matching begins at an employer today, by employer, kind and start."""
    page.goto(product.url + "/participants?stage=matching")
    page.locator("main tbody th a").first.click()
    page.get_by_role("link", name="Start a placement").first.click()
    page.fill("#employer_text", "AB")
    page.get_by_role("button", name="Find").click()
    page.locator("input[name=employer]").first.check()
    page.locator("#kind").select_option("se_work_training")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Open the placement").first.click()


def _fill(page: Page, **answers: str) -> None:
    for name, text in answers.items():
        page.fill(f"#{name}", text)
    page.locator("main form").get_by_role("button", name="Save").click()


def _course(product: Product, page: Page) -> None:
    _start_placement(product, page)
    expect(page.locator("main")).to_contain_text("what the company expects of us")
    page.get_by_role("link", name="Clarification").click()
    assert_axe_clean(page)
    _fill(page, goal="Learn the till", expected_of_employer="A mentor", expected_of_us="A call each week")
    page.get_by_role("link", name="Meeting of all three").click()
    for name in ("participant_there", "employer_there", "coordinator_there"):
        page.check(f"#{name}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#before")).not_to_contain_text("Missing")
    assert_axe_clean(page)
    assert_no_sideways_scrolling(page)
    page.get_by_role("link", name="End the placement").first.click()
    page.locator("#reason").select_option("completed")
    page.locator("main form").get_by_role("button", name="End the placement").click()
    page.get_by_role("link", name="Open the placement").first.click()
    page.get_by_role("link", name="Certificate", exact=True).click()
    _fill(page, tasks="Baking", skills="Careful and on time", supervisor="Eva Holm")
    page.get_by_role("link", name="Print").click()
    expect(page.locator("body")).to_contain_text("Careful and on time")


def test_a_placement_goes_its_course_at_the_desk(product: Product, windows: Windows) -> None:
    _course(product, product.sign_in(windows.desktop(product.url), COORDINATOR))


def test_a_placement_goes_its_course_on_a_phone(product: Product, windows: Windows) -> None:
    _course(product, product.sign_in(windows.phone(product.url), COORDINATOR))


def test_the_report_of_chains_and_the_rules_open_for_a_manager(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/placements/chains")
    expect(page.locator("h1")).to_have_text(re.compile("practice"))
    assert_axe_clean(page)
    page.goto(product.url + "/settings/placements")
    page.locator("input[name=meeting][value=block]").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("input[name=meeting][value=block]")).to_be_checked()
    assert_axe_clean(page)

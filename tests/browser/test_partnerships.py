"""CSR partnership, coverage and project card: on a phone without scripts, and on a desktop with them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, find_violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-partnerships"), pytest.mark.timeout(280)]


def _commitment(page: Page, kind: str, text: str, button: str) -> None:
    page.locator("#kind").select_option(kind)
    page.locator("#text").fill(text)
    page.locator("#quantity").fill("2")
    page.get_by_role("button", name=button, exact=True).click()


def test_five_commitments_are_promised_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    page.goto(product.url + "/employers")
    page.locator("main tbody th a").first.click()
    page.locator("#partnerships").get_by_role("link", name="Begin").click()
    page.get_by_role("button", name="Save", exact=True).click()
    for kind in ("places", "hires", "job_shadowing", "event"):
        _commitment(page, kind, f"Promise of {kind}", "Save and add another")
    _commitment(page, "mentoring", "Promise of mentors", "Save")
    expect(page.locator("#commitments tbody tr")).to_have_count(5)
    page.get_by_role("link", name="Promise of mentors").click()
    page.locator("#evidence input[name=text]").fill("A mentor began")
    page.get_by_role("button", name="Add evidence").click()
    expect(page.locator("#figures")).to_contain_text("1 of 2")
    page.goto(product.url + "/partnerships/report")
    expect(page.locator("main")).to_contain_text("Promise of mentors")


def test_the_sample_partnership_on_a_desktop(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/partnerships")
    page.get_by_role("row", name=re.compile("Tillsammans")).get_by_role("link").click()
    expect(page.locator("#commitments")).to_contain_text("Platser för arbetsträning")
    assert not find_violations(page)
    page.get_by_role("link", name="Platser för arbetsträning").click()
    expect(page.locator("#counted")).to_contain_text("Counted")
    assert not find_violations(page)
    page.goto(product.url + "/coverage")
    page.get_by_role("link", name="En arbetsgivare i varje kommun").click()
    expect(page.locator("main")).to_contain_text("of 16")
    assert not find_violations(page)


def test_the_project_card_on_a_desktop(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/settings/programmes")
    page.get_by_role("link", name="Project card Vägen in").click()
    expect(page.locator("#about")).to_contain_text("100.0")
    page.locator("#partners summary").click()
    page.locator("#partners input[name=name]").fill("Kommunal")
    page.get_by_role("button", name="Add the partner").click()
    expect(page.locator("#partners")).to_contain_text("Kommunal")
    assert not find_violations(page)

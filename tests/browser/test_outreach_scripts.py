"""Call scripts: written on a desktop, without scripts of the browser and on a phone, tried out and published."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


def _press(page: Page, name: str, *, to: str) -> None:
    follow(page.locator("main").get_by_role("button", name=name, exact=True))
    expect(page).to_have_url(re.compile(to))


def _new_script(page: Page, product: Product, title: str) -> None:
    page.goto(product.url + "/call-scripts/new")
    page.get_by_label("Title").fill(title)
    _press(page, "Add", to=r"/draft$")


def _write_it(page: Page) -> None:
    """Two answers, one of which leads to a step that is made with it."""
    follow(page.get_by_role("link", name="Change begin"))
    expect(page).to_have_url(re.compile("/steps/begin"))
    page.locator("#text_en").fill("Hello, this is {my_name}. Do you have time?")
    page.locator("#answers-0-label").fill("Yes")
    page.locator("#answers-1-label").fill("Not now")
    page.locator("#answers-1-goto").select_option("new:end")
    _press(page, "Save", to="/steps/not_now")
    _end(page, "May I call again tomorrow?", "callback_requested", to="#step-not_now")
    follow(page.get_by_role("link", name="Change end"))
    expect(page).to_have_url(re.compile("/steps/end"))
    _end(page, "Then I come by on Tuesday.", "visit_booked", to="#step-end")


def _end(page: Page, text: str, outcome: str, *, to: str) -> None:
    page.locator("#text_en").fill(text)
    if not page.locator("#outcome").is_visible():
        page.locator("details", has=page.locator("#outcome")).locator("summary").first.click()
    page.locator("#outcome").select_option(outcome)
    _press(page, "Save", to=to)


def test_a_manager_writes_tries_and_publishes_a_script(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    _new_script(page, product, "Autumn calls")
    expect(page.locator(".ds-alert")).to_contain_text(["keep this draft from being published"])
    assert_axe_clean(page)
    _write_it(page)
    expect(page.locator("main")).to_contain_text("The draft can be published")
    expect(page.locator(".script-box svg")).to_be_visible()
    assert_axe_clean(page)
    follow(page.get_by_role("link", name="Try it out"))
    expect(page).to_have_url(re.compile("try"))
    follow(page.get_by_role("button", name="Yes"))
    expect(page.locator("#result")).to_contain_text("Visit booked")
    assert_axe_clean(page)
    page.go_back()
    page.go_back()
    page.locator("#note").fill("The first one")
    _press(page, "Publish", to=r"/call-scripts/[^/]+$")
    expect(page.locator("#versions")).to_contain_text("The first one")


def test_the_editor_works_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=False), MANAGER)
    _new_script(page, product, "Spring calls")
    _write_it(page)
    follow(page.get_by_role("button", name="Remove not_now"))
    expect(page.locator("main")).to_contain_text("leads to “not_now”, which does not exist")
    follow(page.get_by_role("button", name="Undo", exact=True).first)
    expect(page.locator("main")).to_contain_text("The draft can be published")
    follow(page.get_by_role("link", name="Svenska"))
    expect(page).to_have_url(re.compile("/texts/sv"))
    expect(page.locator("main")).to_contain_text("texts are missing")
    assert_no_sideways_scrolling(page)


def test_the_picture_scrolls_in_its_own_box_and_begins_where_the_call_begins(
    product: Product, windows: Windows
) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    page.goto(product.url + "/call-scripts")
    follow(page.get_by_role("link", name="First call to an employer", exact=True))
    expect(page).to_have_url(re.compile(r"/call-scripts/[^/]+$"))
    assert_no_sideways_scrolling(page)
    inside = page.evaluate(
        """() => {
          const box = document.querySelector('.script-box').getBoundingClientRect();
          const step = document.querySelector('.script-first').getBoundingClientRect();
          return step.left >= box.left - 1 && step.right <= box.right + 1 && step.top < box.bottom;
        }"""
    )
    assert inside
    box = page.locator(".script-box")
    assert box.evaluate("each => each.scrollWidth > each.clientWidth")
    for key in ("greet", "log_now"):
        expect(page.locator(f"#step-{key}")).to_be_visible()

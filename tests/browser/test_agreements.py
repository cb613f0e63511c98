"""Story 4: an agreement is written, sent, signed on a phone without an account, signed by us, renewed in one step."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow, next_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
EMPLOYER = "Café Lindblom"


def write_agreement(product: Product, page: Page, *, days: int = 365) -> str:
    """Write and send an intention agreement from the employer's page; the path of its page."""
    page.goto(f"/employers?owner=all&q={EMPLOYER}")
    follow(page.locator("main tbody th a").first)
    follow(page.locator("a[href$='/agreements/new']"))
    page.select_option("#language", "sv")
    follow(page.get_by_role("button", name="Next"))
    first = date.fromisoformat(page.input_value("#starts_on"))
    page.fill("#ends_on", (first + timedelta(days=days)).isoformat())
    page.fill("#review_on", (first + timedelta(days=min(days, 30))).isoformat())
    follow(page.get_by_role("button", name="Save the draft"))
    follow(page.get_by_role("button", name="Send for signing"))
    expect(page.locator("#employer")).to_be_visible()
    return re.sub(r"^https?://[^/]+", "", page.url).partition("#")[0]


def link_on(page: Page) -> str:
    """The signing link as staff can read it out."""
    page.locator("#employer summary", has_text="Show the link").click()
    follow(page.get_by_role("button", name="Show the link"))
    return page.locator("#link").inner_text().strip()


def sign_on_phone(windows: Windows, product: Product, link: str) -> Page:
    """The employer reads and signs, on a phone that runs no scripts."""
    phone = windows.phone(product.url, scripts=False)
    phone.goto(link)
    assert phone.locator("html").get_attribute("lang") == "sv"
    assert phone.locator("#text h2").count() >= 5, "the readable text comes first"
    assert phone.locator("script").count() == 0
    assert_no_sideways_scrolling(phone)
    phone.locator("a[href='#sign']").click()  # stays on the page
    phone.fill("[name=role]", "Platschef")
    follow(phone.locator("#sign button[type=submit]"))
    assert phone.input_value("[name=role]") == "Platschef", "the tick was missing; what was typed is there"
    assert phone.locator("#sign .ds-error-summary, #sign [role=alert]").count() >= 1
    phone.check("[name=may_sign]")
    follow(phone.locator("#sign button[type=submit]"))
    assert phone.locator(".ds-alert ol li").count() == 3, "what happens next"
    assert phone.locator("#sign").count() == 0
    return phone


def test_story_four_from_the_template_to_the_renewal(product: Product, windows: Windows) -> None:
    desk = product.sign_in(windows.desktop(product.url), COORDINATOR)
    path = write_agreement(product, desk, days=70)
    assert_axe_clean(desk)
    product.wait_for(desk, "/mailbox", "Avsiktsförklaring")
    desk.goto(path)
    phone = sign_on_phone(windows, product, link_on(desk))
    desk.goto(path)
    follow(desk.locator("#ours button[type=submit]"))
    expect(desk.get_by_text("In force").first).to_be_visible()
    phone.reload()
    assert "Emma Skoglund" in phone.locator("#signatures").inner_text()
    with phone.expect_download() as on_phone:
        phone.locator("a[href$='/pdf']").click()
    assert on_phone.value.path().read_bytes().startswith(b"%PDF-")
    product.wait_for(desk, "/mailbox", "Underteckn")
    product.move_clock(days=14)
    product.wait_for(desk, "/tasks?q=ends+on", f"{EMPLOYER} AB ends on", seconds=90)
    desk.goto("/agreements/expiring")
    row = desk.locator("main tbody tr", has_text=EMPLOYER)
    assert_axe_clean(desk)
    follow(row.get_by_role("button", name="Renew"))
    expect(desk.get_by_role("button", name="Send for signing")).to_be_visible()
    assert desk.get_by_text("The agreement before this one").count() == 1


def test_replaced_refused_and_on_behalf_without_scripts(product: Product, windows: Windows) -> None:
    desk = product.sign_in(windows.desktop(product.url, scripts=False), COORDINATOR)
    path = write_agreement(product, desk)
    old = link_on(desk)
    desk.locator("summary", has_text="Replace by a new text").click()
    follow(desk.get_by_role("button", name="Make the new draft"))
    phone = windows.phone(product.url)
    phone.goto(old)
    assert phone.locator("#sign").count() == 0
    assert phone.locator(".ds-alert").count() == 1
    follow(desk.get_by_role("button", name="Send for signing"))
    phone.goto(link_on(desk))
    phone.locator("#refuse summary").click()
    phone.fill("#refuse [name=reason]", "Vi väntar till våren")
    follow(phone.locator("#refuse button[type=submit]"))
    expect(phone.locator(".ds-alert")).to_be_visible()
    assert_axe_clean(phone)
    desk.reload()
    assert "Vi väntar till våren" in desk.locator("#facts").inner_text()
    path = write_agreement(product, desk)
    desk.locator("summary", has_text="They signed on paper").click()
    desk.fill("#employer [name=role]", "Ägare")
    follow(desk.locator("#employer form[action$='on-behalf'] button[type=submit]"))
    assert desk.input_value("#employer [name=role]") == "Ägare", "the reason was missing"
    desk.fill("#employer form[action$='on-behalf'] [name=reason]", "Undertecknat på papper vid besöket")
    follow(desk.locator("#employer form[action$='on-behalf'] button[type=submit]"))
    assert "Undertecknat på papper" in desk.locator("#signatures").inner_text()
    desk.goto(path)
    assert desk.locator("#employer").count() == 0


def test_the_employers_page_with_the_keyboard_and_in_the_dark(product: Product, windows: Windows) -> None:
    desk = product.sign_in(windows.desktop(product.url), COORDINATOR)
    write_agreement(product, desk)
    page = windows.dark(product.url)
    page.goto(link_on(desk))
    assert_axe_clean(page)
    page.focus("a[href='#sign']")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Platschef")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    with next_page(page):
        page.keyboard.press("Enter")
    expect(page.locator(".ds-alert ol")).to_be_visible()
    assert_axe_clean(page)


@pytest.mark.parametrize("path", ["/agreements", "/agreements/expiring", "/settings/documents"])
def test_the_lists_are_clean_at_the_desk_and_fit_a_phone(product: Product, windows: Windows, path: str) -> None:
    for page in (windows.desktop(product.url), windows.phone(product.url)):
        product.sign_in(page, MANAGER)
        page.goto(path)
        assert_axe_clean(page)
        assert_no_sideways_scrolling(page)


def test_a_template_is_previewed_before_it_is_saved(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=False), MANAGER)
    page.goto("/settings/documents")
    follow(page.locator("main li a.ds-link").first)
    expect(page.locator(".letter").first).to_be_visible()
    assert_no_sideways_scrolling(page)
    follow(page.locator("a.ds-button", has_text="Change"))
    page.fill("#body", "## Ours\n\nBetween {employer} and {unit}.")
    follow(page.get_by_role("button", name="Preview"))
    assert "Between ‹The employer's name› and ‹Our unit›." in page.locator("#preview").inner_text()
    assert_no_sideways_scrolling(page)

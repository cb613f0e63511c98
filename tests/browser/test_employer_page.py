"""The page of an employer: what it answers first, and a contact logged from it, from a task and from the board."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = {"width": 360, "height": 640}


def first_employer(product: Product, page: Page) -> str:
    """The address of the first employer on the board."""
    product.sign_in(page, COORDINATOR)
    page.goto(f"{product.url}/pipeline")
    address = page.locator(".kb-card h3 a").first.get_attribute("href")
    assert address is not None
    return product.url + address


def fill(page: Page, promise: str) -> None:
    page.locator("#log").get_by_label("Phone", exact=True).check()
    page.select_option("#outcome", "interested")
    page.fill("#next_text", promise)
    follow(page.get_by_role("button", name="Save the contact"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_on_a_phone_the_promise_and_the_buttons_come_before_everything_else(
    product: Product, windows: Windows, scripts: bool
) -> None:
    page = windows.open(base_url=product.url, viewport=PHONE, touch=True, scripts=scripts)
    page.goto(first_employer(product, page))
    order = ["h1", ".first dl", ".first .actions", "#history", "#agreements", "#people"]
    tops = [page.locator(each).first.bounding_box() for each in order]
    heights = [box["y"] for box in tops if box is not None]
    assert len(heights) == len(order)
    assert heights == sorted(heights)
    assert heights[2] < PHONE["height"], "the buttons stand on the first screen"
    expect(page.locator("#log")).to_be_hidden()
    page.get_by_role("link", name="Log a contact", exact=True).click()  # stays on the page
    fill(page, f"Send the papers {scripts}")
    expect(page.get_by_text("The contact is saved.")).to_be_visible()
    expect(page.locator(".first dl, #next-steps").filter(has_text=f"Send the papers {scripts}").first).to_be_visible()
    assert_no_sideways_scrolling(page)
    if scripts:
        assert_axe_clean(page)


def test_an_employer_that_another_unit_knows_is_taken_with_one_press_and_given_back_with_another(
    product: Product, windows: Windows
) -> None:
    page = windows.phone(product.url)
    product.sign_in(page, COORDINATOR)
    page.goto(f"{product.url}/employers?owner=all")
    addresses = page.locator("tbody th a").evaluate_all("links => links.map(link => link.href)")
    take = page.locator(".first").get_by_role("button", name="I take it")
    for address in addresses:
        page.goto(address)
        if take.count():
            break
    follow(take)
    expect(page.get_by_text("You are responsible now.")).to_be_visible()
    expect(take).to_have_count(0)
    follow(page.get_by_role("button", name="Undo"))
    expect(take).to_be_visible()


def test_a_contact_is_logged_from_its_task_and_the_task_is_done(product: Product, windows: Windows) -> None:
    page = windows.desktop(product.url)
    page.goto(first_employer(product, page))
    fill(page, "Call about the summer")
    page.goto(f"{product.url}/tasks?q=Call+about+the+summer")
    follow(page.get_by_role("link", name="Log a contact").first)
    expect(page.get_by_label("Done with this: Call about the summer")).to_be_checked()
    fill(page, "Come by in May")
    expect(page).to_have_url(f"{product.url}/tasks?q=Call+about+the+summer#main")
    expect(page.get_by_role("link", name="Log a contact")).to_have_count(0)


def test_a_contact_is_logged_from_the_board_with_the_keyboard_and_one_comes_back(
    product: Product, windows: Windows
) -> None:
    page = windows.desktop(product.url)
    first_employer(product, page)
    link = page.locator(".kb-card").first.get_by_role("link", name="Log a contact")
    follow(link, key="Enter")
    page.locator("#log input[name=channel]").first.focus()
    page.keyboard.press("ArrowRight")
    page.locator("#outcome").focus()
    page.keyboard.type("Interested")
    follow(page.get_by_role("button", name="Save the contact"), key="Enter")
    expect(page).to_have_url(re.compile("/pipeline"))
    expect(page.get_by_text("The contact is saved.")).to_be_visible()


def test_a_note_is_pointed_out_while_it_is_typed_and_the_pages_hold(product: Product, windows: Windows) -> None:
    page = windows.desktop(product.url)
    address = first_employer(product, page)
    page.goto(address)
    more = page.locator("#log details", has_text="More: who was met, note, purpose")
    if more.get_attribute("open") is None:  # the only contact person is chosen already, and then it stands open
        more.locator("summary").click()
    # Waits until it has unfolded: keys pressed before go nowhere.
    page.locator("#note").click()  # stays on the page
    page.locator("#note").press_sequentially("About 811218-9876")
    expect(page.locator("#note-found")).to_contain_text("identity number")
    assert_axe_clean(page)
    for path in (f"{address}/details", f"{product.url}/contacts"):
        page.goto(path)
        assert_axe_clean(page)
        assert_no_sideways_scrolling(page)

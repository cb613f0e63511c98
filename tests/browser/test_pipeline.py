"""The board in a browser: with the mouse, with a finger, with the keyboard, and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow, next_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def opened(product: Product, page: Page, query: str = "") -> Page:
    product.sign_in(page, COORDINATOR)
    page.goto(f"{product.url}/pipeline{query}")
    return page


def column(page: Page, stage: str) -> str:
    return f'.kb-col[data-stage="{stage}"]'


def first_card(page: Page, stage: str) -> str:
    return str(page.locator(f"{column(page, stage)} .kb-card").first.get_attribute("id"))


def test_a_card_is_dragged_with_the_mouse_and_undone(product: Product, desk: Page) -> None:
    page = opened(product, desk)
    card = first_card(page, "new")
    goal = page.locator(column(page, "contact")).bounding_box()
    box = page.locator(f"#{card} .sub").first.bounding_box()
    assert goal is not None
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(goal["x"] + 40, goal["y"] + 60, steps=6)
    page.mouse.up()
    expect(page.locator(f"{column(page, 'contact')} #{card}")).to_be_visible()
    expect(page.locator("#board-says")).to_contain_text("is now under: In contact")
    expect(page.locator(f"#{card} .kb-grip")).to_be_focused()
    assert_axe_clean(page)
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator(f"{column(page, 'new')} #{card}")).to_be_visible()


def test_a_card_is_moved_with_the_keyboard_and_keeps_the_focus(product: Product, desk: Page) -> None:
    page = opened(product, desk)
    card = first_card(page, "new")
    handle = page.locator(f"#{card} .kb-grip")
    handle.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#board-says")).to_contain_text("is picked up")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board-says")).to_contain_text("In contact, 2 of 5")
    page.keyboard.press("Escape")
    expect(page.locator("#board-says")).to_contain_text("Cancelled")
    expect(handle).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(f"{column(page, 'contact')} #{card}")).to_be_visible()
    expect(page.locator(f"#{card} .kb-grip")).to_be_focused()


class Finger:
    """A finger on the glass: real touches, which the browser turns into whatever it makes of them."""

    def __init__(self, page: Page) -> None:
        self._send = page.context.new_cdp_session(page).send

    def down(self, x: float, y: float) -> None:
        self._touch("touchStart", [{"x": x, "y": y}])

    def move(self, x: float, y: float) -> None:
        self._touch("touchMove", [{"x": x, "y": y}])

    def up(self) -> None:
        self._touch("touchEnd", [])

    def _touch(self, kind: str, points: list[dict[str, float]]) -> None:
        self._send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_card_is_dragged_with_a_finger_to_a_stage_that_is_not_on_the_screen(
    product: Product, windows: Windows
) -> None:
    page = opened(product, windows.phone(product.url))
    assert_no_sideways_scrolling(page)
    assert_axe_clean(page)
    card = first_card(page, "contact")
    handle = page.locator(f"#{card} .kb-grip")
    page.locator(column(page, "contact")).evaluate("stage => stage.scrollIntoView({block: 'nearest', inline: 'start'})")
    expect(page.locator(column(page, "new"))).not_to_be_in_viewport(ratio=0.1)
    box = handle.bounding_box()
    assert box is not None
    assert box["width"] >= 24
    finger, y = Finger(page), box["y"] + 10
    finger.down(box["x"] + 10, y)
    finger.move(box["x"] - 10, y)
    finger.move(10, y)
    # Held at the edge, the board creeps until its first stage is on the screen; the card stays under the finger.
    # There the board ends: however late the finger moves on, it has not crept past.
    expect(page.locator("#board")).to_have_js_property("scrollLeft", 0)
    finger.move(200, y)
    expect(page.locator(f"{column(page, 'new')}.is-over")).to_be_attached()
    held = handle.bounding_box()
    assert held is not None
    assert abs(held["x"] - 190) < 12
    finger.up()
    expect(page.locator(f"{column(page, 'new')} #{card}")).to_be_attached()
    expect(page.locator("#board-says")).to_contain_text("is now under: New")
    assert_no_sideways_scrolling(page)
    with next_page(page):
        page.get_by_role("button", name="Undo").tap()
    expect(page.locator(f"{column(page, 'contact')} #{card}")).to_be_attached()


def test_a_finger_beside_the_handle_scrolls_and_moves_no_card(product: Product, windows: Windows) -> None:
    page = opened(product, windows.phone(product.url))
    card = first_card(page, "new")
    box = page.locator(f"#{card} .sub").first.bounding_box()
    assert box is not None
    finger = Finger(page)
    finger.down(box["x"] + 150, box["y"] + 5)
    for x in (120, 60, 20):
        finger.move(x, box["y"] + 5)
    finger.up()
    expect(page.locator(".is-held")).to_have_count(0)
    expect(page.locator("#board")).not_to_have_js_property("scrollLeft", 0)
    expect(page.locator(f"{column(page, 'new')} #{card}")).to_be_attached()


def test_where_one_reads_from_the_right_the_left_arrow_goes_on(product: Product, desk: Page) -> None:
    page = opened(product, desk)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert_no_sideways_scrolling(page)
    card = first_card(page, "new")
    page.locator(f"#{card} .kb-grip").focus()
    for key in ("Space", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("#board-says")).to_contain_text("In contact, 2 of 5")
    page.keyboard.press("Escape")
    expect(page.locator(f"{column(page, 'new')} #{card}")).to_be_visible()


def test_a_stage_that_asks_for_something_asks_when_a_card_is_dropped_on_it(product: Product, desk: Page) -> None:
    page = opened(product, desk)
    card = first_card(page, "contact")
    page.locator(f"#{card} select").select_option("resting")
    follow(page.locator(f"#{card}").get_by_role("button", name=re.compile("^Move ")).last)
    expect(page).to_have_url(re.compile("/stage"))
    assert_axe_clean(page)
    page.get_by_label("Why?").fill("They hire in spring")
    follow(page.get_by_role("button", name=re.compile("^Move")))
    expect(page).to_have_url(re.compile("/pipeline"))
    expect(page.locator(f"{column(page, 'resting')} #{card}")).to_be_visible()


def test_everything_works_without_scripts(product: Product, windows: Windows) -> None:
    page = opened(product, windows.without_scripts(product.url))
    card = first_card(page, "contact")
    expect(page.locator(".kb-grip")).to_have_count(0)
    page.locator(f"#{card} select").select_option("new")
    follow(page.locator(f"#{card} button"))
    expect(page.locator(f"{column(page, 'new')} #{card}")).to_be_visible()
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator(f"{column(page, 'contact')} #{card}")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_table_does_the_same_and_asks_the_same(product: Product, windows: Windows, scripts: bool) -> None:
    page = opened(product, windows.phone(product.url, scripts=scripts), "?view=table&only=contact")
    row = page.locator("tbody tr").first
    card = row.get_attribute("id")
    row.get_by_role("combobox").select_option("new")
    follow(row.get_by_role("button", name=re.compile("^Move ")))
    expect(page).to_have_url(re.compile(r"view=table&only=contact"))
    expect(page.locator(f"#{card}")).to_have_count(0)
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator(f"#{card}")).to_have_count(1)
    page.locator(f"#{card}").get_by_role("combobox").select_option("resting")
    follow(page.locator(f"#{card}").get_by_role("button", name=re.compile("^Move ")))
    expect(page.get_by_label("Why?")).to_be_visible()
    if scripts:
        assert_axe_clean(page)
        assert_no_sideways_scrolling(page)


def test_the_friendly_ones_that_lead_nowhere_are_listed_and_written_to_from_there(product: Product, desk: Page) -> None:
    page = opened(product, desk, "/stalled")
    assert_axe_clean(page)
    row = page.locator("tbody tr").first
    name = row.get_by_role("rowheader").get_by_role("link").inner_text()
    follow(row.get_by_role("link", name=f"Log a contact {name}"))
    expect(page).to_have_url(re.compile(r"/employers/.*#log"))
    page.get_by_label("Outcome").select_option("declined")
    follow(page.get_by_role("button", name="Save the contact"))
    expect(page).to_have_url(re.compile(r"/pipeline/stalled"))
    expect(page.get_by_role("rowheader", name=name)).to_have_count(0)


@pytest.mark.parametrize("address", ["", "?view=table", "/stalled"])
def test_the_pages_in_the_dark_and_on_a_phone(product: Product, windows: Windows, address: str) -> None:
    assert_axe_clean(opened(product, windows.dark(product.url), address))
    page = opened(product, windows.phone(product.url), address)
    assert_no_sideways_scrolling(page)
    small = "links => links.filter(e => e.getBoundingClientRect().height < 24).map(e => e.textContent)"
    assert page.eval_on_selector_all(".kb-card a", small) == [], "a finger hits every link of a card"
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert_no_sideways_scrolling(page)
    assert_axe_clean(page)


def test_the_list_hands_many_over_after_a_preview(product: Product, desk: Page) -> None:
    product.sign_in(desk, MANAGER)
    desk.goto(f"{product.url}/employers?owner=unit")
    assert_axe_clean(desk)
    for place in (0, 1):
        desk.locator('input[name="e"]').nth(place).check()
    desk.select_option("#bulk-kind", "task")
    follow(desk.get_by_role("button", name="Go on"))
    desk.get_by_label("What is to be done?").fill("Ask about the summer")
    desk.get_by_label("By when?").fill("2030-05-01")
    follow(desk.get_by_role("button", name="Show who is changed"))
    assert_axe_clean(desk)
    follow(desk.get_by_role("button", name=re.compile("^Do it for")))
    expect(desk.get_by_text(re.compile("^Done for"))).to_be_visible()
    follow(desk.get_by_role("button", name="Undo"))
    expect(desk.get_by_text(re.compile("^Undone for"))).to_be_visible()

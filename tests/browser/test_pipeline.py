"""The board in a browser: with the mouse, with a finger, with the keyboard, and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pipeline"), pytest.mark.timeout(240)]


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
    page.get_by_role("button", name="Undo").click()
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


def test_a_card_is_dragged_with_a_finger_on_a_phone(product: Product, windows: Windows) -> None:
    page = opened(product, windows.phone(product.url))
    assert_no_sideways_scrolling(page)
    card = first_card(page, "new")
    page.evaluate(
        """(id) => {
          const grip = document.querySelector(`#${id} .kb-grip`);
          const goal = document.querySelector('.kb-col[data-stage="contact"]').getBoundingClientRect();
          const from = grip.getBoundingClientRect();
          const send = (type, x, y) => grip.dispatchEvent(new PointerEvent(type, {
            bubbles: true, cancelable: true, pointerType: 'touch', pointerId: 7, clientX: x, clientY: y,
          }));
          send('pointerdown', from.x + 5, from.y + 5);
          send('pointermove', from.x + 40, from.y + 5);
          send('pointermove', goal.x + 20, goal.y + 40);
          send('pointerup', goal.x + 20, goal.y + 40);
        }""",
        card,
    )
    expect(page.locator(f"{column(page, 'contact')} #{card}")).to_be_attached()
    expect(page.locator("#board-says")).to_contain_text("is now under: In contact")


def test_a_stage_that_asks_for_something_asks_when_a_card_is_dropped_on_it(product: Product, desk: Page) -> None:
    page = opened(product, desk)
    card = first_card(page, "contact")
    page.locator(f"#{card} select").select_option("resting")
    page.locator(f"#{card}").get_by_role("button", name=re.compile("^Move ")).last.click()
    page.wait_for_url(re.compile("/stage"))
    assert_axe_clean(page)
    page.get_by_label("Why?").fill("They hire in spring")
    page.get_by_role("button", name=re.compile("^Move")).click()
    page.wait_for_url(re.compile("/pipeline"))
    expect(page.locator(f"{column(page, 'resting')} #{card}")).to_be_visible()


def test_everything_works_without_scripts(product: Product, windows: Windows) -> None:
    page = opened(product, windows.without_scripts(product.url))
    card = first_card(page, "contact")
    expect(page.locator(".kb-grip")).to_have_count(0)
    page.locator(f"#{card} select").select_option("new")
    page.locator(f"#{card} button").click()
    expect(page.locator(f"{column(page, 'new')} #{card}")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"{column(page, 'contact')} #{card}")).to_be_visible()
    page.goto(f"{product.url}/pipeline?view=table")
    expect(page.get_by_role("button", name=re.compile("^Move")).first).to_be_visible()


def test_the_list_hands_many_over_after_a_preview(product: Product, desk: Page) -> None:
    product.sign_in(desk, MANAGER)
    desk.goto(f"{product.url}/employers?owner=unit")
    assert_axe_clean(desk)
    for place in (0, 1):
        desk.locator('input[name="e"]').nth(place).check()
    desk.select_option("#bulk-kind", "task")
    desk.get_by_role("button", name="Go on").click()
    desk.get_by_label("What is to be done?").fill("Ask about the summer")
    desk.get_by_label("By when?").fill("2030-05-01")
    desk.get_by_role("button", name="Show who is changed").click()
    assert_axe_clean(desk)
    desk.get_by_role("button", name=re.compile("^Do it for")).click()
    expect(desk.get_by_text(re.compile("^Done for"))).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text(re.compile("^Undone for"))).to_be_visible()

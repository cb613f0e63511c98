"""Matching: on a phone without scripts from the talk to the profile, on a desktop from the offer to the match."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import COORDINATOR, EVALUATOR, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


def _photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (1200, 1600), "teal").save(out, "JPEG")
    return out.getvalue()


def test_a_mentor_comes_to_a_profile_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    page.goto(product.url + "/matching/mentors/new")
    page.locator("#name").fill("Poul Poulsen")
    page.locator("#municipality").fill("Rødvig")
    page.locator("#birth_year").fill("1965")
    follow(page.get_by_role("button", name="Save", exact=True))
    expect(page).to_have_url(re.compile(r"/matching/mentors/[^/]{10,}$"))
    mentor = page.url
    follow(page.get_by_role("link", name="Talk along the match guide"))
    expect(page).to_have_url(re.compile("/guide$"))
    expect(page.locator("#name")).to_have_value("Poul Poulsen")
    expect(page.locator("#residence")).to_have_value("Rødvig")
    page.locator("#offers").fill("I have time")
    follow(page.get_by_role("button", name="Save and go on later"))
    expect(page).to_have_url(re.compile("/match-interviews/"))
    expect(page.locator("main")).to_contain_text("Half done")
    page.locator("#attention").fill("No car")
    follow(page.get_by_role("button", name="Save, the talk is done"))
    expect(page).to_have_url(mentor)
    expect(page.locator("main")).to_contain_text("No car")
    follow(page.get_by_role("link", name="Write the profile").first)
    expect(page).to_have_url(re.compile("/profile$"))
    expect(page.locator("#offer")).to_have_value("I have time")
    for field in ("Name", "Age", "Photo", "What I can give you"):
        page.get_by_role("checkbox", name=field, exact=True).check()
    page.locator("#agreed_on").fill("2025-01-01")
    follow(page.get_by_role("button", name="Save", exact=True))
    expect(page).to_have_url(re.compile("/match-profiles/"))
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "me.jpg", "mimeType": "image/jpeg", "buffer": _photo()}]
    )
    follow(page.get_by_role("button", name="Save the photo"))
    photo = page.locator("#seen img.profile-photo")
    expect(photo).to_be_visible()
    assert photo.evaluate("image => image.naturalWidth") == 450
    expect(page.locator("#seen")).not_to_contain_text("Rødvig")
    assert_no_sideways_scrolling(page)


def test_a_participant_chooses_on_the_screen_and_it_can_be_taken_back(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/matching/match-offers")
    follow(page.locator("main ul.list a").first)
    expect(page).to_have_url(re.compile(r"/match-offers/[^/]+$"))
    offer = page.url
    name = page.locator("h1 + .sub").inner_text()
    follow(page.get_by_role("link", name="Show on this screen"))
    expect(page).to_have_url(re.compile("/show$"))
    expect(page.locator("body")).not_to_contain_text(name)
    buttons = page.locator(".profiles button")
    expect(buttons).to_have_count(3)
    follow(buttons.nth(1), key="Enter")
    expect(page).to_have_url(offer)
    expect(page.locator("#about")).to_contain_text("The participant")
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("#choice")).to_be_visible()
    page.get_by_label("Margareta Hallin").check()
    follow(page.get_by_role("button", name="Save the choice"))
    follow(page.get_by_role("link", name="Open the match"))
    expect(page).to_have_url(re.compile("/matches/"))
    follow(page.get_by_role("button", name="They have met"))
    expect(page.locator("main")).to_contain_text("Running")


def test_a_promise_that_is_late_is_ticked_on_today(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    page.goto(product.url + "/today")
    card = page.locator("#mentor-promises")
    expect(card).to_contain_text("late")
    late = card.locator("li").count()
    follow(card.get_by_role("button", name="Done today").first)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(card.locator("li")).to_have_count(late - 1)
    follow(page.get_by_role("button", name="Undo"))
    expect(card.locator("li")).to_have_count(late)


def test_an_evaluator_finds_figures_without_names(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), EVALUATOR)
    page.goto(product.url + "/matching")
    expect(page.locator("main")).to_contain_text("Too few to show")
    expect(page.locator("main a[href*='/matching/']")).to_have_count(0)
    assert_axe_clean(page)

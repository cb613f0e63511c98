"""Matching: on a phone without scripts from the talk to the profile, on a desktop from the offer to the match."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, EVALUATOR, Product
from tests.servers.browser import Windows, find_violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


def _photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (1200, 1600), "teal").save(out, "JPEG")
    return out.getvalue()


def _is_well_made(page: Page) -> None:
    """No fault that axe finds, and nothing that has to be pushed sideways."""
    assert not find_violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_mentor_comes_to_a_profile_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    page.goto(product.url + "/matching/mentors/new")
    page.locator("#name").fill("Poul Poulsen")
    page.locator("#municipality").fill("Rødvig")
    page.locator("#birth_year").fill("1965")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/matching/mentors/[^/]{10,}$"))
    mentor = page.url
    page.get_by_role("link", name="Talk along the match guide").click()
    page.wait_for_url(re.compile("/guide$"))
    expect(page.locator("#name")).to_have_value("Poul Poulsen")
    expect(page.locator("#residence")).to_have_value("Rødvig")
    page.locator("#offers").fill("I have time")
    page.get_by_role("button", name="Save and go on later").click()
    page.wait_for_url(re.compile("/match-interviews/"))
    expect(page.locator("main")).to_contain_text("Half done")
    page.locator("#attention").fill("No car")
    page.get_by_role("button", name="Save, the talk is done").click()
    page.wait_for_url(mentor)
    expect(page.locator("main")).to_contain_text("No car")
    page.get_by_role("link", name="Write the profile").first.click()
    page.wait_for_url(re.compile("/profile$"))
    expect(page.locator("#offer")).to_have_value("I have time")
    for field in ("Name", "Age", "Photo", "What I can give you"):
        page.get_by_role("checkbox", name=field, exact=True).check()
    page.locator("#agreed_on").fill("2025-01-01")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile("/match-profiles/"))
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "me.jpg", "mimeType": "image/jpeg", "buffer": _photo()}]
    )
    page.get_by_role("button", name="Save the photo").click()
    photo = page.locator("#seen img.profile-photo")
    expect(photo).to_be_visible()
    assert photo.evaluate("image => image.naturalWidth") == 450
    expect(page.locator("#seen")).not_to_contain_text("Rødvig")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_participant_chooses_on_the_screen_and_it_can_be_taken_back(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/matching/match-offers")
    _is_well_made(page)
    page.locator("main ul.list a").first.click()
    page.wait_for_url(re.compile(r"/match-offers/[^/]+$"))
    offer = page.url
    name = page.locator("h1 + .sub").inner_text()
    _is_well_made(page)
    page.get_by_role("link", name="Show on this screen").click()
    page.wait_for_url(re.compile("/show$"))
    _is_well_made(page)
    expect(page.locator("body")).not_to_contain_text(name)
    buttons = page.locator(".profiles button")
    expect(buttons).to_have_count(3)
    buttons.nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(offer)
    expect(page.locator("#about")).to_contain_text("The participant")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#choice")).to_be_visible()
    page.get_by_label("Margareta Hallin").check()
    page.get_by_role("button", name="Save the choice").click()
    page.get_by_role("link", name="Open the match").click()
    page.wait_for_url(re.compile("/matches/"))
    _is_well_made(page)
    page.get_by_role("button", name="They have met").click()
    expect(page.locator("main")).to_contain_text("Running")


def test_a_promise_that_is_late_is_ticked_on_today(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    page.goto(product.url + "/today")
    card = page.locator("#mentor-promises")
    expect(card).to_contain_text("late")
    late = card.locator("li").count()
    card.get_by_role("button", name="Done today").first.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(card.locator("li")).to_have_count(late - 1)
    page.get_by_role("button", name="Undo").click()
    expect(card.locator("li")).to_have_count(late)
    _is_well_made(page)


def test_every_page_of_mentors_is_well_made(product: Product, windows: Windows) -> None:
    for window in (windows.desktop(product.url), windows.phone(product.url)):
        page = product.sign_in(window, COORDINATOR)
        for path in ("/matching", "/matching/mentors", "/matching/matches", "/matching/mentor-commitments"):
            page.goto(product.url + path)
            _is_well_made(page)
        page.goto(product.url + "/matching/mentors?q=sandell")
        page.locator("main tbody a").first.click()
        page.wait_for_url(re.compile(r"/mentors/[^/?]{10,}$"))
        mentor = page.url
        for path in ("", "/edit", "/guide", "/profile", "/commitments"):
            page.goto(mentor + path)
            _is_well_made(page)


def test_an_evaluator_finds_figures_without_names(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), EVALUATOR)
    page.goto(product.url + "/matching")
    expect(page.locator("main")).to_contain_text("Too few to show")
    expect(page.locator("main a[href*='/matching/']")).to_have_count(0)
    _is_well_made(page)

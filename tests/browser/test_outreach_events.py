"""Story 6: a business breakfast: invited from a view, answered with a link, ticked at the door, followed up."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]

COMING, PAST = "Frukost: hitta nya medarbetare", "Informationsmöte om arbetsträning"


def _open(product: Product, page: Page, title: str) -> Page:
    """The page of a sample event."""
    page.goto(f"{product.url}/events?show=all")
    follow(page.get_by_role("link", name=title))
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page


def _link_of_somebody_silent(page: Page) -> str:
    """The personal link of the first one who has not answered."""
    follow(page.get_by_role("link", name="No answer yet"))
    follow(page.locator("#invitations tbody th a").first)
    # The server's own idea of its address may be another than the one that it answers at here.
    return urlsplit(page.locator("#code code").text_content() or "").path


def test_invitations_are_previewed_sent_and_arrive(product: Product, windows: Windows) -> None:
    page = _open(product, product.sign_in(windows.desktop(product.url), COORDINATOR), COMING)
    follow(page.get_by_role("link", name="Invite more"))
    page.locator("#source").select_option(label="My unit's")
    page.get_by_label("Also those whom nobody has asked").check()
    follow(page.locator("#many").get_by_role("button", name="Show who gets it"))
    expect(page.locator("#left-out")).to_contain_text("Invited already")
    assert_axe_clean(page)
    first = page.locator("#will label").first.inner_text()
    follow(page.get_by_role("button", name="Send the invitations"))
    expect(page.locator("main")).to_contain_text("in a minute")
    expect(page.locator("#sending")).to_contain_text("Waits to leave")
    product.move_clock(days=1)
    product.wait_for(page, "/mailbox", COMING)
    follow(page.get_by_role("link", name=COMING).first)
    expect(page.locator("main")).to_contain_text("event.ics")
    _open(product, page, COMING)
    expect(page.locator("#invitations")).to_contain_text(first)


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_answers_on_a_phone_without_an_account(product: Product, windows: Windows, scripts: bool) -> None:
    staff = _open(product, product.sign_in(windows.desktop(product.url), COORDINATOR), COMING)
    link = _link_of_somebody_silent(staff)
    page = windows.phone(product.url, scripts=scripts)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(COMING)
    follow(page.get_by_role("link", name="English"))
    assert_no_sideways_scrolling(page)
    page.get_by_label("Yes, I am coming").check()
    page.get_by_label("Something we should know?").fill("Vegetarian")
    follow(page.get_by_role("button", name="Send my answer"))
    expect(page.locator("main")).to_contain_text(re.compile("You are signed up|waiting list"))
    if scripts:
        assert_axe_clean(page)
    page.get_by_label("No, I cannot come").check()
    follow(page.get_by_role("button", name="Send my answer"))
    expect(page.locator("main")).to_contain_text("Thank you for telling us")
    follow(page.get_by_role("link", name="No more invitations"))
    follow(page.get_by_role("button", name="No more invitations"))
    expect(page.locator("main")).to_contain_text("You get no more invitations")


@pytest.mark.parametrize("scripts", [True, False])
def test_who_comes_is_ticked_at_the_door_with_a_phone(product: Product, windows: Windows, scripts: bool) -> None:
    page = _open(product, product.sign_in(windows.phone(product.url, scripts=scripts), COORDINATOR), PAST)
    follow(page.get_by_role("link", name="Who came?"))
    assert_no_sideways_scrolling(page)
    row = page.locator("#expected li", has_text="Did not come").first
    name = row.locator("strong").inner_text()
    follow(row.get_by_role("button", name=f"{name}"))
    expect(page.locator("#expected li", has_text=name)).to_contain_text("Has come: 1")
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("#expected li", has_text=name)).to_contain_text("Did not come")
    page.locator("#guest-name").fill("Greta Gäst")
    follow(page.locator("#guest").get_by_role("button", name="Has come"))
    expect(page.locator("#expected")).to_contain_text("Greta Gäst")
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("#expected")).not_to_contain_text("Greta Gäst")


def test_an_event_is_planned_and_what_follows_is_made(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(f"{product.url}/events/new")
    page.get_by_label("What the event is called").fill("Study visit at the bakery")
    follow(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator("#invitations")).to_contain_text("Nobody is invited yet")
    assert_axe_clean(page)
    _open(product, page, PAST)
    group = page.locator("#follow details").first
    group.locator("summary").click()
    follow(group.get_by_role("button", name="Make the tasks"))
    expect(page.locator("main")).to_contain_text("There is a task for")
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("main")).to_contain_text("cancelled")
    page.goto(page.url.split("#")[0] + "/list")
    expect(page.locator("table")).to_contain_text("Signature")

"""Story 5: a coordinator in a car park logs a visit on a phone: with a network, without one, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ADMINISTRATOR, COORDINATOR, MANAGER, Product
from tests.browser.visits_desk import (
    CARD,
    READY,
    ask,
    contacts_of,
    fill_in,
    now_of,
    open_form,
    plan_visits,
    ready_phone,
    save,
    sign_in_on,
)
from tests.servers.browser import PHONE, Windows, assert_axe_clean, assert_no_sideways_scrolling, follow, next_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def phone(product: Product, windows: Windows) -> Page:
    """A telephone that keeps the visits of the day."""
    return ready_phone(windows.phone(product.url), product, product.url)


def test_a_visit_is_logged_with_one_thumb_while_there_is_a_network(product: Product, phone: Page) -> None:
    (visit,) = plan_visits(product, 1, hour=5)
    phone.goto("/today")
    phone.locator(READY).wait_for(state="attached")
    link = phone.locator(f"[data-visit='{visit}']")
    expect(link).to_have_attribute("href", f"/visits/phone#{visit}")
    box = link.bounding_box()
    assert box is not None
    assert box["height"] >= 40, "a thumb finds it"
    assert box["y"] < PHONE["height"], "the first visit is there without scrolling"
    follow(link)
    phone.locator("#visit-log").wait_for()
    assert_axe_clean(phone)
    assert_no_sideways_scrolling(phone)
    phone.get_by_label("Yes", exact=True).check()
    phone.select_option("[name=outcome]", "place_offered")
    phone.get_by_label("In a week").check()
    phone.fill("[name=next_text]", "Send the agreement")
    save(phone)
    expect(phone.locator("#visits-state")).to_contain_text("Sent and saved.")
    assert_axe_clean(phone)
    ((state, outcome, decides),) = ask(
        product,
        "SELECT v.state, c.outcome, c.met_decision_maker FROM outreach_visit v JOIN contact c ON c.id = v.contact_id"
        " WHERE v.public_id = ?",
        visit,
    )
    assert (state, outcome, decides) == ("done", "place_offered", 1)


def test_without_a_network_it_waits_on_the_phone_and_is_sent_when_it_is_back(product: Product, phone: Page) -> None:
    visits = plan_visits(product, 2, hour=5)
    phone.goto("/today")
    phone.locator(READY).wait_for(state="attached")
    phone.context.set_offline(True)
    phone.goto("/today")
    expect(phone).to_have_url(re.compile("/visits/phone"))
    for visit in visits:
        open_form(phone, product.url, visit)
        fill_in(phone, visit)
        save(phone)  # and the next one is opened at once
    expect(phone.locator("#visits-place [data-is=send]")).to_have_count(2)
    expect(phone.locator("#visits-state")).to_contain_text("No network.")
    expect(phone.locator(CARD)).to_contain_text("Waiting to be sent")
    assert_no_sideways_scrolling(phone)
    phone.reload()
    expect(phone.locator("#visits-place [data-is=send]")).to_have_count(2)
    assert contacts_of(product, visits) == {visit: [] for visit in visits}
    phone.context.set_offline(False)
    expect(phone.locator("#visits-place [data-is=send]")).to_have_count(0)
    assert contacts_of(product, visits) == {visit: [f"About {visit}"] for visit in visits}
    phone.goto("/today")
    expect(phone.locator("#visits-waiting")).to_be_hidden()


def test_what_is_typed_survives_leaving_the_page(product: Product, phone: Page) -> None:
    (visit,) = plan_visits(product, 1, hour=5)
    phone.goto("/today")
    phone.locator(READY).wait_for(state="attached")
    open_form(phone, product.url, visit)
    fill_in(phone, visit, text="they need two people")
    phone.goto("/today")
    open_form(phone, product.url, visit)
    assert phone.input_value("[name=note]") == f"About {visit} they need two people"
    assert phone.input_value("[name=outcome]") == "interested"


def test_a_conflict_is_shown_and_both_versions_are_kept(product: Product, phone: Page, windows: Windows) -> None:
    (visit,) = plan_visits(product, 1, hour=5)
    phone.goto("/today")
    phone.locator(READY).wait_for(state="attached")
    phone.context.set_offline(True)
    open_form(phone, product.url, visit)
    fill_in(phone, visit, text="from the phone")
    save(phone)
    expect(phone.locator("#visits-state")).to_contain_text("No network.")
    desk = windows.desktop(product.url)
    sign_in_on(desk, product.url, MANAGER)
    desk.goto(f"/visits/{visit}")
    desk.select_option("[name=outcome]", "declined")
    desk.locator("#log summary").click()
    desk.fill("[name=note]", f"About {visit} from the office")
    follow(desk.get_by_role("button", name="Save the visit"))
    expect(desk.locator("#contact")).to_contain_text("from the office")
    assert_axe_clean(desk)
    with next_page(phone):
        phone.context.set_offline(False)
    expect(phone).to_have_url(re.compile("/visit-reports/"))
    expect(phone.locator("#theirs")).to_contain_text("from the office")
    assert phone.input_value("[name=note]") == f"About {visit} from the phone"
    assert_axe_clean(phone)
    assert_no_sideways_scrolling(phone)
    follow(phone.get_by_role("button", name="Save the visit"))
    expect(phone).to_have_url(re.compile(f"/visits/{visit}"))
    assert sorted(contacts_of(product, [visit])[visit]) == [
        f"About {visit} from the office",
        f"About {visit} from the phone",
    ]


def test_signing_out_sends_what_waits_first_or_asks(product: Product, phone: Page) -> None:
    (visit,) = plan_visits(product, 1, hour=5)
    phone.goto("/today")
    phone.locator(READY).wait_for(state="attached")
    # The network fails for what is sent alone, so that the page itself can be left.
    phone.context.route("**/visits/*/send", lambda route: route.abort())
    phone.context.route("**/visits/today.json", lambda route: route.abort())
    open_form(phone, product.url, visit)
    fill_in(phone, visit)
    save(phone)
    expect(phone.locator("#visits-place [data-is=send]")).to_have_count(1)
    phone.goto("/tasks")
    phone.locator("details.hd-phone summary").click()
    follow(phone.locator("details.hd-phone").get_by_role("button", name="Sign out"))
    expect(phone.locator("h1")).to_have_text("One visit has not been sent yet")
    assert_axe_clean(phone)
    phone.get_by_role("button", name="Send them and sign out").click()  # stays on the page
    expect(phone.locator("#visits-leaving [role=status]")).to_contain_text("could not be sent")
    assert contacts_of(product, [visit])[visit] == []
    phone.context.unroute("**/visits/*/send")
    phone.context.unroute("**/visits/today.json")
    follow(phone.get_by_role("button", name="Send them and sign out"))
    expect(phone).to_have_url(re.compile("/sign-in"))
    assert contacts_of(product, [visit])[visit] == [f"About {visit}"]
    kept = phone.evaluate("async () => [(await indexedDB.databases()).length, (await caches.keys()).length]")
    assert kept == [0, 0], "nothing stays on the telephone"
    assert phone.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_a_lost_phone_is_cut_off_and_emptied(product: Product, phone: Page, windows: Windows) -> None:
    (visit,) = plan_visits(product, 1, hour=5)
    phone.goto("/today")
    phone.locator(READY).wait_for(state="attached")
    phone.context.set_offline(True)
    open_form(phone, product.url, visit)
    fill_in(phone, visit)
    save(phone)
    expect(phone.locator("#visits-state")).to_contain_text("No network.")
    desk = windows.desktop(product.url)
    sign_in_on(desk, product.url, ADMINISTRATOR)
    ((staff,),) = ask(product, "SELECT public_id FROM staff WHERE email = ?", COORDINATOR)
    desk.goto(f"/settings/staff/{staff}")
    for _device in range(desk.locator("#visit-devices details.confirm").count()):
        desk.locator("#visit-devices details.confirm summary").first.click()
        follow(desk.locator("#visit-devices details.confirm button").first)
        expect(desk.locator("#main")).to_contain_text("The device is cut off")
    assert_axe_clean(desk)
    phone.context.set_offline(False)
    expect(phone.locator("#visits-state")).to_contain_text("This device was cut off.")
    assert contacts_of(product, [visit])[visit] == []
    phone.goto("/today")
    expect(phone).to_have_url(re.compile("/sign-in"))
    left = phone.evaluate("async () => (await indexedDB.databases()).map((each) => each.name)")
    assert "brobygg-visits" not in left
    assert ask(product, "SELECT count(*) FROM outreach_visit_device WHERE wiped_at IS NOT NULL") == [(1,)]


def test_without_scripts_the_same_form_goes_by_post(product: Product, windows: Windows) -> None:
    (visit,) = plan_visits(product, 1, hour=5)
    page = windows.phone(product.url, scripts=False)
    sign_in_on(page, product.url)
    page.goto("/today")
    follow(page.locator(f"[data-visit='{visit}']"))
    follow(page.get_by_role("button", name="Save the visit"))
    expect(page.locator(".ds-error-summary")).to_be_visible()
    page.select_option("[name=outcome]", "interested")
    page.locator("#log summary").click()
    page.fill("[name=note]", f"About {visit}")
    follow(page.get_by_role("button", name="Save the visit"))
    expect(page.locator("#contact")).to_be_visible()
    assert_no_sideways_scrolling(page)
    assert contacts_of(product, [visit])[visit] == [f"About {visit}"]


def test_a_visit_is_booked_and_logged_with_the_keyboard_alone(product: Product, windows: Windows) -> None:
    desk = windows.desktop(product.url)
    sign_in_on(desk, product.url)
    desk.goto("/employers?owner=all&q=Café+Lindblom")
    follow(desk.locator("main tbody th a").first, key="Enter")
    follow(desk.locator("#visits a", has_text="Book"), key="Enter")
    desk.fill("#on", now_of(product).date().isoformat())
    desk.fill("#at", "16:15")
    follow(desk.locator("#at"), key="Enter")
    desk.focus("#outcome")
    desk.keyboard.type("Inter")
    desk.keyboard.press("Tab")
    follow(desk.get_by_role("button", name="Save the visit"), key="Enter")
    expect(desk.locator("#contact")).to_contain_text("Interested")
    follow(desk.get_by_role("button", name="Undo"), key="Enter")
    expect(desk.locator("#log")).to_be_visible()


def test_an_address_for_the_calendar_is_made_in_the_dark(product: Product, windows: Windows) -> None:
    page = windows.dark(product.url)
    sign_in_on(page, product.url)
    page.goto("/settings/calendar")
    follow(page.get_by_role("button", name="Make an address"))
    expect(page.locator("#address")).to_be_visible()
    assert_axe_clean(page)

"""Pictures of visits on a phone, and of the page that gives the calendar its address."""

from playwright.sync_api import Page, expect

from tests.pictures.camera import MOMENT, save, sign_in
from tests.servers.browser import Windows, follow

ORIGIN = "https://brobygg.example.org"


def visits(windows: Windows, url: str) -> None:
    """Today with the visits of the day, and the card on which one of them is logged."""
    phone = windows.phone(url)
    # The phone asks its own clock which visits are today's.
    phone.context.clock.set_system_time(MOMENT)
    sign_in(phone, "coordinator")
    phone.goto("/today")
    phone.locator("#visits-phone[data-ready]").wait_for(state="attached")
    save(phone, "visits-today-phone", height=738)
    follow(phone.locator("a[data-visit][href*='/visits/phone']").first)
    phone.locator("#visit-log").wait_for()
    _log(phone)
    phone.evaluate("scrollTo(0, 0)")
    save(phone, "visit-card-phone", height=960)


def _log(phone: Page) -> None:
    phone.get_by_label("Yes", exact=True).check()
    phone.select_option("[name=outcome]", "place_offered")
    phone.get_by_label("In a week").check()
    phone.fill("[name=next_text]", "Send the agreement")
    phone.locator("#visit-log form[data-kept='1']").wait_for()
    phone.locator("[name=next_text]").blur()


def calendar(windows: Windows, url: str) -> None:
    """The secret address, which is shown once."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/settings/calendar")
    follow(desk.get_by_role("button", name="Make an address"))
    expect(desk.locator("#address")).to_be_visible()
    # Nobody's installation has the address of the computer on which the pictures are taken.
    desk.locator("#address").evaluate(
        "(field, origin) => { field.value = field.value.replace(location.origin, origin); }", ORIGIN
    )
    save(desk, "calendar-address", height=600)

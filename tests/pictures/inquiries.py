"""The pictures of inquiries and of handing employers over."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow


def inquiries(windows: Windows, url: str) -> None:
    """A walk-in on a phone, the report, and a handover before it happens."""
    phone = sign_in(windows.phone(url), "coordinator")
    phone.goto("/inquiries/walk-in")
    phone.locator("#topic").select_option("needs_company")
    phone.locator("#who").fill("the tall one, her brother")
    save(phone, "inquiry-walk-in-phone", height=720)
    desk = sign_in(windows.desktop(url), "manager")
    desk.goto("/inquiries/report")
    save(desk, "inquiries-report", height=1100)
    desk.goto("/handovers")
    follow(desk.locator("#holders a").first)
    desk.locator("#to_all").select_option(index=1)
    desk.locator("textarea[name=note]").fill("They like to be called before ten.")
    desk.locator("#list input[name^=note-]").first.fill("Ask for Eva in the office.")
    desk.locator("h1").click()  # stays on the page
    save(desk, "handover", height=1000)

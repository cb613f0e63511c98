"""Pictures of agreements: the page of one that ends soon, and the employer's own page on a phone."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow


def agreements(windows: Windows, url: str) -> None:
    """An agreement that waits for signatures at the desk, the same on the employer's phone, and what ends soon."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/agreements/expiring")
    save(desk, "agreements-expiring", height=420)
    desk.goto("/agreements?status=sent")
    follow(desk.locator("main tbody th a").first)
    desk.locator("#employer").wait_for()
    save(desk, "agreement", height=900)
    desk.locator("#employer summary", has_text="Show the link").click()
    follow(desk.get_by_role("button", name="Show the link"))
    phone = windows.phone(url)
    phone.goto(desk.locator("#link").inner_text().strip())
    phone.locator("#sign").evaluate("element => element.scrollIntoView()")
    save(phone, "agreement-sign-phone")

"""Pictures of CSR partnerships, coverage and groups."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow


def partnerships(windows: Windows, url: str) -> None:
    """A partnership with what was promised and delivered, coverage of a county, and who came to the meetings."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/partnerships")
    follow(desk.locator("main tbody th a").first)
    desk.wait_for_url("**/partnerships/*")
    save(desk, "partnership", height=640)
    desk.goto("/coverage")
    follow(desk.locator("main tbody th a").first)
    desk.wait_for_url("**/coverage/*")
    save(desk, "coverage", height=760)
    phone = sign_in(windows.phone(url), "coordinator")
    phone.goto("/groups")
    follow(phone.locator("main tbody th a").first)
    phone.wait_for_url("**/groups/*")
    save(phone, "group-phone", height=760)

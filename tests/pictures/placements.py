"""Pictures of placements: the path on the desktop, a meeting on a phone, the list."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow


def placements(windows: Windows, url: str) -> None:
    """A placement in progress that lacks something, the meeting before the start of one that is planned, the list."""
    desk = sign_in(windows.desktop(url), "manager")
    desk.goto("/placements?state=active&sort=start")
    save(desk, "placements-list", height=700)
    follow(desk.locator("main tbody th a").first)
    save(desk, "placement-path", height=1150)
    phone = sign_in(windows.phone(url), "manager")
    phone.goto("/placements?state=planned")
    follow(phone.locator("main tbody th a").first)
    follow(phone.locator("#step-meeting a").first)
    save(phone, "placement-meeting-phone")

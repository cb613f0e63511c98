"""Pictures of matching: a profile, and an offer as the participant sees it."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow


def matching(windows: Windows, url: str) -> None:
    """The profile of a mentor, and the profiles of an offer beside each other."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/matching/mentors")
    follow(desk.locator("main").get_by_role("link", name="Margareta Hallin").first)
    follow(desk.locator("main a[href*='/match-profiles/']").first)
    save(desk, "match-profile", height=660)
    desk.goto("/matching/match-offers")
    follow(desk.locator("main ul.list a").first)
    save(desk, "match-offer", height=1120)
    follow(desk.get_by_role("link", name="Show on this screen"))
    desk.locator(".profiles button").first.wait_for()
    save(desk, "match-choice", height=912)

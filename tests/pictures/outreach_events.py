"""Pictures of an event: who is invited, the answer of somebody invited, and the door."""

from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow

COMING, PAST = "Frukost: hitta nya medarbetare", "Informationsmöte om arbetsträning"


def events(windows: Windows, url: str) -> None:
    """The breakfast to come at the desk, the link of somebody who has not answered, and who came to a meeting."""
    desk = _open(sign_in(windows.desktop(url), "coordinator"), COMING)
    save(desk, "event", height=1094)
    follow(desk.get_by_role("link", name="No answer yet"))
    follow(desk.locator("#invitations tbody th a").first)
    reply = windows.phone(url)
    reply.goto(urlsplit(desk.locator("#code code").text_content() or "").path)
    follow(reply.get_by_role("link", name="English"))
    reply.get_by_label("Yes, I am coming").check()
    reply.evaluate("scrollTo(0, 0)")
    save(reply, "event-reply-phone", height=1390)
    phone = _open(sign_in(windows.phone(url), "coordinator"), PAST)
    follow(phone.get_by_role("link", name="Who came?"))
    # As it looks while people arrive: one of them is not here yet.
    follow(phone.locator("#expected").get_by_role("button", name="Take back").nth(1))
    phone.goto(phone.url)
    save(phone, "event-door-phone", height=760)


def _open(page: Page, title: str) -> Page:
    page.goto("/events?show=all")
    follow(page.get_by_role("link", name=title))
    return page

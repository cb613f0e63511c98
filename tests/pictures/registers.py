"""Pictures of looking an employer up and of the list of employers."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows


def registers(windows: Windows, url: str) -> None:
    """A company is looked up by its name and taken over; the list of a unit with a filter."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/employers/new?find=bak&country=NO")
    save(desk, "look-up", height=800)
    desk.goto("/employers?owner=unit&stage=agreement")
    save(desk, "employer-list", height=640)

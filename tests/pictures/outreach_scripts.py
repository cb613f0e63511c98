"""Pictures of call scripts: a draft with its tree beside the steps, and the form of a step."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow


def call_scripts(windows: Windows, url: str) -> None:
    """The draft of the sample data that somebody works on, and its first question."""
    desk = sign_in(windows.desktop(url), "manager")
    desk.goto("/call-scripts")
    follow(desk.locator("main").get_by_role("link", name="Invitation to an information meeting").first)
    follow(desk.get_by_role("link", name="Draft").first)
    desk.locator(".script-box svg").wait_for()
    save(desk, "script-draft", height=900)
    follow(desk.get_by_role("link", name="Change greet"))
    save(desk, "script-step", height=900)

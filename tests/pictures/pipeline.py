"""Pictures of the board, of those that are stuck, and of the measures."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows


def pipeline(windows: Windows, url: str) -> None:
    """The board and its list of those that are stuck, as a coordinator sees them; the measures, as a manager does."""
    page = sign_in(windows.desktop(url), "coordinator")
    page.goto("/pipeline")
    save(page, "pipeline-board")
    page = sign_in(windows.desktop(url), "manager")
    page.goto("/pipeline/stalled")
    save(page, "pipeline-stalled", height=520)
    page.goto("/measures")
    save(page, "measures")

"""What every part of the pictures needs: a person signed in, and a file of what the window shows."""

import sys
from datetime import UTC, datetime

from PIL import Image
from playwright.sync_api import Page

from tests.servers.browser import follow
from tests.servers.processes import REPOSITORY

FOLDER = REPOSITORY / "docs" / "pictures"
PASSWORD = "sample-password-for-looking-around"
LARGEST = 200_000
# The day on which every picture is taken.
MOMENT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class TooLarge(Exception):
    """A picture would make every checkout heavier than it is worth."""


def sign_in(page: Page, who: str) -> Page:
    """Sign in as one of the sample accounts."""
    page.goto("/sign-in")
    page.fill("#email", f"{who}@example.org")
    page.fill("#password", PASSWORD)
    follow(page.locator("main form button[type=submit]"))
    return page


def save(page: Page, name: str, *, height: int | None = None) -> None:
    """Save what the window shows, or its upper ``height`` pixels. Raises TooLarge."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": height or size["height"]})
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    page.set_viewport_size(size)
    # Pages have few colours: a palette makes the file a third as large.
    Image.open(path).convert("RGB").quantize(colors=256).save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        raise TooLarge(f"{path.name}: {path.stat().st_size} bytes")
    sys.stdout.write(f"{path.relative_to(REPOSITORY)}\n")

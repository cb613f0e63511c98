"""One server with sample data for each worker, at ten in the morning of a working day, whose clock tests may move."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from tests.servers.browser import Windows, follow
from tests.servers.gunicorn_app import DevServer
from tests.servers.shared import locked

PASSWORD = "sample-password-for-looking-around"
COORDINATOR = "coordinator@example.org"
OTHER_COORDINATOR = "coordinator.no@example.org"
MANAGER = "manager@example.org"
ADMINISTRATOR = "admin@example.org"
EVALUATOR = "evaluator@example.org"


def _next_working_morning() -> datetime:
    """Ten o'clock in Stockholm on the next Wednesday: outside quiet hours, on no weekend."""
    now = datetime.now(ZoneInfo("Europe/Stockholm"))
    morning = now.replace(hour=10, minute=0, second=0, microsecond=0)
    morning += timedelta(days=(2 - now.weekday()) % 7)
    return (morning if morning > now else morning + timedelta(days=7)).astimezone(UTC)


@dataclass
class Product:
    """The running product and its clock."""

    server: DevServer
    clock_file: Path
    shift: float = 0.0

    @property
    def url(self) -> str:
        return self.server.url

    def move_clock(self, *, days: int) -> None:
        """Jump; the dispatcher follows at its next tick."""
        self.shift += timedelta(days=days).total_seconds()
        self.clock_file.write_text(str(self.shift), encoding="ascii")

    def sign_in(self, page: Page, email: str) -> Page:
        """Sign in through the form and see Today (or what the role sees first), in English."""
        page.goto(self.url + "/sign-in")
        page.fill("#email", email)
        page.fill("#password", PASSWORD)
        follow(page.locator("main form button[type=submit]"))
        assert "/sign-in" not in page.url, page.inner_text("main")
        return page

    def wait_for(self, page: Page, path: str, text: str, *, seconds: float = 90) -> None:
        """Open ``path`` until ``text`` stands on it."""
        end = time.monotonic() + seconds
        while True:
            page.goto(self.url + path)
            if text in page.content():
                return
            assert time.monotonic() < end, f"'{text}' never came on {path}:\n{page.inner_text('main')[:2000]}"
            time.sleep(0.5)


def _sample_home(common: Path) -> Path:
    """A home with sample data that one worker of the test run fills; each server starts on a copy of its own."""
    home, clock_file = common / "sample-home", common / "sample-clock"
    with locked(common / "sample.lock"):
        if not clock_file.exists():
            home.mkdir()
            shift = (_next_working_morning() - datetime.now(UTC)).total_seconds()
            waiting = common / "sample-clock.draft"
            waiting.write_text(str(shift), encoding="ascii")
            server = DevServer(home=home, env={"BROBYGG_CLOCK_FILE": str(waiting)})
            try:
                server.start()
            finally:
                server.stop()
            waiting.rename(clock_file)
    return home


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as `make run` starts it, on a copy of the sample data."""
    base = tmp_path_factory.getbasetemp()
    # The workers of a parallel run have one folder above their own in common.
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    filled = _sample_home(common)
    own = tmp_path_factory.mktemp("product")
    home = Path(shutil.copytree(filled, own / "home"))
    clock_file = Path(shutil.copy(common / "sample-clock", own / "shift"))
    server = DevServer(home=home, env={"BROBYGG_CLOCK_FILE": str(clock_file)})
    try:
        yield Product(server.start(), clock_file, float(clock_file.read_text(encoding="ascii")))
    finally:
        # Nobody reads this home again, so nothing has to be brought to a good end.
        server.kill()


@pytest.fixture
def desk(product: Product, windows: Windows) -> Page:
    """A desktop window."""
    return windows.desktop(product.url)

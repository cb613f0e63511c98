"""The tab, the browser, the network or the server dies in the middle of a note, again and again: nothing that is older
than two seconds is lost, and nothing stands there twice. `make soak` does it a hundred times.

One profile on one disk, one server: what a killed browser had written is all that the next one finds.
"""

import contextlib
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from playwright.sync_api import Error as BrowserError

from tests.browser.conftest import Product
from tests.browser.test_outreach_calls import begin_from_an_employer
from tests.browser.visits_desk import ask, sign_in_on
from tests.faults import rounds
from tests.faults.rounds import Counted
from tests.servers.browser import ARGUMENTS, DESKTOP, chromium_path, follow

pytestmark = [pytest.mark.browser, pytest.mark.faults, pytest.mark.timeout(rounds.seconds_for(rounds.wanted()))]

LOST_AT_MOST = 2.0
"""Seconds of typing."""
FAULTS = (
    "tab", "away, tab", "browser", "server", "away, browser", "tab", "away, tab", "tab", "away, tab", "tab",
    "away, tab", "tab", "away, tab", "tab", "away, tab", "tab", "away, tab", "tab", "away, tab", "tab",
)  # fmt: skip
"""In turn: what dies, and whether the network was away already at some moment before."""


@dataclass
class Desktop:
    """A browser with a profile on the disk, which can be killed and started again."""

    playwright: Playwright
    profile: Path
    product: Product
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def start(self) -> None:
        """Switch it on, and sign in where it has forgotten who was signed in."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=chromium_path(), args=list(ARGUMENTS), viewport=DESKTOP, locale="en-GB",
            timezone_id="Europe/Stockholm",
        )  # fmt: skip
        self.context.set_default_timeout(30_000)
        self.page = self.context.pages[0]
        sign_in_on(self.page, self.product.url)

    def kill(self) -> None:
        """Every process of this browser, known by its profile, ends at once."""
        mine = str(self.profile).encode()
        for each in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if each.name.isdigit() and mine in (each / "cmdline").read_bytes():
                    os.kill(int(each.name), signal.SIGKILL)
        with contextlib.suppress(BrowserError):
            self.context.close()
        for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (self.profile / name).unlink(missing_ok=True)

    def crash_tab(self) -> None:
        """The tab ends at once; another one is opened, with a good network."""
        with pytest.raises(BrowserError):
            self.page.goto("chrome://crash")
        old, self.page = self.page, self.context.new_page()
        old.close()
        self.context.set_offline(False)


@dataclass
class Typist:
    """Types words into the note and remembers when what stood there."""

    desktop: Desktop
    call: str
    states: list[tuple[float, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Open the call, wherever the page is, with what is kept of it."""
        url = f"{self.desktop.product.url}{self.call}"
        self.desktop.page.goto(url)
        if "/sign-in" in self.desktop.page.url:
            sign_in_on(self.desktop.page, self.desktop.product.url)
            self.desktop.page.goto(url)
        self.desktop.page.locator("#kept[data-ready=yes]").wait_for(state="attached")

    def note(self) -> str:
        return self.desktop.page.input_value("#note")

    def begin(self, number: int) -> None:
        """The note as it is now, and then an empty one."""
        self.states = [(time.monotonic(), self.note())]
        self.desktop.page.fill("#note", f"Round {number}: ")
        self.desktop.page.evaluate(
            "const box = document.querySelector('#note'); box.focus(); box.selectionStart = box.value.length"
        )
        self.states.append((time.monotonic(), self.note()))

    def type_for(self, seconds: float, number: int) -> None:
        """Type word after word; each counts from the moment when it stands on the page."""
        end, text = time.monotonic() + seconds, self.states[-1][1]
        while time.monotonic() < end:
            word = f"{number}.{len(self.states)} "
            self.desktop.page.keyboard.insert_text(word)
            text += word
            self.states.append((time.monotonic(), text))
            time.sleep(0.04)

    def check(self, died: float, fault: str) -> None:
        """What came back is one of the things that stood there, and none older than two seconds before the end."""
        back, texts = self.note().strip(), [text.strip() for _at, text in self.states]
        safe = max((number for number, (at, _text) in enumerate(self.states) if at <= died - LOST_AT_MOST), default=0)
        if back not in texts:
            self.lost.append(f"{fault}: {back!r} never stood there; {texts[-1]!r} did")
        elif texts.index(back) < safe:
            self.lost.append(f"{fault}: {back!r} came back, {texts[safe]!r} was old enough")


@pytest.fixture
def typist(product: Product, playwright: Playwright, tmp_path: Path) -> Iterator[Typist]:
    desktop = Desktop(playwright, tmp_path / "profile", product)
    desktop.start()
    try:
        begin_from_an_employer(desktop.page, product.url)
        path = re.sub(r"^.*/calls/([\w-]{16}).*$", r"/calls/\1", desktop.page.url)
        yield Typist(desktop, path)
    finally:
        desktop.kill()


def die(typist: Typist, what: str) -> None:
    """The tab, the browser or the server ends at once; none of them has time to say goodbye."""
    desktop = typist.desktop
    if what == "browser":
        desktop.kill()
        desktop.start()
    elif what == "tab":
        desktop.crash_tab()
    else:
        desktop.product.server.kill()
        desktop.product.server.start()


def one_round(typist: Typist, number: int, chance: random.Random) -> str:
    fault = FAULTS[number % len(FAULTS)]
    mode, _comma, what = fault.rpartition(", ")
    typist.begin(number)
    typist.type_for(chance.uniform(0, 1.2), number)
    if mode:
        typist.desktop.context.set_offline(True)
    typist.type_for(chance.uniform(0, 1.6), number)
    died = time.monotonic()
    die(typist, what)
    if what == "server":
        # The page is still there: it goes on by itself as soon as somebody answers.
        expect(typist.desktop.page.locator("#kept")).to_contain_text("Saved at", timeout=20_000)
        assert typist.note() == typist.states[-1][1]
    typist.open()
    typist.check(died, fault)
    return fault


def test_deaths_in_the_middle_of_a_note_lose_two_seconds_at_most(product: Product, typist: Typist) -> None:
    made: Counter[str] = Counter()
    chance, began = random.Random(7), time.monotonic()
    typist.open()
    for number in range(rounds.wanted()):
        made[one_round(typist, number, chance)] += 1
    rounds.assert_each_fault_was_made(made, FAULTS)
    last = typist.note().strip()
    page = typist.desktop.page
    page.goto(f"{product.url}{typist.call}/close")
    page.select_option("#outcome", "interested")
    page.locator("input[name=next_when][value=none]").check()
    follow(page.locator("button[value=stop]"))
    expect(page.locator("#done")).to_be_visible()
    found = ask(product, "SELECT note FROM contact WHERE note LIKE 'Round %'")
    rounds.write_down(
        Counted("The note of a call", dict(made), len(typist.lost), len(found[1:]), round(time.monotonic() - began, 1))
    )
    assert typist.lost == []
    assert found == [(last,)], "one contact, with what stood there at last"
    closed = ask(product, "SELECT count(*) FROM outreach_call WHERE ended_at IS NOT NULL AND note = '' AND outcome = ?"
                          " AND public_id = ?", "interested", typist.call.rpartition("/")[2])  # fmt: skip
    assert closed == [(1,)]

"""The network breaks or the browser is killed while visits are logged: nothing is lost or doubled.

`make soak` does it a hundred times. One profile on one disk, as on one telephone: what a killed browser had written
there is all that the next one finds.
"""

import contextlib
import os
import random
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
from tests.browser.visits_desk import (
    CARD,
    READY,
    ask,
    contacts_of,
    fill_in,
    now_of,
    open_form,
    plan_visits,
    ready_phone,
    save,
    sign_in_on,
)
from tests.faults import rounds
from tests.faults.rounds import Counted
from tests.servers.bad_network import BadNetwork, Mode
from tests.servers.browser import ARGUMENTS, PHONE, chromium_path
from tests.servers.processes import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.faults, pytest.mark.timeout(rounds.seconds_for(rounds.wanted()))]

FAULTS = ("away", "deaf", "half", "killed typing", "killed saving", "killed deaf", "away", "deaf", "half", "deaf")
"""In turn; three of ten kill the browser."""


@dataclass
class Telephone:
    """A browser with a profile on the disk, which can be killed and started again."""

    playwright: Playwright
    profile: Path
    product: Product
    network: BadNetwork
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    killed: int = 0

    def start(self) -> None:
        """Switch it on."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=chromium_path(),
            args=list(ARGUMENTS),
            viewport=PHONE,
            has_touch=True,
            is_mobile=True,
            locale="en-GB",
            timezone_id="Europe/Stockholm",
        )
        self.context.set_default_timeout(40_000)
        self.context.clock.set_system_time(now_of(self.product))
        self.page = self.context.pages[0]

    def kill(self) -> None:
        """Take the battery out: every process of the browser ends at once."""
        mine = str(self.profile).encode()
        for each in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if each.name.isdigit() and mine in (each / "cmdline").read_bytes():
                    os.kill(int(each.name), signal.SIGKILL)
        with contextlib.suppress(BrowserError):
            self.context.close()
        for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (self.profile / name).unlink(missing_ok=True)
        self.killed += 1

    def restart(self) -> None:
        """Switch it on again, with a good network. Whether it still knows who was signed in is the browser's affair."""
        self.network.be("good")
        self.start()
        sign_in_on(self.page, self.network.url)

    def look(self) -> None:
        """Open the card, with what waits on it."""
        self.page.goto(f"{self.network.url}/visits/phone")
        self.page.locator(f"{CARD}[data-shown]").wait_for()


@pytest.fixture
def telephone(product: Product, playwright: Playwright, tmp_path: Path) -> Iterator[Telephone]:
    network = BadNetwork(product.server.port)
    found = Telephone(playwright, tmp_path / "profile", product, network)
    found.start()
    try:
        yield found
    finally:
        network.be("good")
        found.kill()
        network.close()


def next_open(telephone: Telephone) -> str:
    """A visit that the card still offers. Where the network was away for long, it comes back first."""
    offers = telephone.page.locator("#visits-place [data-is=open]")
    if offers.count() == 0:
        telephone.network.be("good")
        telephone.page.goto(f"{telephone.network.url}/visits/phone")
        offers.first.wait_for()
    return str(offers.first.get_attribute("href")).removeprefix("#")


def break_network(telephone: Telephone, visit: str, mode: Mode) -> None:
    """The network breaks before the press on "Save", and comes back at some time after it."""
    fill_in(telephone.page, visit)
    telephone.network.be(mode)
    before = telephone.network.lost
    save(telephone.page)
    expect(telephone.page.locator("#visits-place [data-is=send]").first).to_be_visible()
    if mode == "deaf":
        wait_until(lambda: telephone.network.lost > before, seconds=20, what="an answer that was lost")
    telephone.network.be("good")


def kill_browser(telephone: Telephone, visit: str, when: str) -> None:
    """The browser dies while somebody types, at the press on "Save", or when only the server knows that it is saved."""
    fill_in(telephone.page, visit)
    if when == "killed deaf":
        telephone.network.be("deaf")
        before = telephone.network.lost
        save(telephone.page)
        wait_until(lambda: telephone.network.lost > before, seconds=20, what="an answer that was lost")
    elif when == "killed saving":
        telephone.page.evaluate("document.querySelector('#visit-log form').requestSubmit()")
        time.sleep(random.Random(visit).choice((0.0, 0.005, 0.02, 0.1)))
    telephone.kill()
    telephone.restart()
    telephone.look()
    form = telephone.page.locator("#visit-log")
    telephone.page.goto(f"{telephone.network.url}/visits/phone#{visit}")
    wait_until(lambda: form.count() == 1 or settled(telephone, visit), seconds=20, what="the form, or that it was sent")
    if form.count() == 1 and not settled(telephone, visit):
        assert telephone.page.input_value("#visit-log [name=note]") == f"About {visit}", "what was typed is there"
        save(telephone.page)
    expect(form).to_have_count(0)


def settled(telephone: Telephone, visit: str) -> bool:
    """Whether the server has it already."""
    return ask(telephone.product, "SELECT state FROM outreach_visit WHERE public_id = ?", visit) == [("done",)]


def not_logged(product: Product) -> list[str]:
    """The visits of which the server knows nothing."""
    return [row[0] for row in ask(product, "SELECT public_id FROM outreach_visit WHERE state != 'done'")]


def left_on(telephone: Telephone) -> object:
    """What the telephone still has: for the message of a test that fails."""
    look = "async () => [await visits.all('queue'), await visits.all('drafts'), await visits.one('meta', 'device')]"
    return telephone.page.evaluate(look)


def test_broken_networks_and_killed_browsers_lose_and_double_nothing(product: Product, telephone: Telephone) -> None:
    # Those of the sample data would stand among them.
    ask(product, "DELETE FROM outreach_visit")
    visits, began = plan_visits(product, rounds.wanted(), hour=5), time.monotonic()
    ready_phone(telephone.page, product, telephone.network.url)
    telephone.look()
    made: Counter[str] = Counter()
    for number in range(len(visits)):
        fault = FAULTS[number % len(FAULTS)]
        visit = next_open(telephone)
        open_form(telephone.page, telephone.network.url, visit)
        if fault.startswith("killed"):
            kill_browser(telephone, visit, fault)
        else:
            break_network(telephone, visit, fault)  # type: ignore[arg-type]  # the other faults are modes
        telephone.look()
        made[fault] += 1
    rounds.assert_each_fault_was_made(made, FAULTS)
    telephone.network.be("good")
    telephone.page.goto(f"{telephone.network.url}/today")
    telephone.page.locator(READY).wait_for(state="attached")
    with contextlib.suppress(TimeoutError):
        wait_until(lambda: not not_logged(product), seconds=90, what="that everything is sent")
    kept = contacts_of(product, visits)
    lost, doubled = sum(not notes for notes in kept.values()), sum(len(notes) > 1 for notes in kept.values())
    seconds = round(time.monotonic() - began, 1)
    rounds.write_down(Counted("The report of a visit", dict(made), lost, doubled, seconds))
    assert not_logged(product) == [], left_on(telephone)
    assert kept == {visit: [f"About {visit}"] for visit in visits}
    assert ask(product, "SELECT count(*) FROM outreach_visit_report WHERE state != 'saved'") == [(0,)]
    assert telephone.killed == sum(number for fault, number in made.items() if fault.startswith("killed"))
    assert telephone.network.lost >= made["deaf"] + made["killed deaf"], "the server had them, and they were sent again"

"""A real browser, Debian's Chromium: as a phone, a desktop, in the dark, or without scripts."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, ViewportSize, expect

from tests.servers.slow import NOT_DIRECTLY, slowed_down

PHONE = ViewportSize(width=360, height=640)
DESKTOP = ViewportSize(width=1280, height=800)
WCAG_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
# No sandbox: tests may run as root in a container. The rest keeps Chromium from talking to anybody on its
# own.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ColorScheme = Literal["light", "dark"]
# What a test waits for comes within a second, or within many where other tests take the processors. Only a test that
# fails anyway waits so long.
PATIENCE_MS = 30_000


class NotAccessible(AssertionError):
    """axe found violations; the text lists each rule with its elements."""


def chromium_path() -> str | None:
    """Return where this machine has Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Run one Chromium; give each test contexts of its own in it."""
    expect.set_options(timeout=PATIENCE_MS)
    with slowed_down() as proxy:
        # As an argument: what tests themselves ask, without the browser, goes directly.
        slowly = [f"--proxy-server={proxy}", f"--proxy-bypass-list={NOT_DIRECTLY}"] if proxy else []
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGUMENTS, *slowly])
        try:
            yield browser
        finally:
            browser.close()


class Windows:
    """Opens windows of one browser, each with its own cookies, and closes them after the test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        *,
        base_url: str,
        viewport: ViewportSize = DESKTOP,
        color_scheme: ColorScheme = "light",
        scripts: bool = True,
        touch: bool = False,
        locale: str = "en-GB",
    ) -> Page:
        """Open a window of a person who is not signed in; `base_url` makes relative addresses work."""
        context = self._browser.new_context(
            base_url=base_url,
            viewport=viewport,
            color_scheme=color_scheme,
            java_script_enabled=scripts,
            has_touch=touch,
            is_mobile=touch,
            locale=locale,
            timezone_id="Europe/Stockholm",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return context.new_page()

    def phone(self, base_url: str, **options: Any) -> Page:
        """Open a phone of 360 × 640 with a touch screen."""
        return self.open(base_url=base_url, viewport=PHONE, touch=True, **options)

    def desktop(self, base_url: str, **options: Any) -> Page:
        """Open a desktop of 1280 × 800."""
        return self.open(base_url=base_url, **options)

    def dark(self, base_url: str, **options: Any) -> Page:
        """Open a desktop whose owner prefers dark colours."""
        return self.open(base_url=base_url, color_scheme="dark", **options)

    def without_scripts(self, base_url: str, **options: Any) -> Page:
        """Open a desktop that runs no scripts."""
        return self.open(base_url=base_url, scripts=False, **options)

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()


@contextmanager
def next_page(page: Page) -> Iterator[None]:
    """Wait until the page that the block leads to has loaded. ``follow`` is shorter where the block is one click.

    Not ``page.expect_navigation()``: it is content when htmx, at its first request, notes the address in the history of
    the page that is left.
    """
    with page.expect_event("load"):
        yield


def follow(element: Locator, *, key: str | None = None) -> None:
    """Click what leads to another page, or press ``key`` on it, and wait until that page has loaded.

    A click is over when the browser has taken it; the page that it leads to comes later. Until then everything that
    does not wait by itself (``page.url``, ``count()``, ``inner_text()`` of what both pages have, axe) still reads the
    page that is left, and ``goto`` breaks off what is being sent.
    """
    with next_page(element.page):
        if key is None:
            element.click()
        else:
            element.press(key)


def find_violations(page: Page, *, tags: Sequence[str] = WCAG_TAGS) -> list[dict[str, Any]]:
    """Return what axe finds on the page by the rules of these tags; the page must run scripts.

    The rule for the size of targets (WCAG 2.2, 2.5.8) is off in axe unless it is named.
    """
    options = {
        "runOnly": {"type": "tag", "values": list(tags)},
        "rules": {"target-size": {"enabled": "wcag22aa" in tags}},
        "resultTypes": ["violations"],
    }
    violations: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return violations


def find_low_contrast(page: Page) -> list[dict[str, Any]]:
    """What axe finds of low contrast alone, on a page that ``find_violations`` has looked at already.

    Colours are all that another colour scheme changes.
    """
    options = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
    violations: list[dict[str, Any]] = page.evaluate("async options => (await axe.run(options)).violations", options)
    return violations


def assert_axe_clean(page: Page, *, tags: Sequence[str] = WCAG_TAGS) -> None:
    """Raise NotAccessible, naming rules and elements, when axe finds a violation of WCAG 2.2 A or AA."""
    found = find_violations(page, tags=tags)
    if found:
        raise NotAccessible(f"{page.url}\n" + "\n".join(_described(violation) for violation in found))


def _described(violation: dict[str, Any]) -> str:
    elements = [f"    {json.dumps(node['target'])}: {node['html'][:160]}" for node in violation["nodes"]]
    return "\n".join([f"{violation['id']} ({violation['impact']}): {violation['help']}", *elements])


def assert_no_sideways_scrolling(page: Page) -> None:
    """Raise AssertionError when the page is wider than its window (WCAG 1.4.10); needs no scripts."""
    # A page that shows progress without scripts loads itself again, and between two loads there is no document.
    page.wait_for_load_state()
    page.wait_for_function("document.documentElement !== null")
    # Not innerWidth: a phone zooms out until a page that is too wide fits, and innerWidth grows with it.
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room, f"{page.url} is {width} px wide in a window of {room} px"

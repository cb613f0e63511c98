"""The browser opens as a phone, a desktop, in the dark and without scripts, and axe bites."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Playwright, ProxySettings

from tests.servers import slow
from tests.servers.browser import (
    ARGUMENTS,
    NotAccessible,
    Windows,
    assert_axe_clean,
    assert_no_sideways_scrolling,
    chromium_path,
    follow,
)
from tests.servers.processes import LOOPBACK
from tests.servers.threads import answering

GOOD = """<!doctype html><html lang="en"><head><title>Today</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Today</h1><p>Nothing to do.</p></main></body></html>"""
BAD = GOOD.replace("<p>", '<img src="x.png"><p style="color:#ddd;width:900px">')
SMALL = GOOD.replace(
    "<p>", '<a href="/a" style="display:inline-block;width:9px;height:9px;overflow:hidden">a</a>'
    '<a href="/b" style="display:inline-block;width:9px;height:9px;overflow:hidden">b</a><p>'
)  # fmt: skip
WAY = GOOD.replace("Nothing to do.", '<a href="/good">On</a>').replace("Today", "Yesterday")
PAGES = {"/good": GOOD, "/bad": BAD, "/small": SMALL, "/way": WAY}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGES.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'self'; style-src 'unsafe-inline'")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    with answering(server) as address:
        yield address


def test_a_good_page_is_clean_under_a_strict_policy(windows: Windows, pages: str) -> None:
    page = windows.desktop(pages)
    page.goto("/good")
    assert_axe_clean(page)


def test_a_browser_of_ones_own_runs_beside_the_one_of_the_worker(
    windows: Windows, playwright: Playwright, pages: str
) -> None:
    windows.desktop(pages).goto("/good")
    own = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
    page = own.new_page(base_url=pages)
    page.goto("/good")
    assert page.inner_text("h1") == "Today"
    own.close()


def test_a_bad_page_is_reported_with_its_rules(windows: Windows, pages: str) -> None:
    page = windows.desktop(pages)
    page.goto("/bad")
    with pytest.raises(NotAccessible) as found:
        assert_axe_clean(page)
    assert "image-alt" in str(found.value)
    assert "color-contrast" in str(found.value)


def test_targets_that_are_too_small_are_found(windows: Windows, pages: str) -> None:
    page = windows.phone(pages)
    page.goto("/small")
    with pytest.raises(NotAccessible, match="target-size"):
        assert_axe_clean(page)


def test_a_phone_is_narrow_and_shows_what_is_too_wide(windows: Windows, pages: str) -> None:
    page = windows.phone(pages)
    page.goto("/good")
    assert page.evaluate("[window.innerWidth, window.innerHeight]") == [360, 640]
    assert_no_sideways_scrolling(page)
    page.goto("/bad")
    with pytest.raises(AssertionError, match="px wide"):
        assert_no_sideways_scrolling(page)


def test_dark_is_what_the_page_sees(windows: Windows, pages: str) -> None:
    page = windows.dark(pages)
    page.goto("/good")
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_without_scripts_a_page_still_shows(windows: Windows, pages: str) -> None:
    page = windows.without_scripts(pages)
    page.goto("/good")
    assert page.get_by_role("heading", name="Today").is_visible()
    assert_no_sideways_scrolling(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_slow_machine_a_click_is_over_before_the_next_page_and_following_waits(
    browser: Browser, pages: str, monkeypatch: pytest.MonkeyPatch, scripts: bool
) -> None:
    monkeypatch.setenv(slow.VARIABLE, "150")
    with slow.slowed_down() as address:
        assert address is not None
        proxy = ProxySettings(server=address, bypass=slow.NOT_DIRECTLY)
        page = browser.new_page(base_url=pages, proxy=proxy, java_script_enabled=scripts)
        for key in (None, "Enter"):
            page.goto("/way")
            link = page.get_by_role("link", name="On")
            link.click() if key is None else link.press(key)
            assert page.url.endswith("/way")
            page.goto("/way")
            follow(link, key=key)
            assert page.url.endswith("/good")
            assert page.inner_text("h1") == "Today"
        page.close()

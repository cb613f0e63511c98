"""The kitchen-sink page in Chromium: accessibility, small screens, no scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, ViewportSize, expect
from werkzeug.serving import make_server

from tests.servers.browser import WCAG_TAGS, Windows, assert_axe_clean, assert_no_sideways_scrolling, follow
from tests.servers.threads import answering
from tests.web.sink import make_sink

pytestmark = pytest.mark.browser

NARROW = ViewportSize(width=320, height=640)
TAGS = (*WCAG_TAGS, "best-practice")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app, _sink = make_sink(WTF_CSRF_ENABLED=False)
    with answering(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        yield url


@pytest.mark.parametrize("path", ["/", "/?lang=ar", "/survey", "/print", "/error/404"])
def test_no_accessibility_failures(windows: Windows, address: str, path: str) -> None:
    for window in (windows.desktop(address), windows.dark(address)):
        window.goto(path)
        assert_axe_clean(window, tags=TAGS)


@pytest.mark.parametrize("path", ["/", "/?lang=ar", "/survey", "/error/404"])
def test_nothing_scrolls_sideways_at_320_pixels(windows: Windows, address: str, path: str) -> None:
    window = windows.open(base_url=address, viewport=NARROW)
    window.goto(path)
    assert_no_sideways_scrolling(window)


def test_the_header_leaves_a_phones_screen_to_the_page(windows: Windows, address: str) -> None:
    window = windows.phone(address)
    window.goto("/")
    box = window.locator(".hd").bounding_box()
    assert box is not None
    assert box["height"] < 60


def test_a_rejected_form_moves_the_focus_to_what_went_wrong(windows: Windows, address: str) -> None:
    window = windows.desktop(address)
    window.goto("/")
    follow(window.get_by_role("button", name="Save contact"))
    expect(window.locator(".ds-error-summary")).to_be_focused()
    window.locator(".ds-error-summary a").first.click()  # stays on the page
    expect(window.locator("#kind")).to_be_focused()


def test_the_menu_opens_and_forms_work_without_scripts(windows: Windows, address: str) -> None:
    window = windows.phone(address, scripts=False)
    window.goto("/")
    window.locator(".hd-phone > summary").click()
    expect(window.get_by_role("link", name="Participants")).to_be_visible()
    window.locator(".hd-phone > summary").click()
    follow(window.get_by_role("button", name="Save contact"))
    expect(window.get_by_role("alert")).to_be_visible()


def test_escape_closes_a_menu_and_returns_the_focus(windows: Windows, address: str) -> None:
    window = windows.desktop(address)
    window.goto("/")
    window.locator(".hd-nav .menu > summary").click()
    window.keyboard.press("Escape")
    expect(window.get_by_role("link", name="Matching")).to_be_hidden()
    expect(window.locator(".hd-nav .menu > summary")).to_be_focused()


def test_the_policy_blocks_nothing_of_ours(windows: Windows, address: str) -> None:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    window = windows.desktop(address)
    window.on("console", note)
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.goto("/")
    window.wait_for_load_state("networkidle")
    assert complaints == []

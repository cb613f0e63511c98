"""What has to be on the screen of a small phone, 360 by 640, without scrolling."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from crm import clock
from crm.db import db
from tests.conftest import make_app, make_settings
from tests.servers.browser import PHONE, Windows, assert_axe_clean, assert_no_sideways_scrolling, follow
from tests.servers.threads import answering
from tests.surveys.scene import Office
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
FIVE_STEPS = 6
"""Five steps, and that one does not know."""
LANGUAGES = ("en", "sv", "nb", "da")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    app = make_app(make_settings(tmp_path_factory.mktemp("phone"), PLUGINS="surveys"))
    with clock.travelling(NOON) as jump:
        yield Office(app, World(), jump)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def url(office: Office) -> Iterator[str]:
    """Where the application answers."""
    with answering(make_server("127.0.0.1", 0, office.app, threaded=True)) as address:
        yield address


def bottom_of(page: Page, what: str) -> float:
    box = page.locator(what).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_of_five_steps_and_its_next_button_are_on_one_screen(
    office: Office, url: str, windows: Windows, language: str
) -> None:
    with office.inside() as scene:
        token = scene.token(scene.leave(scene.person(language=language)))
    page = windows.open(base_url=url, viewport=PHONE, touch=True)
    page.goto(f"/s/{token}?lang={language}")
    follow(page.locator("main form button[type=submit]").first)
    seen = 0
    while "/q/" in page.url and page.locator(".opt").count() == FIVE_STEPS:
        assert bottom_of(page, ".sv-next") <= PHONE["height"], page.locator("h1").inner_text()
        heights = page.locator(".opt").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
        assert min(heights) >= 44
        page.locator(".opt input").first.check()
        follow(page.locator(".sv-next"))
        seen += 1
    assert seen == 5


@pytest.mark.parametrize("width", [360, 320])
def test_the_people_to_call_can_be_opened_without_sideways_scrolling(
    office: Office, url: str, windows: Windows, width: int
) -> None:
    with office.inside() as scene:
        scene.leave(scene.person(last_name="Wennergren-Abrahamsson", language="ar", needs_interpreter=True))
        scene.work()
        scene.days_pass(6)
        scene.work()
    page = windows.open(base_url=url, viewport={"width": width, "height": 640}, touch=True)
    page.goto("/sign-in")
    page.fill("#email", office.colleague)
    page.fill("#password", PASSWORD)
    follow(page.locator("main form button[type=submit]"))
    assert "/sign-in" not in page.url
    page.goto("/surveys/calls")
    links = page.locator("a[href*='/surveys/interview/']")
    assert links.count() >= 1
    for place in range(links.count()):
        box = links.nth(place).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert_no_sideways_scrolling(page)
    assert_axe_clean(page)

"""Takes the pictures of the documentation: `make pictures`.

Starts the product on sample data, as `make run` does, on a fixed day, and looks at it as the people of the
documentation do, on a desktop of 1280 px and on a phone of 360 px.
"""

import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pictures.agreements import agreements
from tests.pictures.camera import FOLDER, MOMENT, save, sign_in
from tests.pictures.employer_page import employer_page
from tests.pictures.imports import imports_and_search
from tests.pictures.inquiries import inquiries
from tests.pictures.outreach_calls import call_lists, calls, campaigns
from tests.pictures.outreach_events import events
from tests.pictures.outreach_matching import matching
from tests.pictures.outreach_scripts import call_scripts
from tests.pictures.outreach_visits import calendar, visits
from tests.pictures.partnerships import partnerships
from tests.pictures.pipeline import pipeline
from tests.pictures.placements import placements
from tests.pictures.registers import registers
from tests.servers.browser import Windows, follow, launched
from tests.servers.gunicorn_app import DevServer


def take_all() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    clock_file = Path(tempfile.mkdtemp(prefix="brobygg-pictures-")) / "shift"
    clock_file.write_text(str((MOMENT - datetime.now(UTC)).total_seconds()), encoding="ascii")
    server = DevServer(env={"BROBYGG_CLOCK_FILE": str(clock_file)})
    try:
        server.start()
        for part in PARTS:
            # A browser with many open windows at last refuses to take pictures.
            with sync_playwright() as playwright, launched(playwright) as browser:
                windows = Windows(browser)
                part(windows, server.url)
                windows.close()
    finally:
        server.stop()


def outreach(windows: Windows, url: str) -> None:
    """Today and an employer, as a coordinator sees them."""
    phone = sign_in(windows.phone(url), "coordinator")
    save(phone, "today-phone")
    follow(phone.get_by_role("link", name="Log a contact").first)
    save(phone, "log-a-contact-phone", height=900)
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/employers?q=Dalviks")
    follow(desk.locator("main tbody th a").first)
    save(desk, "employer", height=900)


def exit_and_survey(windows: Windows, url: str) -> None:
    """An exit is recorded, and the survey answered on the phone in the person's hand."""
    phone = sign_in(windows.phone(url), "coordinator")
    phone.goto("/participants?q=Amiri")
    follow(phone.locator("main tbody th a").first)
    follow(phone.get_by_role("link", name="Exit").first)
    phone.locator("[name=reason]").select_option("work_ordinary")
    follow(phone.get_by_role("button", name="Save exit"))
    phone.wait_for_url(re.compile("/exits/"))
    phone.goto(phone.url)
    save(phone, "exit-phone", height=900)
    follow(phone.get_by_role("button", name=re.compile("Answer on this screen")))
    follow(phone.locator("form button[type=submit].b").first)
    phone.locator("input[type=radio]").first.wait_for()
    save(phone, "survey-question-phone")


def figures(windows: Windows, url: str) -> None:
    """The Follow-up page of a programme that has ended, and a translation that waits for approval."""
    desk = sign_in(windows.desktop(url), "manager")
    desk.goto("/follow-up")
    choice = desk.locator("#programme option", has_text="Nytt steg").get_attribute("value")
    address = f"/follow-up?programme={choice}"
    desk.goto(address)
    save(desk, "follow-up", height=1400)
    phone = sign_in(windows.phone(url), "manager")
    phone.goto(address)
    save(phone, "follow-up-phone")
    phone.goto("/surveys/questionnaires")
    follow(phone.locator("main a", has_text="Questions").first)
    phone.goto(phone.url + "/preview/ar")
    follow(phone.locator("a.b").first)
    save(phone, "survey-arabic-phone")
    desk.goto("/surveys/calls")
    follow(desk.get_by_role("link", name="Open").first)
    save(desk, "interview", height=640)


def plan(windows: Windows, url: str) -> None:
    """What a change of a plan would do, before it is saved."""
    desk = sign_in(windows.desktop(url), "admin")
    desk.goto("/surveys/plans")
    follow(desk.get_by_role("link", name="Change").nth(1))
    desk.locator("[name=days_after]").fill("100")
    follow(desk.locator("main form button[type=submit]").first)
    save(desk, "plan-difference")


PARTS = (
    outreach, exit_and_survey, figures, plan,
    registers, employer_page, pipeline, agreements, partnerships, placements, inquiries, imports_and_search,
    call_scripts, call_lists, calls, campaigns, visits, calendar, events, matching,
)  # fmt: skip


if __name__ == "__main__":
    take_all()

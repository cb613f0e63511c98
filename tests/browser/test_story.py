"""The story, clicked through: visit, exit, survey on a phone, history, task, figures, ninety days later."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]
LINK = re.compile(r"http://[^\s\"<]+/s/[\w-]+")


def _open_survey_link(product: Product, page: Page, name: str) -> str:
    """The link in the newest survey message to ``name`` in the local mailbox."""
    product.wait_for(page, "/mailbox", name)
    follow(page.locator("main a", has_text=re.compile("Tell us how it was|How are things now")).first)
    found = LINK.search(page.locator("main").inner_text()) or LINK.search(page.content())
    assert found, page.locator("main").inner_text()
    return found.group(0)


def _answer_until(page: Page, stop_at: str | None = None) -> list[str]:
    """Take the first answer of every question (or skip a text) until the end; returns the headings seen."""
    seen: list[str] = []
    for _step in range(20):
        heading = page.locator("h1").first.inner_text()
        seen.append(heading)
        if stop_at and len(seen) > 3:
            return seen
        button = page.locator("button.sv-next")
        if not button.count():
            return seen
        options = page.locator("input[type=radio]")
        boxes = page.locator("input[type=checkbox]:not([name=share])")
        if options.count() or boxes.count():
            (options if options.count() else boxes).first.check()
        follow(button)
    raise AssertionError(f"the survey does not end: {seen}")


def test_a_visit_stands_in_the_history_and_its_next_step_on_today(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url), COORDINATOR)
    page.goto(product.url + "/employers")
    follow(page.locator("main tbody th a").first)
    employer = page.locator("h1").inner_text()
    page.get_by_role("link", name="Log a contact").first.click()  # stays on the page
    form = page.locator("form.log")
    form.locator("input[name=channel][value=visit]").check()
    form.locator("select[name=outcome]").select_option("interested")
    form.locator("input[name=next_when]").nth(1).check()
    form.locator("input[name=next_text]").fill("Send the information sheet")
    follow(form.get_by_role("button", name="Save the contact"))
    expect(page.locator(".tl")).to_contain_text("Interested")
    page.goto(product.url + "/today")
    expect(page.locator("main")).to_contain_text("Send the information sheet")
    expect(page.locator("main")).to_contain_text(employer)


def test_the_loop_from_exit_to_answer_and_ninety_days_later(product: Product, windows: Windows) -> None:
    desk = product.sign_in(windows.desktop(product.url), COORDINATOR)
    name, participant = _new_participant(product, desk)
    _end_participation(desk)
    expect(desk.locator("main")).to_contain_text("Answer now")
    expect(desk.locator("#surveys")).to_contain_text("90")

    link = _open_survey_link(product, desk, name)
    phone = windows.phone(product.url, scripts=False)
    _begin_and_leave(phone, link)
    other = windows.desktop(product.url, scripts=False)
    _come_back_and_finish(other, link)
    phone.goto(link)
    expect(phone.locator("main")).to_contain_text(re.compile("already|done", re.IGNORECASE))

    desk.goto(participant)
    expect(desk.locator(".tl")).to_contain_text("Survey answered")
    manager = product.sign_in(windows.desktop(product.url), MANAGER)
    manager.goto(product.url + "/follow-up")
    expect(manager.locator("main")).to_contain_text("adds up")

    product.move_clock(days=91)
    desk = product.sign_in(windows.desktop(product.url), COORDINATOR)
    product.wait_for(desk, "/mailbox", "How are things now?")
    later = _open_survey_link(product, desk, name)
    assert later != link
    third = windows.phone(product.url)
    third.goto(later)
    follow(third.get_by_role("button", name="Start"))
    _answer_until(third)
    desk.goto(participant)
    expect(desk.locator(".tl")).to_contain_text("Survey answered: How are things now?")
    desk.goto(product.url + "/tasks?q=Solveig")
    expect(desk.locator("main")).to_contain_text("Wants to be contacted")


def _new_participant(product: Product, page: Page) -> tuple[str, str]:
    page.goto(product.url + "/participants/new")
    page.fill("[name=first_name]", "Solveig")
    page.fill("[name=last_name]", "Åkerlund")
    page.fill("[name=email]", "solveig.akerlund@example.org")
    page.locator("select[name=language]").select_option("en")
    programme = page.locator("[name=programme_id]")
    programme.select_option(index=programme.locator("option").count() - 1)
    follow(page.locator("main form button[type=submit]").first)
    expect(page.locator("h1")).to_contain_text("Solveig Åkerlund")
    return "solveig.akerlund@example.org", page.url


def _end_participation(page: Page) -> None:
    follow(page.get_by_role("link", name=re.compile("End|Exit")).first)
    page.locator("[name=reason]").select_option("work_ordinary")
    follow(page.get_by_role("button", name="Save exit"))
    expect(page).to_have_url(re.compile("/exits/"))


def _begin_and_leave(page: Page, link: str) -> None:
    page.goto(link)
    follow(page.get_by_role("button", name="Start"))
    assert len(_answer_until(page, stop_at="fourth")) == 4


def _come_back_and_finish(page: Page, link: str) -> None:
    page.goto(link)
    follow(page.locator("a.b, button.b").first)
    assert "4" in page.locator(".prog").inner_text()
    seen = _answer_until(page)
    assert "Thank" in page.locator("main").inner_text(), seen


def test_somebody_else_than_the_coordinator_fills_the_survey_in_by_telephone(
    product: Product, windows: Windows
) -> None:
    product.move_clock(days=8)
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    product.wait_for(page, "/surveys/calls", "/surveys/interview/")
    row = page.locator("li", has=page.get_by_role("link", name="Open")).first
    name = row.locator("strong").inner_text()
    follow(row.get_by_role("link", name="Open"))
    expect(page.locator("main")).to_contain_text(name.split()[0])
    follow(page.locator("main form button[type=submit]").first)
    for _question in range(15):
        if "/finish" in page.url or not page.locator("main input[type=radio]").count():
            break
        page.locator("main input[type=radio]").first.check()
        follow(page.locator("main form button[type=submit]").first)
    for _text in range(6):
        if not re.search("/q/|/finish", page.url):
            break
        follow(page.locator("main form button[type=submit]").first)
    page.goto(product.url + "/surveys/results/answering")
    expect(page.locator("main")).to_contain_text(re.compile("phone", re.IGNORECASE))

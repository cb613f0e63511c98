"""CSR partnership, coverage, talks, groups and project card: on a phone without scripts, and on a desktop with them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ADMINISTRATOR, COORDINATOR, EVALUATOR, MANAGER, Product
from tests.servers.browser import Windows, find_violations, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]

PDF = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 a signed letter"}


def _commitment(page: Page, kind: str, text: str, button: str) -> None:
    page.locator("#kind").select_option(kind)
    page.locator("#text").fill(text)
    page.locator("#quantity").fill("2")
    follow(page.get_by_role("button", name=button, exact=True))


def _is_well_made(page: Page) -> None:
    """No fault that axe finds, and nothing that has to be pushed sideways."""
    assert not find_violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_five_commitments_are_promised_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    """Story 5, with the evidence of one of them: a line and a file."""
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    page.goto(product.url + "/employers")
    follow(page.locator("main tbody th a").first)
    page.goto(page.url.split("?")[0] + "/details")
    follow(page.locator("#partnerships").get_by_role("link", name="Begin a partnership"))
    follow(page.get_by_role("button", name="Save", exact=True))
    for kind in ("places", "hires", "job_shadowing", "event"):
        _commitment(page, kind, f"Promise of {kind}", "Save and add another")
    _commitment(page, "mentoring", "Promise of mentors", "Save")
    expect(page.locator("#commitments tbody tr")).to_have_count(5)
    follow(page.get_by_role("link", name="Promise of mentors"))
    page.locator("#evidence input[name=text]").fill("A mentor began")
    follow(page.get_by_role("button", name="Add evidence"))
    expect(page.locator("#figures")).to_contain_text("1 of 2")
    page.locator("#files input[type=file]").set_input_files(files=[PDF])
    with page.context.expect_page() as answer:  # so that nothing typed on this page is lost
        page.locator("#files").get_by_role("button", name="Add", exact=True).click()
    expect(answer.value.locator("#files")).to_contain_text("letter.pdf")
    page.goto(product.url + "/partnerships/report")
    expect(page.locator("main")).to_contain_text("Promise of mentors")


def test_the_figures_are_walked_with_the_keyboard_from_the_report_to_the_rows(
    product: Product, windows: Windows
) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/partnerships/report")
    _is_well_made(page)
    follow(page.locator("#all").get_by_role("link", name="Näringslivsfrukost"), key="Enter")
    expect(page.locator("#figures")).to_contain_text("1 of 1")
    _is_well_made(page)
    follow(page.locator("#counted a").first, key="Enter")
    expect(page).to_have_url(re.compile("/contacts/"))


def test_the_sample_partnership_and_its_paper_on_a_desktop(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/partnerships")
    follow(page.get_by_role("row", name=re.compile("Tillsammans")).get_by_role("link"))
    for figure in ("3 of 3", "1 of 2", "1 of 1"):
        expect(page.locator("#commitments")).to_contain_text(figure)
    _is_well_made(page)
    follow(page.get_by_role("link", name="Platser för arbetsträning"))
    expect(page.locator("#counted")).to_contain_text("Counted")
    _is_well_made(page)
    page.go_back()
    follow(page.get_by_role("link", name="Print"))
    expect(page.locator("main")).to_contain_text("Första mentorn har börjat")


def test_an_evaluator_finds_the_sums_in_the_menu_and_no_employer(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url), EVALUATOR)
    page.goto(product.url + "/partnerships/report")
    expect(page.locator("#sums")).to_contain_text("Study visits")
    expect(page.locator("main")).not_to_contain_text("Näringslivsfrukost")
    expect(page.locator("a[href='/partnerships/report'][aria-current=page]").first).to_be_attached()
    _is_well_made(page)


def test_coverage_and_its_code_lists(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), ADMINISTRATOR)
    page.goto(product.url + "/coverage")
    follow(page.get_by_role("link", name="En arbetsgivare i varje kommun"))
    expect(page.locator("main")).to_contain_text("of 16")
    _is_well_made(page)
    page.goto(product.url + "/coverage/codes")
    codes = {"name": "no.csv", "mimeType": "text/csv", "buffer": "code;name\n1804;Bodø\n".encode()}
    page.locator("input[type=file]").set_input_files(files=[codes])
    follow(page.get_by_role("button", name="Bring it in"))
    expect(page.locator("main")).to_contain_text("From a file")
    _is_well_made(page)


def test_who_came_to_a_meeting_is_written_down_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    page.goto(product.url + "/groups/new")
    page.locator("#name").fill("Steering group of the project")
    follow(page.get_by_role("button", name="Save", exact=True))
    for name in ("Eva", "Olle", "Kim"):
        if not page.locator("#member_form-name").is_visible():
            page.locator("#members summary").click()
        page.locator("#member_form-name").fill(name)
        page.locator("#member_form-joined_on").fill("2025-01-01")
        follow(page.get_by_role("button", name="Add the member"))
        expect(page.locator("#members")).to_contain_text(name)
    page.locator("#meeting_form-on_date").fill("2025-02-03")
    follow(page.get_by_role("button", name="Add the meeting"))
    page.get_by_label("Eva").check()
    follow(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator("main")).to_contain_text("1 of 3 = 33")
    expect(page.locator("main")).to_contain_text("Fewer than half")
    follow(page.get_by_role("button", name="Ask them why: make a task").first)
    expect(page.locator("#absent")).to_contain_text("Followed up")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_talks_groups_and_meetings_on_a_desktop(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/talks")
    expect(page.locator("main")).to_contain_text("2 of them asked for it")
    _is_well_made(page)
    follow(page.get_by_role("link", name="Write one down").first)
    _is_well_made(page)
    page.locator("#title").fill("Talk at the library")
    page.locator("#municipality").fill("Säffle")
    follow(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator("main")).to_contain_text("Säffle")
    page.goto(product.url + "/groups")
    follow(page.get_by_role("link", name="Referensgrupp för företag"))
    expect(page.locator("main")).to_contain_text("8 of 12 = 67")
    _is_well_made(page)
    follow(page.locator("#meetings tbody a").nth(1))
    _is_well_made(page)


def test_the_project_card_on_a_desktop(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/settings/programmes")
    follow(page.get_by_role("link", name="Project card Vägen in"))
    expect(page.locator("#about")).to_contain_text("100.0")
    page.locator("#partners summary").click()
    page.locator("#partners input[name=name]").fill("Kommunal")
    follow(page.get_by_role("button", name="Add the partner"))
    expect(page.locator("#partners")).to_contain_text("Kommunal")
    _is_well_made(page)

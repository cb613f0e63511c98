"""A placement from planned to the certificate and on to a job, at the desk and on a phone, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, MANAGER, Product
from tests.servers.browser import Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


def _start_placement(product: Product, page: Page, kind: str = "se_work_training", *, at: str = "AB") -> str:
    """Somebody in matching begins at an employer today, by employer, kind and start; gives their page's address."""
    page.goto(product.url + "/participants?stage=matching")
    follow(page.locator("main tbody th a").first)
    person = page.url
    _begin_at(page, kind, at)
    return person


def _begin_at(page: Page, kind: str, employer: str) -> None:
    follow(page.get_by_role("link", name="Start a placement").first)
    page.fill("#employer_text", employer)
    follow(page.get_by_role("button", name="Find"))
    page.locator("input[name=employer]").first.check()
    page.locator("#kind").select_option(kind)
    follow(page.get_by_role("button", name="Save"))
    follow(page.get_by_role("link", name="Open the placement").first)


def _fill(page: Page, **answers: str) -> None:
    for name, text in answers.items():
        page.fill(f"#{name}", text)
    follow(page.locator("main form").get_by_role("button", name="Save"))


def _looks_right(page: Page, scripts: bool) -> None:
    assert_no_sideways_scrolling(page)
    if scripts:
        # axe is a script itself.
        assert_axe_clean(page)


def _prepare(page: Page, *, scripts: bool = True) -> None:
    """The next step is the page's one primary button, and says what is missing and why."""
    expect(page.locator("#step-clarification")).to_contain_text("what the employer expects of us")
    follow(page.get_by_role("link", name="Write the clarification"))
    _looks_right(page, scripts)
    _fill(
        page,
        goal="Learn the till",
        expected_of_employer="A mentor",
        expected_of_us="A call each week",
        who_to_call="Eva Holm",
    )
    follow(page.get_by_role("link", name="Write down the meeting"))
    for name in ("participant_there", "employer_there"):
        page.check(f"#{name}")
    follow(page.get_by_role("button", name="Save"))
    expect(page.locator("#step-meeting")).to_contain_text("No meeting had all three")
    follow(page.get_by_role("link", name="Write down the meeting"))
    for name in ("participant_there", "employer_there", "coordinator_there"):
        page.check(f"#{name}")
    follow(page.get_by_role("button", name="Save"))
    expect(page.locator("#step-meeting")).to_contain_text("Done")


def _finish(page: Page, *, scripts: bool = True) -> None:
    """A check-in with what is filled in already, the end, both evaluations, the certificate."""
    follow(page.locator("#check-ins a").first)
    follow(page.get_by_role("button", name="Save"))
    expect(page.locator("#check-ins li").first).to_contain_text("Done")
    _looks_right(page, scripts)
    follow(page.get_by_role("link", name="End the placement").first)
    page.locator("#reason").select_option("completed")
    follow(page.locator("main form").get_by_role("button", name="End the placement"))
    for who in ("participant", "employer"):
        follow(page.get_by_role("link", name=f"Write what the {who} says"))
        _fill(page, worked="The team", challenges="The hours", way_on="A job", clarification_value="Can work in a shop")
    follow(page.get_by_role("link", name="Make the certificate"))
    _fill(page, tasks="Baking", skills="Careful and on time", supervisor="Eva Holm")
    with page.expect_download() as download:
        page.get_by_role("link", name="Certificate (PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_a_placement_goes_its_course_at_the_desk_and_into_a_chain(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    person = _start_placement(product, page, at="Dalviks")
    _prepare(page)
    _finish(page)
    for kind in ("se_new_start", "ordinary_work"):
        page.goto(person)
        _begin_at(page, kind, "Dalviks")
    expect(page.locator("#chain li")).to_have_count(3)
    assert_axe_clean(page)


def test_a_placement_goes_its_course_on_a_phone_without_scripts(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.phone(product.url, scripts=False), COORDINATOR)
    _start_placement(product, page)
    _prepare(page, scripts=False)
    _finish(page, scripts=False)


def test_where_the_unit_insists_a_placement_waits_and_says_for_what(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/settings/placements")
    page.locator("input[name=meeting][value=block]").check()
    follow(page.get_by_role("button", name="Save"))
    expect(page.locator("input[name=meeting][value=block]")).to_be_checked()
    assert_axe_clean(page)
    _start_placement(product, page)
    expect(page.locator("#step-meeting")).to_contain_text("The placement does not go on without it.")
    expect(page.locator("#step-start")).to_contain_text("It waits")
    assert page.locator('[data-variant="primary"]').count() == 1
    page.goto(product.url + "/settings/placements")
    page.locator("input[name=meeting][value=warn]").check()
    follow(page.get_by_role("button", name="Save"))


def test_the_people_of_a_bankrupt_employer_stand_on_the_act_now_list(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/employers/new?country=DK")
    page.fill("#name", "Østjysk Byg ApS")
    # The register's simulator has a company of this number that is bankrupt.
    page.fill("#org_number", "99900024")
    follow(page.locator("form.fg button[type=submit]").last)
    expect(page.locator("h1")).to_contain_text("Østjysk")
    employer = page.url.partition("?")[0]
    _start_placement(product, page, at="Østjysk")
    placement = page.url
    page.goto(employer + "/details")
    follow(page.get_by_role("link", name="Compare with the register"))
    follow(page.locator("main form button[type=submit]").first)
    page.goto(product.url + "/today")
    expect(page.locator("#act-now")).to_contain_text("The employer is bankrupt")
    assert_axe_clean(page)
    page.goto(placement)
    expect(page.locator("#step-end")).to_contain_text("Done")
    page.goto(product.url + "/today")
    follow(page.locator("#act-now").get_by_role("button", name="Dealt with").first)
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("#act-now")).to_contain_text("The employer is bankrupt")


def test_a_task_of_a_check_in_leads_to_it_by_keyboard(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), COORDINATOR)
    page.goto(product.url + "/tasks")
    link = page.get_by_role("link", name=re.compile("^Write it down")).first
    follow(link, key="Enter")
    expect(page).to_have_url(re.compile("/check-ins/"))
    follow(page.get_by_role("button", name="Save"), key="Enter")
    expect(page).to_have_url(re.compile("/placements/"))
    expect(page.locator("#check-ins")).to_contain_text("Done")


def test_the_list_and_the_figures_open_and_go_along_as_files(product: Product, windows: Windows) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/placements?state=all&sort=employer")
    assert_axe_clean(page)
    for address in ("/placements?state=all", "/placements/chains"):
        page.goto(product.url + address)
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
    assert_axe_clean(page)
    phone = product.sign_in(windows.phone(product.url), MANAGER)
    for address in ("/placements?state=all", "/placements/chains", "/interviews"):
        phone.goto(product.url + address)
        _looks_right(phone, scripts=True)
    phone.goto(product.url + "/placements?state=late")
    follow(phone.locator("main tbody th a").first)
    _looks_right(phone, scripts=True)
    follow(phone.locator("#check-ins a").last)
    _looks_right(phone, scripts=True)


def test_a_plan_and_a_competence_card_are_revised_and_employers_that_fit_say_why(
    product: Product, windows: Windows
) -> None:
    page = product.sign_in(windows.desktop(product.url), MANAGER)
    page.goto(product.url + "/placements?state=all&sort=start&who=unit&q=Hodan")
    follow(page.locator("main tbody th a").first)
    follow(page.get_by_role("link", name="To the participant"))
    person = page.url
    follow(page.locator("#plans").get_by_role("link", name="Competence card"))
    page.fill("#experience", "Two summers at a home for elderly people")
    follow(page.get_by_role("button", name="Save"))
    expect(page.locator("#plans")).to_contain_text("version 2")
    page.goto(person.partition("#")[0] + "/employers")
    expect(page.locator("main")).to_contain_text("Training that is still needed")
    assert_axe_clean(page)
    page.goto(product.url + "/interviews")
    expect(page.locator("#summary")).to_contain_text("Know the schemes")
    assert_axe_clean(page)

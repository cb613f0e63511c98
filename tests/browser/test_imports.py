"""A colleague's spreadsheet with odd headings: its columns said, its errors seen, read in, corrected, taken back."""

import io
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.conftest import COORDINATOR, Product
from tests.servers.browser import DESKTOP, PHONE, Windows, assert_axe_clean, assert_no_sideways_scrolling, follow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MEANS = ["name", "city", "phone", "contact_name"]


def _headings(mark: str) -> list[str]:
    """Of each run its own: columns that were said once are remembered."""
    return [f"{mark}: vem?", f"{mark}: var?", "Nås på", "Prata med"]


def _workbook(mark: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "Företagslista 2026")
        sheet.write_row(2, 0, _headings(mark))
        for number in range(30):
            sheet.write_row(3 + number, 0, [f"{mark} Glas {number} AB", "Umeå", "090-12 34 56", f"Eva Ek{number}"])
        sheet.write_row(33, 0, [f"{mark} Fel AB", "Umeå", "12", ""])
    return out.getvalue()


def _upload(page: Page, name: str, content: bytes) -> None:
    page.goto("/imports")
    page.locator("input[name=kind][value=employers]").check()
    kind = "text/csv" if name.endswith(".csv") else "application/octet-stream"
    page.set_input_files("input[type=file]", {"name": name, "mimeType": kind, "buffer": content})
    follow(page.get_by_role("button", name="Check the file"))


def _until(page: Page, text: str) -> None:
    """The page with ``text``, for those whose browser runs no scripts too."""
    expect(page.locator("main")).to_contain_text(text, timeout=60_000)


def _checked(page: Page, *, scripts: bool) -> None:
    assert_no_sideways_scrolling(page)
    if scripts:
        assert_axe_clean(page)


@pytest.mark.parametrize(("scripts", "small"), [(True, True), (False, False)])
def test_an_odd_spreadsheet_is_understood_read_in_corrected_and_taken_back(
    product: Product, windows: Windows, tmp_path: Path, scripts: bool, small: bool
) -> None:
    mark = "Norrsken" if small else "Polar"
    page = windows.open(base_url=product.url, scripts=scripts, viewport=PHONE if small else DESKTOP, touch=small)
    product.sign_in(page, COORDINATOR)
    _upload(page, "lista.xlsx", _workbook(mark))
    assert page.url.endswith("/columns")
    _checked(page, scripts=scripts)
    for place, (heading, means) in enumerate(zip(_headings(mark), MEANS, strict=True)):
        assert heading in page.inner_text("main")
        page.select_option(f"#column-{place}", means)
    page.fill("#save_as", f"{mark}: listan")
    follow(page.get_by_role("button", name="Check the file"))
    _until(page, "What would happen")
    _checked(page, scripts=scripts)
    assert "Line 34" in page.inner_text("main")
    assert "Nås på" in page.inner_text("main")
    follow(page.get_by_role("button", name="Read in 30 rows"))
    _until(page, "The file is read in")
    _checked(page, scripts=scripts)
    imported = page.url
    with page.expect_download() as saved:
        page.get_by_role("link", name="The wrong rows as a file").click()
    wrong = Path(saved.value.path()).read_bytes()
    # The columns are remembered: the corrected file is not asked about.
    _upload(page, "wrong-rows.csv", wrong.replace(b";12;", b";090-12 34 57;"))
    follow(page.get_by_role("button", name="Read in one row"))
    _until(page, "The file is read in")
    page.goto(f"/search?q={mark}+glas+7")
    assert f"{mark} Glas 7 AB" in page.inner_text("main")
    page.goto(imported)
    page.locator("summary", has_text="Take this import back").click()
    follow(page.get_by_role("button", name="Take it back"))
    _until(page, "The import is taken back")
    _checked(page, scripts=scripts)
    page.goto(f"/search?q={mark}+glas+7")
    assert f"{mark} Glas 7 AB" not in page.inner_text("main")


def test_the_upload_page_is_used_with_the_keyboard(product: Product, windows: Windows) -> None:
    page = windows.desktop(product.url)
    product.sign_in(page, COORDINATOR)
    page.goto("/imports")
    _checked(page, scripts=True)
    page.locator("input[name=kind]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[name=kind][value=employers]")).to_be_checked()
    follow(page.get_by_role("button", name="Check the file"), key="Enter")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert "Choose a file." in page.inner_text("main")
    assert page.locator("input[name=kind][value=employers]").is_checked()

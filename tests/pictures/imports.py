"""Pictures of the search and of reading a list in."""

import io

import xlsxwriter

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows, follow

HEADINGS = ("Bolag", "Stad", "Vem pratar vi med?", "Mobil till kontakten", "Färg på mappen")
ROWS = (
    ("Norrskens Glas AB", "Umeå", "Eva Ek", "070-174 06 05", "blå"),
    ("Älvens Bygg AB", "Vännäs", "Bo By", "12", "röd"),
    ("Fjällvägens Kök AB", "Umeå", "Li Xu", "070-174 06 06", "röd"),
    ("Kustens Trä AB", "Holmsund", "", "", "grön"),
)
MEANS = {2: "contact_name", 3: "contact_phone"}


def imports_and_search(windows: Windows, url: str) -> None:
    """A spreadsheet with odd headings, what would happen, and the search."""
    desk = sign_in(windows.desktop(url), "coordinator")
    desk.goto("/imports")
    desk.locator("input[name=kind][value=employers]").check()
    file = {"name": "företag i Umeå.xlsx", "mimeType": "application/octet-stream", "buffer": _workbook()}
    desk.set_input_files("input[type=file]", file)  # type: ignore[arg-type]  # a plain dict
    follow(desk.get_by_role("button", name="Check the file"))
    desk.wait_for_url("**/columns")
    for place, field in MEANS.items():
        desk.select_option(f"#column-{place}", field)
    save(desk, "import-columns", height=900)
    follow(desk.get_by_role("button", name="Check the file"))
    desk.get_by_role("heading", name="What would happen").wait_for()
    save(desk, "import-preview", height=900)
    desk.goto("/search?q=bageri")
    save(desk, "search")


def _workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEADINGS, *ROWS)):
            sheet.write_row(number, 0, row)
    return out.getvalue()

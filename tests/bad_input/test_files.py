"""Files that are not what they seem, sent in on the page and read from the command line; and files that we give out."""

import csv
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from crm.accounts.models import Unit
from crm.actors import Role
from crm.db import current_session
from crm.employers.models import Employer
from crm.imports.commands import import_command
from crm.imports.models import ImportRun
from crm.participants.models import Participant
from tests.contracts.premises import Premises, rules
from tests.world import World

HEADINGS = b"First name;Last name;E-mail\r\n"


def workbook(rows: list[list[object]], *, formulas: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": formulas}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose only sheet is this."""
    with zipfile.ZipFile(io.BytesIO(workbook([["Name"]]))) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    return archive(parts | {"xl/worksheets/sheet1.xml": xml})


def lying_about_its_size() -> bytes:
    """A workbook whose directory says that a part of 250 MB has ten bytes."""
    bomb = with_sheet(b"\0" * (250 * 1024 * 1024))
    real = struct.pack("<I", 250 * 1024 * 1024)
    return bomb.replace(real, struct.pack("<I", 10))


def far_away() -> bytes:
    cell = '<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
    return with_sheet(f'<worksheet xmlns="x"><sheetData>{cell}</sheetData></worksheet>'.encode())


UNREADABLE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "only spaces": lambda: b" \r\n \t",
    "only a mark": lambda: b"\xef\xbb\xbf",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)),
    "a pdf": lambda: b"%PDF-1.7\n\x00\x01\x02",
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "a zip of something else": lambda: archive({"letter.txt": b"hello"}),
    "a document": lambda: archive({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
    "half a workbook": lambda: workbook([["Name"], ["Eva"]])[:900],
    "a workbook without its end": lambda: workbook([["Name"], ["Eva"]])[:-30],
    "a damaged workbook": lambda: with_sheet(b"<worksheet><sheetData><row"),
    "a zip bomb": lambda: with_sheet(b"0" * (250 * 1024 * 1024)),
    "a zip bomb that lies": lying_about_its_size,
    "a cell far away": far_away,
    "a million columns": lambda: b";".join([b"x"] * 1_000_000) + b"\r\n1",
    "a million columns in one row": lambda: HEADINGS + b"1" + b";" * 1_000_000,
    "one column that nobody knows": lambda: b"Colour\r\nred\r\n",
    "half of UTF-16": lambda: b"\xff\xfeN\x00a\x00m\x00e\x00\r",
    "a quotation mark without an end": lambda: HEADINGS + b'"Eva;Ek' + b"\nx" * 200_000,
    "eleven megabytes in one cell": lambda: HEADINGS + b"x" * (11 * 1024 * 1024) + b";Ek;\r\n",
}
WELL_KNOWN = ("a million columns in one row", "eleven megabytes in one cell", "a quotation mark without an end")


@pytest.fixture(scope="module")
def content() -> Callable[[str], bytes]:
    made: dict[str, bytes] = {}

    def of(name: str) -> bytes:
        if name not in made:
            made[name] = UNREADABLE[name]()
        return made[name]

    return of


def counts(premises: Premises) -> tuple[int, ...]:
    with premises.app.app_context():
        tables = (Participant, Employer, ImportRun)
        return tuple(current_session().scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def send(premises: Premises, data: bytes, name: str = "list.csv") -> tuple[int, str, str]:
    """Send a file in on the page; the status, the page, and where it leads."""
    form = {"kind": "participants", "file": (io.BytesIO(data), name)}
    answer = premises.browser(Role.MANAGER).post("/imports", data=form)
    # The client leaves the file in which it kept a large body to the garbage collector.
    answer.request.environ["wsgi.input"].close()
    return answer.status_code, answer.text, answer.headers.get("Location", "")


def command(premises: Premises, folder: Path, data: bytes) -> tuple[int, dict[str, object]]:
    file = folder / "list"
    file.write_bytes(data)
    done = premises.app.test_cli_runner().invoke(import_command, ["participants", str(file), "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    name: str, premises: Premises, tmp_path: Path, content: Callable[[str], bytes]
) -> None:
    before, begun = counts(premises), monotonic()
    status, page, where = send(premises, content(name), "list.xlsx")
    code, report = command(premises, tmp_path, content(name))
    assert monotonic() - begun < 20
    if name in WELL_KNOWN:
        # The file is read, and its one row is wrong.
        assert status in (303, 422)
        assert code in (1, 2)
        assert counts(premises)[0] == before[0]
        return
    assert (status, where) == (422, "")
    assert 'aria-invalid="true"' in page
    assert "Traceback" not in page
    assert code == 2
    (error,) = report["errors"]  # type: ignore[misc]  # JSON
    assert error["message"]
    assert counts(premises) == before


def test_headings_that_nobody_knows_are_asked_about_on_the_page_and_refused_by_the_command(
    premises: Premises, tmp_path: Path
) -> None:
    data = b"Colour;Shape\r\nred;round\r\n"
    before = counts(premises)
    status, _page, where = send(premises, data)
    assert (status, counts(premises)[0]) == (303, before[0])
    assert premises.browser(Role.MANAGER).get(where).location.endswith("/columns")
    code, report = command(premises, tmp_path, data)
    assert (code, "First name" in str(report["errors"])) == (2, True)


def test_twenty_six_megabytes_get_a_page_that_says_so(premises: Premises) -> None:
    before = counts(premises)
    status, page, _where = send(premises, b"x" * (26 * 1024 * 1024))
    assert status == 413
    assert "The file is too large" in page
    assert counts(premises) == before
    status, page, _where = send(premises, HEADINGS + b"x" * (21 * 1024 * 1024))
    assert status == 422
    assert "20 MB" in page


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "utf-16-le-with-mark", "utf-16-be-with-mark"]
)
def test_a_list_is_read_in_whatever_encoding_it_was_saved(encoding: str, premises: Premises, tmp_path: Path) -> None:
    text = "Förnamn;Efternamn;E-post\r\nÅsa;Öberg-Lück;asa@example.net\r\n"
    marks = {"utf-16-le-with-mark": b"\xff\xfe", "utf-16-be-with-mark": b"\xfe\xff"}
    data = marks.get(encoding, b"") + text.encode(encoding.removesuffix("-with-mark"))
    file = tmp_path / "list.csv"
    file.write_bytes(data)
    arguments = ["participants", str(file), "--json", "--unit", unit_name(premises)]
    done = premises.app.test_cli_runner().invoke(import_command, arguments)
    assert done.exit_code == 0, done.output
    with premises.app.app_context():
        person = current_session().scalars(select(Participant).where(Participant.email == "asa@example.net")).one()
        assert (person.first_name, person.last_name) == ("Åsa", "Öberg-Lück")


def unit_name(premises: Premises) -> str:
    with premises.app.app_context():
        return own_unit(premises).name


def own_unit(premises: Premises) -> Unit:
    """The unit of everybody in these tests."""
    statement = select(Unit).join(Participant, Participant.unit_id == Unit.id)
    return current_session().scalars(statement.where(Participant.public_id == premises.ids["participants"])).one()


def test_a_formula_in_a_workbook_is_never_run(premises: Premises, tmp_path: Path) -> None:
    rows: list[list[object]] = [["First name", "Last name", "E-mail"], ["=1+1", '=HYPERLINK("x")', "eva@example.net"]]
    code, report = command(premises, tmp_path, workbook(rows, formulas=True))
    assert code in (0, 1)
    with premises.app.app_context():
        found = current_session().scalars(select(Participant).where(Participant.email == "eva@example.net")).all()
        assert all(person.last_name != "x" for person in found)
    assert report["rows"] == 1


def test_junk_in_cells_is_reported_by_line_and_column(premises: Premises, tmp_path: Path) -> None:
    lines = [
        "First name;Last name;E-mail;Year of birth;Start date",
        "Eva\x00;\u202eEk;eva@example.net;1985;",
        "Bo;By;no address;1985;",
        "Li;Xu;li@example.net;99999999999999999999;",
        "Ed;Ox;ed@example.net;1985;9999-99-99",
        ";;only@example.net;;",
        "x" * 9000 + ";Long;long@example.net;;",
        "Too;Many;many@example.net;1985;;;;;;;;;;",
    ]
    text = "\r\n".join(lines).replace("\x00", "\x01")
    file = tmp_path / "list.csv"
    file.write_text(text, "utf-8")
    arguments = ["participants", str(file), "--json", "--unit", unit_name(premises)]
    done = premises.app.test_cli_runner().invoke(import_command, arguments)
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert {3, 4, 5, 6, 7} <= {error["line"] for error in report["errors"]}
    with premises.app.app_context():
        eva = current_session().scalars(select(Participant).where(Participant.email == "eva@example.net")).one()
        assert (eva.first_name, eva.last_name) == ("Eva", "Ek")


@pytest.mark.parametrize(
    "filename", ["../../etc/passwd", "a\r\nX: y.csv", "\u202evsc.exe", "x" * 500 + ".csv", "😀.csv", ""]
)
def test_the_name_of_a_file_is_only_shown(filename: str, premises: Premises) -> None:
    status, _page, where = send(premises, HEADINGS + b"Eva;Ek;eva@example.net\r\n", filename)
    if status == 422:
        # No name, or one that is no header: then there is no file.
        assert not filename or "\r\n" in filename
        return
    assert status == 303
    answer = premises.browser(Role.MANAGER).get(where)
    assert answer.status_code == 200
    assert "X" not in answer.headers


STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = [f"{start}cmd|' /C calc'!A0" for start in STARTS]


def exports(premises: Premises) -> list[str]:
    """The address of every file with rows, from the application's own map."""
    found = []
    for rule in rules("GET"):
        if rule.rule.endswith((".csv", ".xlsx")):
            found.append(premises.address(rule))
        elif "kind" in rule.arguments:
            found += [premises.address(rule).removesuffix("csv") + kind for kind in ("csv", "xlsx")]
    return found


def fill_with_formulas(premises: Premises) -> None:
    """Names that a spreadsheet would compute, past every form: they may be there from an import of another time."""
    world = World()
    with premises.app.app_context():
        unit = own_unit(premises)
        programme = world.programme(unit)
        for number, formula in enumerate(FORMULAS):
            employer = world.employer(formula, municipality=formula, city=formula)
            world.relationship(employer, unit)
            staff = world.staff(Role.COORDINATOR, unit=unit, name=formula, email=f"formula{number}@example.org")
            somebody = world.participant(
                unit, first_name=formula, last_name=formula, external_ref=formula, email=f"{number}@example.net"
            )
            world.enrolment(somebody, programme, staff)
        programme.name = FORMULAS[0]
        current_session().commit()


def cells_of(data: bytes) -> list[str]:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            assert not [name for name in file.namelist() if "calcChain" in name or "external" in name.lower()]
            for name in file.namelist():
                assert b"<f>" not in file.read(name)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            str(cell) for number in range(len(book.sheet_names)) for row in book.get_sheet_by_index(number).to_python()
            for cell in row
        ]  # fmt: skip
    text = data.decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]


def test_no_export_has_a_cell_that_a_spreadsheet_would_compute(premises: Premises) -> None:
    fill_with_formulas(premises)
    addresses = exports(premises)
    assert len(addresses) >= 7
    seen = 0
    for address in addresses:
        for role in (Role.MANAGER, Role.ADMINISTRATOR):
            answer = premises.browser(role).get(f"{address}?owner=all&who=unit")
            if answer.status_code != 200:
                continue
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            cells = cells_of(answer.data)
            seen += sum("calc'!A0" in cell for cell in cells)
            if not answer.data.startswith(b"PK"):
                assert [cell for cell in cells if cell.startswith(STARTS) and not is_number(cell)] == [], address
    assert seen >= 3 * len(FORMULAS)


def is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "").replace(",", "").isdigit()


def test_the_bombs_are_small_and_would_be_large() -> None:
    bomb = with_sheet(b"0" * (250 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert zlib.crc32(bomb)

"""Rules of the house that a linter does not know: sizes, who asks for the time, who commits, what is documented."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("crm", "surveys", "outreach", "plugins")
LONGEST_FUNCTION, LONGEST_FILE = 50, 400

# The stand-in for 46elks is another system, in a process of its own, with a clock of its own.
CLOCKS = re.compile(r"^crm/clock\.py$|^crm/serving/shifted_clock\.py$|^plugins/elks46/simulator(_\w+)?\.py$")
COMMITS = {"crm/db.py"}
# Programs of their own: whoever starts them reads their standard output.
PROGRAMS = {
    "surveys/simulation/receiver.py",
    "plugins/elks46/simulator.py",
    "crm/employers/registers/simulating.py",
}
DOCUMENTED = re.compile(r"(^|/)((\w+_)?(services|queries|tasks|jobs)(\.py|/\w+\.py)|events\.py|hookspecs\.py)$")


@cache
def tracked() -> tuple[str, ...]:
    """What belongs to the source: tracked files, and new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def python_files(*, product: bool = False) -> list[str]:
    files = [name for name in tracked() if name.endswith(".py")]
    return [name for name in files if not product or name.startswith(tuple(f"{each}/" for each in PRODUCT))]


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text("utf-8"), name)


def is_generated(name: str) -> bool:
    return "migrations/versions/" in name


@cache
def functions_of(name: str) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    found = (each for each in ast.walk(tree_of(name)) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return tuple(found)


def dotted(node: ast.expr) -> str:
    """``session.commit`` for the expression of that call."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return node.id if isinstance(node, ast.Name) else "?"


@cache
def calls_in(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((node.lineno, dotted(node.func)) for node in ast.walk(tree_of(name)) if isinstance(node, ast.Call))


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = [
        f"{name}:{each.lineno} {each.name}: {(each.end_lineno or 0) - each.lineno + 1} lines"
        for name in python_files()
        if not is_generated(name)
        for each in functions_of(name)
        if (each.end_lineno or 0) - each.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    sizes = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in python_files()}
    long = [f"{name}: {size} lines" for name, size in sizes.items() if size > LONGEST_FILE and not is_generated(name)]
    assert not long, "\n".join(long)


def test_nine_functions_of_ten_are_shorter_than_thirty_lines() -> None:
    sizes = sorted(
        (each.end_lineno or 0) - each.lineno + 1 for name in python_files(product=True) for each in functions_of(name)
        if not is_generated(name)
    )  # fmt: skip
    assert sizes[int(len(sizes) * 0.9)] < 30


def test_only_the_clock_asks_for_the_time() -> None:
    asks = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.time)$")
    found = [
        f"{name}:{line} {call}"
        for name in python_files(product=True)
        if not CLOCKS.search(name)
        for line, call in calls_in(name)
        if asks.search(call)
    ]
    assert not found, "\n".join(found)


def test_only_a_transaction_commits() -> None:
    found = [
        f"{name}:{line} {call}"
        for name in python_files(product=True)
        if name not in COMMITS
        for line, call in calls_in(name)
        if re.search(r"session(\(\))?\.commit$", call)
    ]
    assert not found, "\n".join(found)


def test_only_programs_of_their_own_print() -> None:
    found = [
        f"{name}:{line}"
        for name in python_files(product=True)
        if name not in PROGRAMS
        for line, call in calls_in(name)
        if call == "print"
    ]
    assert not found, "\n".join(found)


def test_nothing_is_left_to_be_done_later() -> None:
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    found = [
        f"{name}:{number}"
        for name in tracked()
        if name.endswith((".py", ".html", ".css", ".js", ".mjs", ".yaml", ".toml", ".md"))
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if later.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_service_query_job_and_hook_says_what_it_promises() -> None:
    silent = [
        f"{name}:{each.lineno} {each.name}"
        for name in python_files(product=True)
        if DOCUMENTED.search(name)
        for each in tree_of(name).body
        if isinstance(each, ast.FunctionDef | ast.ClassDef)
        if not each.name.startswith("_") and ast.get_docstring(each) is None
    ]
    assert not silent, "\n".join(silent)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name for name in python_files(product=True) if not is_generated(name) and not ast.get_docstring(tree_of(name))
    ]
    assert not silent, "\n".join(silent)


def test_a_package_is_a_face_and_holds_no_code() -> None:
    face = (ast.Expr, ast.ImportFrom, ast.Assign)  # The docstring, what is shown, and the list of its names.
    full = [
        name
        for name in python_files(product=True)
        if name.endswith("__init__.py") and not all(isinstance(each, face) for each in tree_of(name).body)
    ]
    assert not full, "\n".join(full)


# Written in pieces, so that this file does not find itself.
ELSEWHERE = tuple(
    "".join(pieces)
    for pieces in (
        ("files.python", "hosted.org"),
        ("py", "pi.org"),
        ("registry.", "npmjs.org"),
        ("registry.", "yarnpkg.com"),
        ("proxy.", "golang.org"),
        ("arti", "factory"),
        ("--index", "-url"),
        ("--extra-index", "-url"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(work|root|home/\w+|Users/\w+|mnt|tmp/bb)/\w")


@pytest.mark.parametrize("what", ["a package registry", "a folder of one machine"])
def test_no_file_names(what: str) -> None:
    found = []
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" in data[:8192]:
            continue
        text = data.decode("utf-8", "replace")
        if what == "a package registry":
            found += [f"{name}: {each}" for each in ELSEWHERE if each in text]
        else:
            found += [f"{name}: {each.group()}" for each in MACHINE_PATH.finditer(text)]
    assert not found, "\n".join(found)

"""The call scripts that come with the product, read from ``outreach/data``."""

from functools import cache
from importlib.resources import files

from outreach.scripts.definition import Script
from outreach.scripts.reading import read_script

SCRIPTS = ("employer_first_call", "information_meeting")


@cache
def shipped_scripts() -> tuple[Script, ...]:
    """Every shipped script, in the order in which they are offered. Raises ValueError for a damaged file."""
    return tuple(_read(key) for key in SCRIPTS)


def shipped_text(key: str) -> str:
    """The file of a shipped script, as it is written."""
    return files("outreach").joinpath("data", f"{key}.yaml").read_text(encoding="utf-8")


def _read(key: str) -> Script:
    reading = read_script(shipped_text(key))
    if reading.script is None or reading.errors:
        raise ValueError(f"{key}.yaml: {[(each.code, each.line) for each in reading.errors]}")
    return reading.script

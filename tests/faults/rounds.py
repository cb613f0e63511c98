"""How many rounds a fault test in a browser goes: few in the tests, a hundred where ``make soak`` asks for them.

What such a test counted goes into a file that the report is made of.
"""

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

ROUNDS = "BROBYGG_TEST_FAULT_ROUNDS"
COUNTED = "BROBYGG_TEST_FAULT_COUNTED"
SHORT = 6
"""Each way of dying comes once at least; the lists of faults are made so."""


@dataclass
class Counted:
    """What a fault test of the browser found. ``lost``: typed, and nowhere any more. ``doubled``: saved twice."""

    scenario: str
    faults: dict[str, int]
    lost: int
    doubled: int
    seconds: float


def wanted() -> int:
    """The number of rounds."""
    return int(os.environ.get(ROUNDS) or SHORT)


def seconds_for(rounds: int) -> int:
    """After how many seconds such a test is given up."""
    return 200 + 8 * rounds


def assert_each_fault_was_made(made: Counter[str], faults: tuple[str, ...]) -> None:
    """The short form leaves no way of dying out."""
    assert set(made) == set(faults)
    assert made.total() == wanted()


def write_down(counted: Counted) -> None:
    """Add a line to the file of the report, where one is made."""
    if name := os.environ.get(COUNTED):
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(counted)) + "\n")


def read(path: Path) -> list[Counted]:
    """What the tests wrote down."""
    return [Counted(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]

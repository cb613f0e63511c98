"""Places where the fault harness may kill a sender. In every other process ``reach`` does nothing.

BROBYGG_CRASH_POINT=name:3 kills the process the third time it comes to the point, name:0.1 with a chance
of one in ten each time; a third part names another signal (name:1:STOP). Several are separated by commas.
"""

import os
import random
import signal
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

# in_handover: inside the transaction that writes the result of one letter and the mark of the next, before its commit.
# before_enclosed: the files of a mail are made, and not kept yet.
NAMES = (
    "before_claim",
    "after_claim",
    "before_enclosed",
    "before_wire",
    "after_wire",
    "during_data",
    "after_accept",
    "before_result",
    "in_handover",
    "after_result",
)
_visits: Counter[str] = Counter()


@dataclass(frozen=True)
class CrashPoint:
    """What happens at a point: at visit number ``nth``, or with ``probability`` at each."""

    nth: int | None
    probability: float
    signal: int


def parse(text: str) -> dict[str, CrashPoint]:
    """Read BROBYGG_CRASH_POINT. Raises ValueError for a point that does not exist."""
    points: dict[str, CrashPoint] = {}
    for part in filter(None, text.split(",")):
        name, when, *rest = part.strip().split(":")
        if name not in NAMES:
            raise ValueError(f"no crash point '{name}'")
        number = signal.Signals[f"SIG{rest[0]}"] if rest else signal.SIGKILL
        nth = None if "." in when else int(when)
        points[name] = CrashPoint(nth, 0.0 if nth else float(when), number)
    return points


@lru_cache(maxsize=1)
def _armed() -> dict[str, CrashPoint]:
    return parse(os.environ.get("BROBYGG_CRASH_POINT", ""))


def reach(name: str) -> None:
    """Say that the sender has come to the point ``name``."""
    point = _armed().get(name)
    if point is None:
        return
    _visits[name] += 1
    due = _visits[name] == point.nth if point.nth else random.random() < point.probability
    if due:
        os.kill(os.getpid(), point.signal)


def arm(text: str) -> None:
    """Set the points of this process, in place of the environment's: for a rehearsal that forks its
    senders."""
    os.environ["BROBYGG_CRASH_POINT"] = text
    _armed.cache_clear()
    _visits.clear()

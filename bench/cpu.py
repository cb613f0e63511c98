"""What processes have cost: processor time and memory of whole trees, from /proc."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
# Fields of /proc/<pid>/stat behind the name, counted from the state (proc(5)).
_PARENT, _OWN_USER, _OWN_SYSTEM, _ENDED_USER, _ENDED_SYSTEM = 1, 11, 12, 13, 14


@dataclass(frozen=True)
class Spent:
    """Processor seconds of servers and database, and the wall-clock seconds in which they were spent."""

    cpu: float
    wall: float


def tree(pid: int) -> list[int]:
    """A process and everything that descends from it."""
    children: dict[int, list[int]] = {}
    for each in _all():
        fields = _stat(each)
        if fields:
            children.setdefault(int(fields[_PARENT]), []).append(each)
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        left.extend(children.get(one, ()))
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of these trees until now, that of children that have ended and were waited for included."""
    ticks = 0
    for root in roots:
        for pid in tree(root):
            fields = _stat(pid)
            if fields:
                ticks += sum(int(fields[at]) for at in (_OWN_USER, _OWN_SYSTEM, _ENDED_USER, _ENDED_SYSTEM))
    return ticks / _TICKS


def pss_mib(roots: Iterable[int]) -> float:
    """Proportional set size of these trees: memory that processes share is counted once."""
    total = 0
    for root in roots:
        for pid in tree(root):
            total += _pss_kib(pid)
    return total / 1024


def wait_until_idle(roots: list[int], *, seconds: float = 120.0, busy: float = 0.03) -> float:
    """Wait until the trees use less than ``busy`` of one processor; return how long that took.

    What a server does after its start (its first round of periodic jobs) belongs to no request.
    """
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        before = cpu_seconds(roots)
        time.sleep(1.0)
        if cpu_seconds(roots) - before <= busy:
            break
    return time.monotonic() - began


class Meter:
    """Measures what the trees spend inside a ``with`` block."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._roots = list(roots)
        self.spent = Spent(0.0, 0.0)

    def __enter__(self) -> "Meter":
        self._cpu = cpu_seconds(self._roots)
        self._wall = time.perf_counter()
        return self

    def __exit__(self, *_unused: object) -> None:
        wall = time.perf_counter() - self._wall
        self.spent = Spent(cpu_seconds(self._roots) - self._cpu, wall)


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str]:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    # The name stands in parentheses and may itself have some.
    return text.rpartition(")")[2].split()


def _pss_kib(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))

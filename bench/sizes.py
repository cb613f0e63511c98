"""How much data, and how many requests, a run uses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The sizes of one run; ``units`` is how many requests (or pairs of them) a figure is the mean of."""

    name: str
    units: int
    bare_units: int
    few_employers: int
    employers: int
    lines: int
    responses: int
    invitations: int
    patient: bool = True
    """Whether to wait for the end of what the server does after its start."""


FULL = Sizes(
    "full", 600, 1000, few_employers=1_000, employers=100_000, lines=1_000_000, responses=100_000, invitations=1_000
)
QUICK = Sizes(
    "quick", 240, 500, few_employers=1_000, employers=10_000, lines=100_000, responses=10_000, invitations=300
)
TINY = Sizes(
    "tiny", 16, 100, few_employers=200, employers=1_000, lines=2_000, responses=100, invitations=10, patient=False
)
"""Proves that everything runs; its figures mean nothing."""

SIZES = {each.name: each for each in (FULL, QUICK, TINY)}

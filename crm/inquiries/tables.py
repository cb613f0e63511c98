"""Sources against outcomes, with sums that are counted apart and must agree.

A real project printed 25 results by source beside 14 and 24 by outcome, and 5 results out of 2 inquiries. Here every
sum is counted from the rows by a statement of its own; where two of them differ, the table says so, wherever it goes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from crm.inquiries.sources import GROUPS, REACHED, group_of


@dataclass(frozen=True)
class SourceLine:
    """One source: inquiries, the persons they were about, and how many of those came to work or a place."""

    source: str
    inquiries: int
    persons: int
    reached: int


class Doubt(StrEnum):
    """What is wrong, or has to be explained."""

    TOTAL = "total"
    """The inquiries of the sources do not add up to all inquiries."""
    SUMS = "sums"
    """Results by source and results by outcome are not the same number."""
    CELLS_OF_SOURCE = "cells_of_source"
    CELLS_OF_OUTCOME = "cells_of_outcome"
    MORE_THAN_PERSONS = "more_than_persons"
    MORE_THAN_INQUIRIES = "more_than_inquiries"
    """More results than inquiries: possible, when one inquiry is about several persons, and never to be read past."""


@dataclass(frozen=True)
class Problem:
    """Two numbers that do not go together; ``about`` is a source or an outcome where it concerns one."""

    doubt: Doubt
    left: int
    right: int
    about: str = ""

    @property
    def is_error(self) -> bool:
        """Whether a sum is wrong. The other doubt can be explained."""
        return self.doubt is not Doubt.MORE_THAN_INQUIRIES


@dataclass(frozen=True)
class GroupLine:
    """A group of sources with its subtotal."""

    key: str
    label: object
    lines: Sequence[SourceLine]
    inquiries: int
    persons: int
    reached: int


@dataclass(frozen=True)
class OutcomeTable:
    """Inquiries by source, outcomes, and the cells of both. ``total`` is all inquiries, ``reached`` all results,
    each counted apart. ``cells`` may be empty where only margins are known."""

    lines: Sequence[SourceLine]
    outcomes: Mapping[str, int]
    total: int
    cells: Mapping[tuple[str, str], int] = field(default_factory=dict)
    nobody: Mapping[str, int] = field(default_factory=dict)
    """Inquiries that are about no person, by source: with them the outcomes add up to all inquiries, where each is
    about one person at most."""

    @property
    def reached(self) -> int:
        """Results by outcome."""
        return sum(self.outcomes.get(code, 0) for code in REACHED)

    @property
    def persons(self) -> int:
        """Persons by source."""
        return sum(line.persons for line in self.lines)

    @property
    def rest(self) -> int:
        """Inquiries less results: not ready, still in process, or without a result."""
        return self.total - self.reached

    def of_source(self, source: str) -> SourceLine:
        """The line of a source; zeros where nothing came from it."""
        return next((line for line in self.lines if line.source == source), SourceLine(source, 0, 0, 0))

    def groups(self) -> list[GroupLine]:
        """The sources in their groups, in the order of the list. "Not stated" is always there, also with nothing."""
        found = []
        for key, (label, codes) in GROUPS.items():
            known = [line for line in self.lines if group_of(line.source) == key]
            known.sort(key=lambda line: codes.index(line.source) if line.source in codes else len(codes))
            if key == "not_stated" and not known:
                known = [self.of_source(codes[0])]
            if known:
                found.append(
                    GroupLine(
                        key, label, known, sum(line.inquiries for line in known), sum(line.persons for line in known),
                        sum(line.reached for line in known),
                    )
                )  # fmt: skip
        return found

    def problems(self) -> list[Problem]:
        """Every pair of numbers that do not go together. A table is never shown without them."""
        return [*self._margins(), *self._cells(), *self._too_many()]

    def _margins(self) -> Iterator[Problem]:
        by_source = sum(line.inquiries for line in self.lines)
        if by_source != self.total:
            yield Problem(Doubt.TOTAL, by_source, self.total)
        reached = sum(line.reached for line in self.lines)
        if reached != self.reached:
            yield Problem(Doubt.SUMS, reached, self.reached)

    def _cells(self) -> Iterator[Problem]:
        if not self.cells:
            return
        for line in self.lines:
            found = sum(self.cells.get((line.source, code), 0) for code in REACHED)
            if found != line.reached:
                yield Problem(Doubt.CELLS_OF_SOURCE, found, line.reached, line.source)
        for code, count in self.outcomes.items():
            found = sum(number for (_source, outcome), number in self.cells.items() if outcome == code)
            if found != count:
                yield Problem(Doubt.CELLS_OF_OUTCOME, found, count, code)

    def _too_many(self) -> Iterator[Problem]:
        for line in self.lines:
            if line.reached > line.persons:
                yield Problem(Doubt.MORE_THAN_PERSONS, line.reached, line.persons, line.source)
            if line.reached > line.inquiries:
                yield Problem(Doubt.MORE_THAN_INQUIRIES, line.reached, line.inquiries, line.source)
        if self.reached > self.total:
            yield Problem(Doubt.MORE_THAN_INQUIRIES, self.reached, self.total)

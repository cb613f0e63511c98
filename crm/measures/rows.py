"""The rows behind a figure, as far as the reader may see them, and what they add up to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import url_for

from crm.extension_points import Text
from crm.measures.formulas import Share
from crm.reports.filters import FollowUpFilters

PER_PAGE = 100
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """A line: its cells, and the page that its first one leads to."""

    cells: Sequence[str]
    href: str = ""


@dataclass(frozen=True)
class Rows:
    """A page of what is behind a figure. ``sum``: what all of the rows add up to, ``words`` the same in words."""

    title: Text
    columns: Sequence[Text]
    rows: Sequence[Row]
    total: int
    sum: Share
    words: str


@dataclass(frozen=True)
class Wanted:
    """Which part of a figure's rows: of one coordinator in ``unit_ids`` (where the reader may see their figures), of
    one purpose, of one stage; and which page of them."""

    staff_id: int | None = None
    unit_ids: frozenset[int] = frozenset()
    purpose: str | None = None
    stage: str = ""
    page: int = 1

    @property
    def first(self) -> int:
        """How many rows come before those of the page."""
        return (self.page - 1) * PER_PAGE

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows of the page."""
        return rows[self.first : self.first + PER_PAGE]


Maker = Callable[[FollowUpFilters, Wanted], Rows]


def rows_of(makers: Mapping[str, Maker], measure: str, filters: FollowUpFilters, wanted: Wanted) -> Rows | None:
    """The rows of a measure; None for one that has none."""
    make = makers.get(measure)
    return make(filters, wanted) if make else None


def employer_page(public_id: str) -> str:
    """Where the first cell of most rows leads."""
    return url_for("employers.show", public_id=public_id)

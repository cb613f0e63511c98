"""Lists in pages, and their order, both read from the address so that a page can be sent to a colleague."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

T = TypeVar("T")

PER_PAGE = 25
MAX_PER_PAGE = 200
# Beyond this nobody pages by hand, and a huge offset would only cost the database time.
MAX_PAGE = 100_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. ``page`` counts from 1; ``total`` is the number of rows in all pages."""

    items: Sequence[T]
    page: int
    per_page: int
    total: int
    prev_url: str | None = None
    next_url: str | None = None

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The number of the first row shown, counting from 1; 0 in an empty list."""
        return (self.page - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return min(self.page * self.per_page, self.total)


@dataclass(frozen=True)
class SortLink:
    """What a sortable heading needs: where it leads and how the list is ordered now."""

    href: str
    direction: str | None


def requested_page() -> int:
    """The page number in the address. What is not a number means the first page."""
    text = request.args.get("page", "")
    return min(max(1, int(text)), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def here_with(**changes: object) -> str:
    """The address of this page with some arguments changed; None removes one."""
    arguments: dict[str, object] = dict(request.args.to_dict(flat=False))
    arguments.update(changes)
    query = urlencode({name: value for name, value in arguments.items() if value is not None}, doseq=True)
    return request.script_root + request.path + (f"?{query}" if query else "")


def same_filters(url: str) -> str:
    """``url``, which has no arguments, with those of this page: a file of the same list.

    Not ``url_for(..., **request.args)``: that takes "_scheme" and "_external" from whoever wrote the address.
    """
    query = urlencode(list(request.args.items(multi=True)))
    return f"{url}?{query}" if query else url


def page_url(number: int) -> str:
    """The address of another page of the same list."""
    return here_with(page=number if number > 1 else None)


def paginate(
    session: Session,
    statement: Select[T],
    *,
    page: int | None = None,
    per_page: int = PER_PAGE,
    count: int | None = None,
    url_of: Callable[[int], str] = page_url,
) -> Page[T]:
    """One page of ``statement``, which must be ordered by something unique.

    ``count`` saves the counting query when the caller knows it. A page beyond the last one is the last one.
    """
    total = count_of(session, statement) if count is None else count
    size = min(max(1, per_page), MAX_PER_PAGE)
    number = min(requested_page() if page is None else max(1, page), max(1, -(-total // size)))
    items = session.scalars(statement.limit(size).offset((number - 1) * size)).unique().all() if total else []
    return page_of(items, page=number, per_page=size, total=total, url_of=url_of)


def page_of(
    items: Sequence[T], *, page: int, per_page: int, total: int, url_of: Callable[[int], str] = page_url
) -> Page[T]:
    """A page of rows that somebody else has fetched already (several columns, a search index)."""
    has_next = page * per_page < total
    return Page(
        items=items,
        page=page,
        per_page=per_page,
        total=total,
        prev_url=url_of(page - 1) if page > 1 else None,
        next_url=url_of(page + 1) if has_next else None,
    )


def count_of(session: Session, statement: Select[Any]) -> int:
    """How many rows ``statement`` has."""
    return session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0


def sort_link(key: str) -> SortLink:
    """The link of a sortable heading: once upwards, once more downwards. Goes back to the first page."""
    now = request.args.get("sort", "")
    direction = "ascending" if now == key else "descending" if now == f"-{key}" else None
    return SortLink(here_with(sort=f"-{key}" if now == key else key, page=None), direction)


def sort_order(
    columns: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]], *, default: str
) -> list[ColumnElement[Any]]:
    """``order_by`` arguments for the address's ``sort``; an unknown key means ``default`` ("name", "-name").

    Add the primary key behind them, so that equal values do not jump between pages.
    """
    wanted = request.args.get("sort", default)
    if wanted.removeprefix("-") not in columns:
        wanted = default
    column = columns[wanted.removeprefix("-")]
    return [column.desc() if wanted.startswith("-") else column.asc()]

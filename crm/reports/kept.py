"""Figures that take long to count are kept for a moment, so that a large installation's page opens at once.

What is counted in less than three thousandths of a second is counted anew for each page, which has about ten
figures; small installations hardly ever meet a kept figure. It is at most a minute old, the page says as of when it
holds, and a change that staff make through the same server process makes it forget.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import current_app, g

from crm import clock
from crm.reports.filters import FollowUpFilters

LONG_SECONDS = 0.003
KEPT_SECONDS = 60.0
_MOST = 512
KEEP = "BROBYGG_KEEP_FIGURES"
"""Flask setting: False counts everything anew, which tests need that change data behind the application's back."""
_EXTENSION = "brobygg.kept_figures"
_OLDEST = "brobygg_figures_as_of"
Figure = TypeVar("Figure")


@dataclass(frozen=True)
class _Kept:
    figure: Any
    at: datetime
    until: float


@dataclass
class _Figures:
    """What one process keeps. Its threads share it."""

    found: dict[Hashable, _Kept] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable) -> _Kept | None:
        with self.lock:
            kept = self.found.get(key)
            return kept if kept is not None and kept.until > time.monotonic() else None

    def put(self, key: Hashable, kept: _Kept) -> None:
        with self.lock:
            if len(self.found) >= _MOST:
                self.found.clear()
            self.found[key] = kept

    def clear(self) -> None:
        with self.lock:
            self.found.clear()


def kept(
    name: str, filters: FollowUpFilters, count: Callable[[FollowUpFilters], Figure], *, also: Hashable = None
) -> Figure:
    """``count(filters)``, or what it gave within the last minute for the same units, programme and period.

    ``also`` is what else the figure depends on. It must not depend on who asks or in which language, and must
    hold no rows of the session.
    """
    key = (name, filters.unit_ids, filters.programme_id, filters.since, filters.until, also)
    found = _figures().get(key)
    if found is None:
        at, began = clock.now(), time.monotonic()
        figure = count(filters)
        ended = time.monotonic()
        if ended - began < LONG_SECONDS or not current_app.config.get(KEEP, True):
            return figure
        found = _Kept(figure, at, ended + KEPT_SECONDS)
        _figures().put(key, found)
    setattr(g, _OLDEST, min(found.at, g.get(_OLDEST, found.at)))
    return cast(Figure, found.figure)


def as_of() -> datetime:
    """From when the oldest figure of this page is."""
    return cast(datetime, g.get(_OLDEST) or clock.now())


def forget() -> None:
    """Count everything anew: somebody has changed something."""
    _figures().clear()


def _figures() -> _Figures:
    found: _Figures = current_app.extensions.setdefault(_EXTENSION, _Figures())
    return found

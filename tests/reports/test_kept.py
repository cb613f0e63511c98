"""Figures that take long to count are kept for a moment; whoever changes something sees it at once."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from crm.actors import Actor, system_actor
from crm.reports import kept as module
from crm.reports.filters import FollowUpFilters
from crm.reports.kept import as_of, forget, kept

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


def filters(*unit_ids: int, actor: Actor | None = None) -> FollowUpFilters:
    return FollowUpFilters(actor or system_actor("test"), frozenset(unit_ids), SINCE, UNTIL)


@pytest.fixture
def count(core_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[FollowUpFilters], int]:
    """Counts how often it was asked, and takes as long as is long enough to be kept."""
    core_app.config[module.KEEP] = True
    monkeypatch.setattr(module, "LONG_SECONDS", 0.001)
    asked: list[int] = []

    def counting(_filters: FollowUpFilters) -> int:
        time.sleep(0.002)
        asked.append(1)
        return len(asked)

    return counting


def test_what_takes_long_is_kept_for_the_same_report(core_app: Flask, count: Callable[..., int]) -> None:
    with core_app.app_context():
        assert [kept("x", filters(1), count), kept("x", filters(1), count)] == [1, 1]
        assert kept("x", filters(1, 2), count) == 2
        assert kept("y", filters(1), count) == 3
        assert kept("x", filters(1), count, also="other") == 4


def test_what_is_quick_is_counted_anew(
    core_app: Flask, count: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONG_SECONDS", 10.0)
    with core_app.app_context():
        assert [kept("x", filters(1), count), kept("x", filters(1), count)] == [1, 2]


def test_after_its_time_it_is_counted_anew(
    core_app: Flask, count: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
    with core_app.app_context():
        assert [kept("x", filters(1), count), kept("x", filters(1), count)] == [1, 2]


def test_a_change_makes_it_forget(core_app: Flask, count: Callable[..., int]) -> None:
    with core_app.app_context():
        assert kept("x", filters(1), count) == 1
        forget()
        assert kept("x", filters(1), count) == 2


def test_the_page_says_as_of_when_its_oldest_figure_is(core_app: Flask, count: Callable[..., int]) -> None:
    with core_app.app_context():
        kept("x", filters(1), count)
        counted = as_of()
    time.sleep(0.01)
    with core_app.app_context():
        kept("x", filters(1), count)
        assert as_of() == counted
    with core_app.app_context():
        assert as_of() > counted

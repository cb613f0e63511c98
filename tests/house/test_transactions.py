"""transaction() is outermost, commits once, and runs what waited for the commit after it."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from crm.accounts.models import Unit
from crm.db import after_commit, current_session, reading_apart, savepoint, transaction


@pytest.fixture(autouse=True)
def _inside(core_app: Flask) -> Iterator[None]:
    with core_app.app_context():
        yield


def _units() -> int:
    return current_session().scalar(select(func.count()).select_from(Unit)) or 0


def test_a_transaction_commits() -> None:
    with transaction() as session:
        session.add(Unit(name="A", modules=[]))
    assert _units() == 1


def test_an_exception_rolls_everything_back_and_drops_the_waiting_calls() -> None:
    called: list[str] = []
    with pytest.raises(ValueError), transaction() as session:
        session.add(Unit(name="A", modules=[]))
        after_commit(lambda: called.append("x"))
        raise ValueError
    assert (_units(), called) == (0, [])


def test_what_waits_runs_after_the_commit_and_may_open_a_transaction() -> None:
    seen: list[int] = []

    def look() -> None:
        with transaction():
            seen.append(_units())

    with transaction() as session:
        session.add(Unit(name="A", modules=[]))
        after_commit(look)
        assert seen == []
    assert seen == [1]


def test_a_rolled_back_savepoint_drops_its_own_rows_and_calls_only() -> None:
    called: list[str] = []
    with transaction() as session:
        session.add(Unit(name="kept", modules=[]))
        after_commit(lambda: called.append("outer"))
        with pytest.raises(ValueError), savepoint():
            session.add(Unit(name="lost", modules=[]))
            after_commit(lambda: called.append("inner"))
            raise ValueError
    assert (_units(), called) == (1, ["outer"])


def test_a_released_savepoint_does_not_run_what_waits() -> None:
    called: list[str] = []
    with transaction() as session:
        with savepoint():
            session.add(Unit(name="A", modules=[]))
            after_commit(lambda: called.append("x"))
        assert called == []
    assert called == ["x"]


def test_a_transaction_inside_another_is_refused() -> None:
    with transaction(), pytest.raises(RuntimeError, match="outermost"), transaction():
        pass


def test_a_read_before_the_transaction_does_not_block_its_write() -> None:
    assert _units() == 0
    with transaction() as session:
        session.add(Unit(name="A", modules=[]))
    assert _units() == 1


@pytest.mark.parametrize("inside", [False, True])
def test_what_reads_apart_and_fails_takes_with_it_only_what_it_left_behind(inside: bool) -> None:
    with transaction() if inside else nullcontext():
        before = Unit(name="before", modules=[])
        if inside:
            current_session().add(before)
        with pytest.raises(OperationalError), reading_apart():
            current_session().add(Unit(name="left behind", modules=[]))
            current_session().execute(text("SELECT nothing FROM nowhere"))
        assert _units() == int(inside)
    assert _units() == int(inside)


def test_reading_apart_that_succeeds_changes_nothing() -> None:
    with transaction() as session:
        session.add(Unit(name="A", modules=[]))
        with reading_apart():
            assert _units() == 1
    assert _units() == 1

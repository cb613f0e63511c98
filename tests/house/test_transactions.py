"""transaction() is outermost, commits once, and runs what waited for the commit after it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.accounts.models import Unit
from crm.db import after_commit, current_session, savepoint, transaction


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

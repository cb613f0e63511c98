"""Periodic jobs: heartbeats, leases, the dispatcher of the embedded mode, and health that turns red on silence."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from crm import clock
from crm.db import transaction
from crm.extension_points import Feature, PeriodicJob
from crm.jobs.dispatcher import Dispatcher
from crm.jobs.health import report
from crm.jobs.heartbeats import expect_heartbeats
from crm.jobs.leases import hold, release
from crm.jobs.runner import run_job
from crm.jobs.wake import wake
from crm.registry import EXTENSION, Registry

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _job(app: Flask, key: str, runs: list[str], *, fails: bool = False) -> None:
    def run() -> str:
        runs.append(key)
        if fails:
            raise RuntimeError("broken")
        return f"{len(runs)} runs"

    registry: Registry = app.extensions[EXTENSION]
    registry.jobs.clear()
    registry.add(Feature("t", periodic_jobs=[PeriodicJob(key, timedelta(minutes=5), run, timedelta(minutes=20))]))
    with app.app_context():
        expect_heartbeats(registry)


def test_health_turns_red_when_a_job_is_silent_and_green_when_it_runs_again(core_app: Flask) -> None:
    client = core_app.test_client()
    with clock.travelling(NOON) as jump:
        _job(core_app, "t.a", [])
        assert client.get("/health").status_code == 200
        jump(NOON + timedelta(minutes=21))
        answer = client.get("/health")
        assert answer.status_code == 503
        assert answer.get_json()["heartbeats"]["t.a"] == {
            "age_seconds": 21 * 60,
            "late_after_seconds": 20 * 60,
            "late": True,
        }
        run_job(core_app, "t.a")
        assert client.get("/health").get_json()["status"] == "ok"


def test_a_job_that_nobody_ever_announced_counts_as_late(core_app: Flask) -> None:
    registry: Registry = core_app.extensions[EXTENSION]
    registry.jobs.clear()
    registry.add(Feature("t", periodic_jobs=[PeriodicJob("t.x", timedelta(1), lambda: "", timedelta(2))]))
    with core_app.app_context():
        assert report(core_app).late_jobs == ["t.x"]


def test_a_job_that_fails_is_raised_and_leaves_no_sign_of_life(core_app: Flask) -> None:
    runs: list[str] = []
    with clock.travelling(NOON) as jump:
        _job(core_app, "t.a", runs, fails=True)
        jump(NOON + timedelta(hours=1))
        with pytest.raises(RuntimeError, match="broken"):
            run_job(core_app, "t.a")
        with core_app.app_context():
            assert report(core_app).late_jobs == ["t.a"]
    assert runs == ["t.a"]


def test_a_lease_has_one_holder_until_it_ends_or_is_given_back(core_app: Flask) -> None:
    with core_app.app_context(), clock.travelling(NOON) as jump:
        assert hold("x", "a", seconds=60)
        assert not hold("x", "b", seconds=60)
        assert hold("x", "a", seconds=60)
        jump(NOON + timedelta(seconds=61))
        assert hold("x", "b", seconds=60)
        release("x", "a")
        assert not hold("x", "a", seconds=60)
        release("x", "b")
        assert hold("x", "a", seconds=60)


def test_the_dispatcher_runs_a_job_at_its_interval_and_when_woken(core_app: Flask) -> None:
    runs: list[str] = []
    with clock.travelling(NOON) as jump:
        _job(core_app, "t.a", runs)
        dispatcher = Dispatcher(core_app)
        dispatcher.tick()
        dispatcher.tick()
        assert len(runs) == 1
        with core_app.app_context(), transaction():
            wake("t.a")
        dispatcher.tick()
        assert len(runs) == 2
        jump(NOON + timedelta(minutes=5))
        dispatcher.tick()
        assert len(runs) == 3


def test_of_two_dispatchers_only_the_leader_runs_jobs(core_app: Flask) -> None:
    runs: list[str] = []
    with clock.travelling(NOON):
        _job(core_app, "t.a", runs)
        Dispatcher(core_app).tick()
        Dispatcher(core_app).tick()
    assert len(runs) == 1


def test_a_failing_job_does_not_stop_the_dispatcher(core_app: Flask) -> None:
    runs: list[str] = []
    with clock.travelling(NOON) as jump:
        _job(core_app, "t.a", runs, fails=True)
        dispatcher = Dispatcher(core_app)
        dispatcher.tick()
        jump(NOON + timedelta(minutes=5))
        dispatcher.tick()
    assert len(runs) == 2


def test_a_wake_up_of_a_transaction_that_rolls_back_is_dropped(core_app: Flask) -> None:
    runs: list[str] = []
    with clock.travelling(NOON):
        _job(core_app, "t.a", runs)
        dispatcher = Dispatcher(core_app)
        dispatcher.tick()
        with pytest.raises(ValueError), core_app.app_context(), transaction():
            wake("t.a")
            raise ValueError
        dispatcher.tick()
    assert len(runs) == 1

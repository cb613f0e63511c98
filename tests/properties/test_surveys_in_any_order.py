"""Hypothesis plays months of a unit in thousands of orders: nothing is forgotten, doubled or sent to who said no.

BROBYGG_SOAK=1 plays longer and differently each time.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from crm import clock
from crm.messaging import crash_points, resolving, sending
from crm.messaging.models import Channel
from crm.messaging.setup import Messaging
from crm.messaging.transports import Receiver as Asked
from tests.properties.machine import SurveyMachine
from tests.properties.receiver import MemoryLog, MemoryTransport
from tests.properties.stage import Stage

SOAK = os.environ.get("BROBYGG_SOAK") == "1"
PLAY = settings(
    max_examples=2000 if SOAK else 15,
    stateful_step_count=80 if SOAK else 25,
    derandomize=not SOAK,
    deadline=None,
    database=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def stage(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The application with receivers in memory: mail can be asked about, SMS cannot."""
    stage = Stage(app, tmp_path)

    def transport_for(channel: Channel, messaging: Messaging) -> MemoryTransport:
        return MemoryTransport(stage.receiver, channel)

    def receiver_for(channel: Channel, messaging: Messaging) -> Asked | None:
        return MemoryLog(stage.receiver, messaging.timing) if channel is Channel.EMAIL else None

    monkeypatch.setattr(sending, "transport_for", transport_for)
    monkeypatch.setattr(resolving, "receiver_for", receiver_for)
    monkeypatch.setattr(crash_points, "reach", stage.crash_points.reach)
    yield stage
    clock.reset_source()


@pytest.mark.timeout(36_000 if SOAK else 300)
def test_whatever_happens_in_whatever_order_the_promises_hold(stage: Stage) -> None:
    SurveyMachine.stage = stage
    run_state_machine_as_test(SurveyMachine, settings=PLAY)  # type: ignore[no-untyped-call]

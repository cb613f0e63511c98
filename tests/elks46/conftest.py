"""The simulator, a receiver for its callbacks, and a gateway between them."""

from datetime import timedelta

import pytest

from plugins.elks46.gateway import ElksGateway, ElksSettings
from tests.servers.callback_receiver import CallbackReceiver
from tests.servers.elks46 import PASSWORD, USERNAME, ElksSimulator


@pytest.fixture
def simulator(elks_simulator: ElksSimulator) -> ElksSimulator:
    return elks_simulator


@pytest.fixture
def receiver(callback_receiver: CallbackReceiver) -> CallbackReceiver:
    return callback_receiver


@pytest.fixture
def settings(simulator: ElksSimulator, receiver: CallbackReceiver) -> ElksSettings:
    return ElksSettings(
        username=USERNAME,
        password=PASSWORD,
        callback_base=receiver.url,
        callback_secret="hemlig",
        address=simulator.url,
        connect_seconds=2,
        reply_seconds=0.5,
        settle=timedelta(seconds=0),
    )


@pytest.fixture
def gateway(settings: ElksSettings) -> ElksGateway:
    return ElksGateway(settings)

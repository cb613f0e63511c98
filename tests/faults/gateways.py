"""The 46elks gateway with waits that fit a test."""

from dataclasses import replace
from datetime import timedelta

from crm.messaging.setup import Messaging
from plugins.elks46.gateway import ElksGateway, ElksSettings


def shortened(messaging: Messaging, environment: dict[str, str]) -> Messaging:
    """The same messaging, whose gateway trusts the simulator's history after the harness's own settling
    time."""
    if messaging.gateway is None:
        return messaging
    gateway = ElksGateway(
        ElksSettings(
            username=environment["BROBYGG_ELKS46_USERNAME"],
            password=environment["BROBYGG_ELKS46_PASSWORD"],
            address=environment["BROBYGG_ELKS46_API_URL"],
            settle=timedelta(seconds=float(environment["BROBYGG_SETTLE_SECONDS"])),
        )
    )
    return replace(messaging, gateway=gateway)

"""Which events outreach hears of."""

from crm.extension_points import Subscription


def subscriptions() -> tuple[Subscription, ...]:
    """All of them."""
    return ()

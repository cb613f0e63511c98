"""What the page about sending says of 46elks: the addresses that it is to call. For administrators alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, render_template

from crm.actors import Role
from crm.extension_points import Panel
from crm.settings import Settings
from plugins.elks46.configuration import callback_secret, gateway_from


@dataclass(frozen=True)
class Addresses:
    """Where 46elks posts to. ``public`` is whether it can: its servers reach https addresses of other machines."""

    incoming: str
    delivery: str
    public: bool


def addresses_of(settings: Settings) -> Addresses:
    """The addresses of this installation."""
    from plugins.elks46.gateway import callback_address  # with its client for HTTP

    start = callback_address(settings.base_url, callback_secret(settings.environment))
    return Addresses(incoming=f"{start}/incoming", delivery=f"{start}/", public=settings.secure)


def sending_panel(context: Mapping[str, Any]) -> str:
    """The card on the page about sending; nothing where no account of 46elks is set."""
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    if gateway_from(settings.environment) is None:
        return ""
    return render_template("elks46/sending_card.html", addresses=addresses_of(settings))


def panels() -> tuple[Panel, ...]:
    """The one panel."""
    only = frozenset({Role.ADMINISTRATOR})
    return (Panel("sending.cards", "elks46.addresses", sending_panel, order=10, roles=only),)

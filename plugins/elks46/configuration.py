"""The settings of the 46elks gateway, read from the environment."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crm.errors import SettingsError

if TYPE_CHECKING:
    from plugins.elks46.gateway import ElksGateway

SHORTEST_SECRET = 16


def gateway_from(environment: Mapping[str, str]) -> "ElksGateway | None":
    """The gateway, None when no account is set. Raises SettingsError for half a configuration."""
    username, password = _value(environment, "USERNAME"), _value(environment, "PASSWORD")
    if not username and not password:
        return None
    if not username or not password:
        raise SettingsError("BROBYGG_ELKS46_USERNAME and BROBYGG_ELKS46_PASSWORD: both or none")
    from plugins.elks46.gateway import ADDRESS, ElksGateway, ElksSettings  # with its client for HTTP

    address = (_value(environment, "API_URL") or f"{ADDRESS}/a1").rstrip("/").removesuffix("/a1")
    if not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingsError("BROBYGG_ELKS46_API_URL: an address that starts with https://")
    return ElksGateway(
        ElksSettings(
            username=username,
            password=password,
            callback_base=environment.get("BROBYGG_BASE_URL", "").strip().rstrip("/"),
            callback_secret=callback_secret(environment),
            address=address,
        )
    )


def callback_secret(environment: Mapping[str, str]) -> str:
    """What stands in our callback addresses: BROBYGG_ELKS46_CALLBACK_SECRET, else made from the secret key.

    Raises SettingsError for one that can be guessed.
    """
    given = _value(environment, "CALLBACK_SECRET")
    if given:
        if len(given) < SHORTEST_SECRET:
            raise SettingsError(f"BROBYGG_ELKS46_CALLBACK_SECRET: at least {SHORTEST_SECRET} characters")
        return given
    key = environment.get("BROBYGG_SECRET_KEY", "")
    return hmac.new(key.encode(), b"46elks callbacks", hashlib.sha256).hexdigest()[:40] if key else ""


def _value(environment: Mapping[str, str], name: str) -> str:
    return environment.get(f"BROBYGG_ELKS46_{name}", "").strip()

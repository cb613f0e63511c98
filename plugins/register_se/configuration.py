"""The settings of the Swedish register: client id and secret, which Bolagsverket gives out."""

from collections.abc import Mapping

from crm.employers.registers.configuration import address, setting, wanted
from crm.employers.registers.connection import Reach
from crm.errors import SettingsError
from plugins.register_se.client import Bolagsverket, Credentials

LIVE = "https://gw.api.bolagsverket.se/vardefulla-datamangder/v1"
PORTAL = "https://portal.api.bolagsverket.se"
SIMULATED = ("simulator", "simulator-secret")
"""Client id and secret that the simulator takes."""


def register_from(environment: Mapping[str, str]) -> Bolagsverket | None:
    """The client, None when BROBYGG_REGISTERS does not name Sweden. Raises SettingsError, also without a key."""
    way = wanted(environment, "SE")
    if way == "off":
        return None
    client_id, secret = setting(environment, "SE", "CLIENT_ID"), setting(environment, "SE", "CLIENT_SECRET")
    if way == "simulator":
        client_id, secret = SIMULATED
    if not client_id or not secret:
        raise SettingsError("BROBYGG_REGISTER_SE_CLIENT_ID and BROBYGG_REGISTER_SE_CLIENT_SECRET: both are needed")
    return Bolagsverket(
        Reach("Bolagsverket", address(environment, "SE", live=LIVE, simulated=_simulated), per_second=2),
        Reach("Bolagsverket", address(environment, "SE", live=PORTAL, simulated=_simulated, name="PORTAL_URL")),
        Credentials(client_id, secret),
        scheme=setting(environment, "SE", "INDUSTRY_SCHEME", "SNI2007"),
    )


def _simulated() -> str:
    from plugins.register_se.simulator import simulated  # an HTTP server, for the sample installation

    return simulated()

"""The settings of the Finnish register. It is open and needs no key."""

from collections.abc import Mapping

from crm.employers.registers.configuration import address, wanted
from crm.employers.registers.connection import Reach
from plugins.register_fi.client import Prh

LIVE = "https://avoindata.prh.fi/opendata-ytj-api/v3"


def register_from(environment: Mapping[str, str]) -> Prh | None:
    """The client, None when BROBYGG_REGISTERS does not name Finland. Raises SettingsError."""
    if wanted(environment, "FI") == "off":
        return None
    where = address(environment, "FI", live=LIVE, simulated=_simulated)
    return Prh(Reach("PRH", where, per_second=3))


def _simulated() -> str:
    from plugins.register_fi.simulator import simulated  # an HTTP server, for the sample installation

    return simulated()

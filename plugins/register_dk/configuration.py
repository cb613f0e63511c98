"""The settings of the Danish register: user name and password, which Erhvervsstyrelsen gives out."""

from collections.abc import Mapping

from crm.employers.registers.configuration import address, setting, wanted
from crm.employers.registers.connection import Reach
from crm.errors import SettingsError
from plugins.register_dk.client import Cvr

# The register itself offers no encryption.
LIVE = "http://distribution.virk.dk"
SIMULATED = ("simulator", "simulator-secret")
"""User name and password that the simulator takes."""


def register_from(environment: Mapping[str, str]) -> Cvr | None:
    """The client, None when BROBYGG_REGISTERS does not name Denmark. Raises SettingsError, also without a password."""
    way = wanted(environment, "DK")
    if way == "off":
        return None
    account = (setting(environment, "DK", "USERNAME"), setting(environment, "DK", "PASSWORD"))
    if way == "simulator":
        account = SIMULATED
    if not all(account):
        raise SettingsError("BROBYGG_REGISTER_DK_USERNAME and BROBYGG_REGISTER_DK_PASSWORD: both are needed")
    where = address(environment, "DK", live=LIVE, simulated=_simulated)
    return Cvr(Reach("CVR", where), account, scheme=setting(environment, "DK", "INDUSTRY_SCHEME", "DB07"))


def _simulated() -> str:
    from plugins.register_dk.simulator import simulated  # an HTTP server, for the sample installation

    return simulated()

"""The settings of the Norwegian register. It is open and needs no key."""

from collections.abc import Mapping

from crm.employers.registers.configuration import address, setting, wanted
from crm.employers.registers.connection import Reach
from plugins.register_no.client import Enhetsregisteret

LIVE = "https://data.brreg.no/enhetsregisteret/api"


def register_from(environment: Mapping[str, str]) -> Enhetsregisteret | None:
    """The client, None when BROBYGG_REGISTERS does not name Norway. Raises SettingsError."""
    if wanted(environment, "NO") == "off":
        return None
    where = address(environment, "NO", live=LIVE, simulated=_simulated)
    return Enhetsregisteret(
        Reach("Enhetsregisteret", where), scheme=setting(environment, "NO", "INDUSTRY_SCHEME", "SN2007")
    )


def _simulated() -> str:
    from plugins.register_no.simulator import simulated  # an HTTP server, for the sample installation

    return simulated()

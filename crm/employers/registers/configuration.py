"""Which registers an installation wants: BROBYGG_REGISTERS, and the address of each."""

from collections.abc import Callable, Mapping
from typing import Literal

from crm.employers.org_numbers import COUNTRIES
from crm.errors import SettingsError

SIMULATORS = "simulators"
Wanted = Literal["off", "live", "simulator"]


def wanted(environment: Mapping[str, str], country: str) -> Wanted:
    """Whether the register of ``country`` is asked: BROBYGG_REGISTERS lists countries ("NO,SE"), or says
    "simulators", or is empty. Raises SettingsError for anything else."""
    text = environment.get("BROBYGG_REGISTERS", "").strip()
    if text.lower() == SIMULATORS:
        return "simulator"
    named = [each.strip().upper() for each in text.split(",") if each.strip()]
    if set(named) - set(COUNTRIES):
        raise SettingsError(f"BROBYGG_REGISTERS: countries of {', '.join(COUNTRIES)}, or '{SIMULATORS}', not '{text}'")
    return "live" if country in named else "off"


def setting(environment: Mapping[str, str], country: str, name: str, default: str = "") -> str:
    """A setting of one register: BROBYGG_REGISTER_NO_URL, for instance."""
    return environment.get(f"BROBYGG_REGISTER_{country}_{name}", "").strip() or default


def address(
    environment: Mapping[str, str], country: str, *, live: str, simulated: Callable[[], str], name: str = "URL"
) -> str | Callable[[], str]:
    """Where a register is. Raises SettingsError for an address without encryption that is not the register's own."""
    if wanted(environment, country) == "simulator":
        return simulated
    given = setting(environment, country, name, live).rstrip("/")
    if given != live and not given.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingsError(f"BROBYGG_REGISTER_{country}_{name}: an address that starts with https://")
    return given

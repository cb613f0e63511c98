"""Which registers this installation asks, by country: made from what plugins registered, at their first use."""

from collections.abc import Mapping
from typing import cast

from flask import Flask, current_app

from crm.register_points import Register
from crm.registry import current_registry
from crm.settings import Settings

EXTENSION = "brobygg.registers"


def registers() -> Mapping[str, Register]:
    """The registers that are configured, by country."""
    found = current_app.extensions.get(EXTENSION)
    if found is None:
        settings = cast(Settings, current_app.extensions["brobygg.settings"])
        built = (factory.build(settings.environment) for factory in current_registry().registers.values())
        found = current_app.extensions[EXTENSION] = {each.country: each for each in built if each is not None}
    return cast(Mapping[str, Register], found)


def register_of(country: str) -> Register | None:
    """The register of a country, None where none is configured."""
    return registers().get(country)


def register_label(key: str) -> str:
    """What staff call a register."""
    factory = current_registry().registers.get(key)
    return str(factory.label) if factory else key


def bind_registers(app: Flask, found: Mapping[str, Register]) -> None:
    """Use these registers instead of those of the settings."""
    app.extensions[EXTENSION] = dict(found)

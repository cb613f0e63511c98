"""Placeholders in message texts: which there are, and putting values in. Never a format string: staff write these."""

import re
from collections.abc import Mapping

PLACEHOLDERS = (
    "first_name",
    "org",
    "link",
    "deadline",
    "contact_name",
    "contact_phone",
    "switchboard",
    "optout_link",
)
NEEDED = ("link", "optout_link")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with every known placeholder replaced, in one pass. An unknown one stays as it is written."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and is no placeholder, each once."""
    return list(dict.fromkeys(name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS))


def missing_placeholders(text: str) -> list[str]:
    """The placeholders without which a message must not go out."""
    return [name for name in NEEDED if f"{{{name}}}" not in text]

"""What the panels of "employer.running" put at the head of an employer's page: figures, and what is wrong.

They have read it already for themselves, so that the head costs no query.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.employers.wrong import Wrong


@dataclass(frozen=True)
class Figure:
    """How much is running, in words with the number, and where on the page it stands."""

    text: str
    anchor: str


@dataclass
class Head:
    """What is said at the head of the page."""

    figures: list[Figure] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    people: list[Wrong] = field(default_factory=list)
    """For whom somebody must act now if the employer is gone, by name; their page is the anchor."""


def head_of(context: Mapping[str, Any]) -> Head:
    """The head that a panel adds to; one that nobody shows where there is none."""
    found: Head = context.get("head") or Head()
    return found

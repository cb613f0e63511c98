"""What a register says beside what stands here: what is different, and what somebody changed by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.employers.models import Employer
from crm.employers.registers.entries import INDUSTRY, values_of_entry
from crm.register_points import RegisterEntry

GROUPS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "legal_form": ("legal_form",),
    "industry": INDUSTRY,
    "address": ("address", "postcode", "city"),
    "municipality": ("municipality", "municipality_code"),
    "phone": ("phone",),
    "email": ("email",),
    "website": ("website",),
    "employee_count": ("employee_count",),
    "advertising_block": ("advertising_block",),
}
"""Columns that are taken together or not at all."""

BLOCKED_BY_HAND = "advertising_block_by_hand"
"""In what a register said: somebody had written the block down before the register said so."""
_NOTHING = (None, "", False)


@dataclass(frozen=True)
class Difference:
    """A group of columns that is not as the register has it.

    ``by_hand``: what stands here was typed by somebody and did not come from the register. ``other_scheme``: the
    codes are of two schemes, so that nothing can be said of whether the industry is another.
    """

    group: str
    here: Mapping[str, Any]
    there: Mapping[str, Any]
    by_hand: bool
    followed: bool
    """The register has said something of this group before, and what it said stands here unchanged."""
    other_scheme: bool = False


def compare(employer: Employer, before: Mapping[str, Any], entry: RegisterEntry) -> list[Difference]:
    """The groups that are different. ``before``: what the register said last time, empty when it was never asked.

    What the register could not give this time is no difference.
    """
    there = values_of_entry(entry)
    found = (_of_group(employer, before, group, there) for group in GROUPS)
    return [each for each in found if each is not None]


def from_register(employer: Employer, before: Mapping[str, Any]) -> list[str]:
    """The groups whose values came from the register and stand unchanged."""
    return [
        group
        for group, columns in GROUPS.items()
        if any(before.get(name) not in _NOTHING for name in columns) and _unchanged(employer, before, columns)
    ]


def is_blocked_by_hand(employer: Employer, before: Mapping[str, Any]) -> bool:
    """Whether somebody wrote down that an employer wants no advertising; it stays so when a register agrees, and the
    register alone does not lift it."""
    return employer.advertising_block and bool(
        before.get(BLOCKED_BY_HAND) or before.get("advertising_block") is not True
    )


def _of_group(employer: Employer, before: Mapping[str, Any], group: str, there: Mapping[str, Any]) -> Difference | None:
    columns = [name for name in GROUPS[group] if name in there]
    here = {name: getattr(employer, name) for name in columns}
    if all(_same(here[name], there[name]) for name in columns):
        return None
    seen = any(name in before for name in columns)
    unchanged = seen and _unchanged(employer, before, columns)
    if group == "advertising_block" and is_blocked_by_hand(employer, before):
        unchanged = False
    schemes = (here.get("industry_scheme"), there.get("industry_scheme"))
    return Difference(
        group=group,
        here=here,
        there={name: there[name] for name in columns},
        by_hand=not unchanged and any(value not in _NOTHING for value in here.values()),
        followed=unchanged,
        other_scheme=all(schemes) and schemes[0] != schemes[1],
    )


def _unchanged(employer: Employer, before: Mapping[str, Any], columns: list[str] | tuple[str, ...]) -> bool:
    return all(_same(getattr(employer, name), before[name]) for name in columns if name in before)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other or (one in _NOTHING and other in _NOTHING))

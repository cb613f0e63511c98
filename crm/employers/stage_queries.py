"""Reading which stages a unit has, and what a stage asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.accounts.models import Unit
from crm.actors import Role
from crm.db import current_session
from crm.employers.stages import StageSet, meaning_of, shipped, stages_from
from crm.extension_points import StageRequirement, Text
from crm.registry import current_registry


def stages_of(unit_id: int | None) -> StageSet:
    """The stages of a unit: its own, those of the nearest unit above that has some, or the five.

    The unit of who is signed in has been read already; each unit above it costs one query where it has none itself.
    """
    session = current_session()
    while unit_id is not None:
        unit = session.get(Unit, unit_id)
        if unit is None:
            break
        if unit.stages:
            return stages_from(unit.stages)
        unit_id = unit.parent_id
    return shipped()


@dataclass(frozen=True)
class Missing:
    """What a stage asks for and is not there. ``blocks``: the stage cannot be entered without it.

    ``offer``: where it can be made, see crm.extension_points.StageRequirement.
    """

    text: Text
    blocks: bool
    offer: tuple[str, Text, frozenset[Role]] | None = None


def missing_for(relationship_id: int, stage: str) -> Sequence[Missing]:
    """What is missing for a stage, in words; what blocks comes first.

    A requirement names a stage by its code, or one of the five that are shipped: then it holds for every stage that
    means the same. What two of them ask for in the same words is said once.
    """
    found = [
        Missing(text, requirement.blocks, requirement.offer)
        for requirement in current_registry().stage_requirements.values()
        if _holds_for(requirement, stage)
        for text in requirement.check(relationship_id)
    ]
    once = {str(each.text): each for each in sorted(found, key=lambda each: each.blocks)}
    return sorted(once.values(), key=lambda each: not each.blocks)


def _holds_for(requirement: StageRequirement, stage: str) -> bool:
    return requirement.stage in (stage, meaning_of(stage).value)

"""Small numbers: what stays away from who reads figures alone."""

from collections.abc import Sequence

from crm.actors import Actor, Role

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
"""Who may open the rows behind figures. Evaluators read figures alone."""
FEWEST_PERSONS = 5
"""Figures about fewer persons say too much about each of them."""


def is_hidden(actor: Actor, *counts: int) -> bool:
    """Whether a figure stays away from who reads figures alone: one of its counts is of so few persons, or of so few
    employers where somebody works, that those who know the place know who they are."""
    return not actor.has_role(*STAFF) and any(0 < count < FEWEST_PERSONS for count in counts)


def hidden_rows(actor: Actor, counts: Sequence[int]) -> frozenset[int]:
    """The places in a list of counts that stay away from who reads figures alone.

    Where it would be one, the smallest of the others stays away too: the sum below them would tell the one.
    """
    found = {place for place, count in enumerate(counts) if is_hidden(actor, count)}
    others = [place for place, count in enumerate(counts) if count and place not in found]
    if len(found) == 1 and others:
        found.add(min(others, key=lambda place: counts[place]))
    return frozenset(found)

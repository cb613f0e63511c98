"""By whose rights outreach does what nobody does at this moment."""

from crm.accounts.queries import unit_tree_ids
from crm.actors import Actor, ActorKind, Role


def unit_actor(unit_id: int) -> Actor:
    """Somebody who works in the unit and nowhere else: by whose rights the unit writes to employers."""
    return Actor(
        kind=ActorKind.STAFF, label="outreach.unit", unit_id=unit_id, unit_ids=unit_tree_ids(unit_id),
        roles=frozenset({Role.COORDINATOR}),
    )  # fmt: skip

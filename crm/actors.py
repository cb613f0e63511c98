"""Who does something: a member of staff, a respondent or the system itself. Every write and every scope names one."""

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    """What an actor is."""

    STAFF = "staff"
    SYSTEM = "system"
    RESPONDENT = "respondent"


class Role(StrEnum):
    """The roles of staff. An evaluator sees aggregates only."""

    COORDINATOR = "coordinator"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    EVALUATOR = "evaluator"


@dataclass(frozen=True)
class Actor:
    """Who acts, with what the visibility scopes need to know; resolved once for each request.

    ``unit_ids`` is the unit of the person and every unit below it; ``unit_id`` the home unit alone.
    """

    kind: ActorKind
    label: str
    staff_id: int | None = None
    unit_id: int | None = None
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    roles: frozenset[Role] = field(default_factory=frozenset)
    language: str = "en"

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    def has_role(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of ``roles``. The system holds every role."""
        return self.is_system or bool(self.roles.intersection(roles))


def system_actor(label: str) -> Actor:
    """The system itself; ``label`` names the job for the audit log ("surveys.reconcile")."""
    return Actor(kind=ActorKind.SYSTEM, label=label)


def respondent_actor() -> Actor:
    """Somebody who holds a valid personal link. Sees nothing but what the link gives."""
    return Actor(kind=ActorKind.RESPONDENT, label="respondent")

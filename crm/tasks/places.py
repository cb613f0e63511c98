"""Tasks that are settled elsewhere: by writing down what they are about."""

from dataclasses import dataclass

from crm.extension_points import Text
from crm.registry import current_registry
from crm.tasks.models import Task
from crm.tasks.queries import TaskFacts


@dataclass(frozen=True)
class Place:
    """The address where a task is settled, and what the button that leads there says."""

    href: str
    label: Text


def is_settled_elsewhere(task: Task | TaskFacts) -> bool:
    """Whether a tick in the list is not enough."""
    return task.source_ref is not None and task.kind in current_registry().task_places


def task_place(task: Task | TaskFacts) -> Place | None:
    """Where a task is settled; None for one that a tick settles."""
    place = current_registry().task_places.get(task.kind)
    href = place.href(task.source_ref) if place is not None and task.source_ref is not None else None
    return Place(href, place.label) if place is not None and href is not None else None

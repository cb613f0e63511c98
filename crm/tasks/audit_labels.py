"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, null

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from crm.tasks.models import Task

ACTIONS: Mapping[str, Text] = {
    "task_added": _l("Task added"),
    "task_handed_over": _l("Task handed over"),
    "task_taken": _l("Task taken over"),
    "task_given_back": _l("Task given back to the unit"),
    "task_moved": _l("Task moved to another day"),
    "task_completed": _l("Task done"),
    "task_reopened": _l("Task opened again"),
    "task_cancelled": _l("Task cancelled"),
}

SUBJECTS: Mapping[str, Text] = {
    "task": _l("Task"),
}

NAMES: Sequence[AuditName] = (
    AuditName("task", Task, case((Task.participant_id.expression.is_(None), Task.title), else_=null())),
)
"""The titles of tasks that are about no participant: those name them, and reading that is itself written down."""

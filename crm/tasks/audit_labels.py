"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from crm.extension_points import Text

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

"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from crm.programmes.models import Programme

ACTIONS: Mapping[str, Text] = {
    "programme_added": _l("Programme added"),
    "programme_changed": _l("Programme changed"),
    "programme_archived": _l("Programme archived"),
    "programme_restored": _l("Programme taken out of the archive"),
    "target_set": _l("Target set"),
    "programme_closed": _l("Project closed"),
    "programme_reopened": _l("Project opened again"),
    "grant_set": _l("Grant of a year written down"),
    "partner_added": _l("Partner added to a project"),
    "partner_changed": _l("Partner of a project changed"),
    "partner_removed": _l("Partner of a project removed"),
    "milestone_added": _l("Milestone added"),
    "milestone_done": _l("Milestone reached"),
    "milestone_reopened": _l("Milestone open again"),
    "milestone_removed": _l("Milestone removed"),
    "goal_added": _l("Goal in words added"),
    "goal_changed": _l("Goal in words changed"),
}

SUBJECTS: Mapping[str, Text] = {
    "programme": _l("Programme"),
}

NAMES: Sequence[AuditName] = (
    AuditName("programme", Programme, Programme.name, Programme.public_id, "programmes.edit"),
)

FIELDS: Mapping[str, Text] = {
    "partner_id": _l("Partner"),
    "milestone_id": _l("Milestone"),
    "goal_id": _l("Goal"),
    "key": _l("Figure"),
}
"""What the details of its lines are called, and the fields that they name."""

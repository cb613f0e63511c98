"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from crm.cooperation.models import CooperationGroup
from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "appearance_added": _l("Talk or article written down"),
    "appearance_changed": _l("Talk or article changed"),
    "appearance_removed": _l("Talk or article removed"),
    "appearance_restored": _l("Talk or article brought back"),
    "appearances_exported": _l("Talks and press taken as a file"),
    "group_added": _l("Group added"),
    "group_changed": _l("Group changed"),
    "group_ended": _l("Group ended"),
    "group_resumed": _l("Group goes on"),
    "group_member_added": _l("Member of a group added"),
    "group_member_changed": _l("Member of a group changed"),
    "group_meeting_added": _l("Meeting of a group planned"),
    "group_meeting_recorded": _l("Attendance at a meeting written down"),
    "group_meeting_removed": _l("Meeting of a group removed"),
    "group_absence_followed_up": _l("Absence from a group followed up"),
    "group_exported": _l("Attendance of a group taken as a file"),
}

SUBJECTS: Mapping[str, Text] = {
    "appearance": _l("Talk or article"),
    "cooperation_group": _l("Group"),
}

NAMES: Sequence[AuditName] = (
    AuditName("cooperation_group", CooperationGroup, CooperationGroup.name, CooperationGroup.public_id, "groups.show"),
)

FIELDS: Mapping[str, Text] = {
    "member_id": _l("Member"),
    "meeting_id": _l("Meeting"),
}
"""What the details of its lines are called, and the fields that they name."""

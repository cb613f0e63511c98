"""What the audit log calls the actions of outreach and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.calendars import wiring as calendars
from outreach.calling import wiring as calling
from outreach.events import audit_labels as events
from outreach.matching import audit_labels as matching
from outreach.materials import wiring as materials
from outreach.scripts import audit_labels as scripts
from outreach.visits import audit_labels as visits

ACTIONS: Mapping[str, Text] = {
    **scripts.ACTIONS,
    **visits.ACTIONS,
    **calendars.ACTIONS,
    **events.ACTIONS,
    **matching.ACTIONS,
    **calling.ACTIONS,
    "call_list.built": _l("Call list made"),
    "call_list.changed": _l("Call list changed"),
    "call_list.closed": _l("Call list closed"),
    "call_list.reopened": _l("Call list opened again"),
    "call_list.exported": _l("Call list taken as a file"),
    "campaign.exported": _l("Results of call lists taken as a file"),
    "call_entry.added": _l("Employer added to a call list"),
    "call_entry.taken": _l("Next one of a call list taken"),
    "call_entry.given_back": _l("Given back to a call list"),
    "call_entry.finished": _l("Call of a list finished"),
    "call_entry.left_out": _l("Left out of a call list"),
    "call_entry.put_back": _l("Put back on a call list"),
    "call_entry.put_back_undone": _l("Putting back on a call list undone"),
    "call_entry.moved": _l("Place on a call list changed"),
    **materials.ACTIONS,
}

SUBJECTS: Mapping[str, Text] = {
    **scripts.SUBJECTS,
    **visits.SUBJECTS,
    **calling.SUBJECTS,
    **events.SUBJECTS,
    **matching.SUBJECTS,
    "call_list": _l("Call list"),
    "call_entry": _l("Entry of a call list"),
}

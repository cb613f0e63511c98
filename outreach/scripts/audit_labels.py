"""What the audit log calls what is done with call scripts."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.scripts.models import CallScript

ACTIONS: Mapping[str, Text] = {
    "call_script.added": _l("Call script added"),
    "call_script.installed": _l("Shipped call script added"),
    "call_script.imported": _l("Call script imported"),
    "call_script.exported": _l("Call script exported"),
    "call_script.archived": _l("Call script archived"),
    "call_script.restored": _l("Call script restored"),
    "call_script.moved": _l("Call script given to another unit"),
    "call_script.published": _l("Call script published"),
    "call_script.draft_begun": _l("Draft of a call script begun"),
    "call_script.draft_changed": _l("Draft of a call script changed"),
    "call_script.draft_undone": _l("Change of a call script taken back"),
    "call_script.draft_discarded": _l("Draft of a call script thrown away"),
    "call_script.draft_restored": _l("Draft of a call script taken back"),
}

SUBJECTS: Mapping[str, Text] = {"call_script": _l("Call script")}

NAMES: Sequence[AuditName] = (
    AuditName("call_script", CallScript, CallScript.titles, CallScript.public_id, "call_scripts.show"),
)

FIELDS: Mapping[str, Text] = {"version": _l("Version"), "part": _l("Part")}
"""What the details of its lines are called."""

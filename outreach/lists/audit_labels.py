"""What the audit log calls call lists and the details of its lines about them."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.lists.models import CallList

NAMES: Sequence[AuditName] = (AuditName("call_list", CallList, CallList.name, CallList.public_id, "call_lists.show"),)
FIELDS: Mapping[str, Text] = {"call_list_id": _l("Call list")}
"""What the details of its lines are called."""

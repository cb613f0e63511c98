"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.inquiries.models import Inquiry
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "inquiry.received": _l("Inquiry received"),
    "inquiry.changed": _l("Inquiry changed"),
    "inquiry.answered": _l("Inquiry answered"),
    "inquiry.answer_taken_back": _l("Answer to an inquiry taken back"),
    "inquiry.taken": _l("Inquiry taken over"),
    "inquiry.closed": _l("Inquiry closed"),
    "inquiry.reopened": _l("Inquiry opened again"),
    "inquiry.removed": _l("Inquiry removed"),
    "inquiry.restored": _l("Inquiry brought back"),
    "inquiry.person_added": _l("Person added to an inquiry"),
    "inquiry.person_removed": _l("Person taken out of an inquiry"),
    "inquiry.outcome_set": _l("Outcome of an inquiry set"),
    "inquiries.exported": _l("Inquiries exported"),
}

SUBJECTS: Mapping[str, Text] = {"inquiry": _l("Inquiry")}

NAMES: Sequence[AuditName] = (AuditName("inquiry", Inquiry, address=Inquiry.public_id, endpoint="inquiries.show"),)

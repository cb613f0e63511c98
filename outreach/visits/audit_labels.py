"""What the audit log calls the actions of visits."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.visits.models import Visit

ACTIONS: Mapping[str, Text] = {
    "visit_booked": _l("Visit booked"),
    "visit_changed": _l("Visit changed"),
    "visit_cancelled": _l("Visit cancelled"),
    "visit_restored": _l("Visit planned again"),
    "visit_logged": _l("Visit logged"),
    "visit_opened_again": _l("Logging of a visit taken back"),
    "visit_report_received": _l("Visit received from a telephone"),
    "visit_report_kept": _l("What was written about a visit is kept to be looked at"),
    "visit_report_settled": _l("What was kept about a visit is saved"),
    "visit_report_discarded": _l("What was kept about a visit is discarded"),
    "visit_report_given_up": _l("What was kept about a visit for too long is deleted"),
    "visit_report_taken_back": _l("What was discarded about a visit is kept again"),
    "visit_device_added": _l("Device added that keeps visits"),
    "visit_device_cut_off": _l("Device cut off"),
}
SUBJECTS: Mapping[str, Text] = {"outreach_visit": _l("Visit")}
NAMES: Sequence[AuditName] = (
    AuditName("outreach_visit", Visit, address=Visit.public_id, endpoint="outreach_visits.show"),
)
FIELDS: Mapping[str, Text] = {"report_id": _l("Report of a visit"), "device_id": _l("Device")}

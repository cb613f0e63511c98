"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "placement_started": _l("Placement started"),
    "placement_changed": _l("Placement changed"),
    "placement_ended": _l("Placement ended"),
    "placement_begun": _l("Placement begun"),
    "placement_end_taken_back": _l("End of the placement taken back"),
    "placement_clarified": _l("Expectations of a placement written down"),
    "placement_meeting_held": _l("Meeting before a placement written down"),
    "placement_follow_up_planned": _l("Follow-up of a placement planned"),
    "placement_instruction_saved": _l("Work instruction written"),
    "placement_instruction_approved": _l("Work instruction approved"),
    "placement_check_in_saved": _l("Check-in written down"),
    "placement_evaluated": _l("Placement evaluated"),
    "placement_closed": _l("Placement closed"),
    "placement_certified": _l("Certificate made"),
    "placement_rules_saved": _l("Rules for placements changed"),
    "placement_alert_raised": _l("Put on the act-now list"),
    "placement_alert_dropped": _l("Taken off the act-now list: it was a mistake"),
    "placement_alert_dealt_with": _l("Taken off the act-now list"),
    "placement_alert_reopened": _l("Put back on the act-now list"),
    "sharing_consent_recorded": _l("Consent to tell an employer written down"),
    "shared_with_employer": _l("Told an employer about a participant"),
    "caseworker_saved": _l("Caseworker changed"),
    "adapted_posts_counted": _l("Adapted posts counted"),
    "placements_exported": _l("List of placements downloaded"),
    "chains_exported": _l("Figures of chains downloaded"),
    "occupation_saved": _l("Occupation saved"),
}

SUBJECTS: Mapping[str, Text] = {
    "occupation": _l("Occupation"),
}

FIELDS: Mapping[str, Text] = {
    "placement_id": _l("Placement"),
    "items": _l("Items"),
}
"""What the details of its lines are called, and the fields that they name."""

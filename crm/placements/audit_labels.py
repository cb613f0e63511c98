"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from crm.extension_points import Text

ACTIONS: Mapping[str, Text] = {
    "placement_started": _l("Placement started"),
    "placement_changed": _l("Placement changed"),
    "placement_ended": _l("Placement ended"),
}

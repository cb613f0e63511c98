"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from crm.extension_points import Text

ACTIONS: Mapping[str, Text] = {
    "programme_added": _l("Programme added"),
    "programme_changed": _l("Programme changed"),
    "programme_archived": _l("Programme archived"),
    "programme_restored": _l("Programme taken out of the archive"),
    "target_set": _l("Target set"),
}

SUBJECTS: Mapping[str, Text] = {
    "programme": _l("Programme"),
}

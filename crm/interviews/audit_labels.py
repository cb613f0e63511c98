"""What the audit log calls the actions of this feature."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from crm.extension_points import Text

ACTIONS: Mapping[str, Text] = {
    "interview_added": _l("Interview of an employer written down"),
    "interview_changed": _l("Interview of an employer changed"),
    "interviews_exported": _l("List of interviews downloaded"),
}

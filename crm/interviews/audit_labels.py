"""What the audit log calls the actions of this feature."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "interview_added": _l("Interview of an employer written down"),
    "interview_changed": _l("Interview of an employer changed"),
    "interviews_exported": _l("List of interviews downloaded"),
}

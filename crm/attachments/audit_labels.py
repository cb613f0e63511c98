"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "attachment.added": _l("File added"),
    "attachment.removed": _l("File removed"),
    "attachment.restored": _l("File brought back"),
    "attachment.downloaded": _l("File downloaded"),
    "attachment.deleted": _l("File deleted for good"),
}

SUBJECTS: Mapping[str, Text] = {"attachment": _l("File")}

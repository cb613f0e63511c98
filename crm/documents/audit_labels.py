"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "document.added": _l("Template added"),
    "document.changed": _l("Template changed"),
    "document.archived": _l("Template archived"),
    "document.restored": _l("Template taken out of the archive"),
    "document.installed": _l("Shipped templates brought in"),
    "document.exported": _l("Templates exported"),
    "document.imported": _l("Templates imported"),
    "document.given": _l("Information sheet given"),
}

SUBJECTS: Mapping[str, Text] = {"document": _l("Template")}

"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "coverage_target_added": _l("Coverage target added"),
    "coverage_target_changed": _l("Coverage target changed"),
    "coverage_target_archived": _l("Coverage target archived"),
    "coverage_target_restored": _l("Coverage target taken out of the archive"),
    "region_codes_brought_in": _l("Code list of municipalities brought in"),
    "coverage_exported": _l("Coverage taken as a file"),
}

SUBJECTS: Mapping[str, Text] = {
    "coverage_target": _l("Coverage target"),
    "region_code": _l("Code list"),
}

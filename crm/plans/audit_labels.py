"""What the audit log calls the actions of this feature."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "profile_saved": _l("Wishes and skills written down"),
    "plan_paper_saved": _l("Plan or competence card revised"),
}

"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "workplaces.counted": _l("Number of workplaces entered"),
    "workplaces.removed": _l("Number of workplaces removed"),
    "coordinator_figures.agreed": _l("Agreement of staff to figures about coordinators recorded"),
    "coordinator_figures.ended": _l("Agreement of staff to figures about coordinators ended"),
    "week.reviewed": _l("Week of a coordinator reviewed"),
    "measures.exported": _l("Measures exported"),
}

SUBJECTS: Mapping[str, Text] = {
    "workplace_count": _l("Number of workplaces"),
    "measures": _l("Measures"),
}

"""What of campaigns an administrator switches on for a unit."""

from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

BY_CALLER = Module(
    key="calls_by_caller",
    label=_l("Results of call lists by caller"),
    description=_l("Shown to managers where the unit has recorded that staff agreed. Everybody sees their own."),
)

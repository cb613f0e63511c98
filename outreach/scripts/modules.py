"""What of calls to employers an administrator switches on for a unit: scripts, lists and the calls themselves."""

from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

CALLS = Module(
    key="calls",
    label=_l("Calls to employers"),
    description=_l("Call scripts, call lists, and a page that leads through each call."),
)

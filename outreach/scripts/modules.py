"""What of calls to employers an administrator switches on for a unit: scripts, lists and the calls themselves."""

from flask_babel import lazy_gettext as _l

from crm.extension_points import Module

CALLS = Module(
    key="calls",
    label=_l("Calls to employers"),
    description=_l("Call scripts, call lists, and a page that leads through each call."),
)

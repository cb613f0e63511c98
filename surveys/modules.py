"""What of surveys an administrator switches on or off for a unit."""

from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

CALLS = Module(
    key="surveys.calls",
    label=_l("Calls for surveys"),
    description=_l("A list of people who have not answered, and the survey to fill in with them on the phone."),
    default_on=True,
)

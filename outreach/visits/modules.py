"""What of visits an administrator switches on or off for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

VISITS = Module(
    key="visits",
    label=_l("Visits"),
    description=_l("Visits that were agreed, logged on the telephone, also without a network."),
    default_on=True,
)


def only_where_it_is_on() -> None:
    """A unit without the module has no such pages."""
    if not module_on(VISITS.key):
        raise NotFound

"""What of events an administrator switches on for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

EVENTS = Module(
    key="events",
    label=_l("Events"),
    description=_l("Invitations with a reply link, a waiting list, who came, and what follows."),
)


def only_with_events() -> None:
    """A unit without the module has no such pages."""
    if not module_on(EVENTS.key):
        raise NotFound

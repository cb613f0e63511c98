"""What of partnerships an administrator switches on for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

PARTNERSHIPS = Module(
    key="partnerships",
    label=_l("CSR partnerships"),
    description=_l("What employers have promised, against what came of it; testimonials."),
)


def only_where_it_is_on() -> None:
    """A unit without the module has no such pages."""
    if not module_on(PARTNERSHIPS.key):
        raise NotFound

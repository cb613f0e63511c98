"""What of plans an administrator switches on for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

PLANS = Module(
    key="plans",
    label=_l("Plans and competence cards"),
    description=_l("Wishes and skills of participants, individual plans and competence cards, employers that may fit."),
)


def only_where_it_is_on() -> None:
    """A unit without the module has no such pages."""
    if not module_on(PLANS.key):
        raise NotFound

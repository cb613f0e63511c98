"""What of matching an administrator switches on for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

MATCHING = Module(
    key="matching",
    label=_l("Matching"),
    description=_l("Mentors and employers with a profile each, from which participants choose; what became of it."),
)


def only_where_it_is_on() -> None:
    """A unit without the module has no such pages."""
    if not module_on(MATCHING.key):
        raise NotFound

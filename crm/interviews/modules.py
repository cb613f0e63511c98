"""What of interviews an administrator switches on for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

INTERVIEWS = Module(
    key="interviews",
    label=_l("Interviews of employers"),
    description=_l("A guide for talks with employers, with answers that can be counted over all employers."),
)


def only_where_it_is_on() -> None:
    """A unit without the module has no such pages."""
    if not module_on(INTERVIEWS.key):
        raise NotFound

"""What of coverage an administrator switches on for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

COVERAGE = Module(
    key="coverage",
    label=_l("Coverage of regions"),
    description=_l("Targets over counties or municipalities: where we have employers, and where nobody yet."),
)


def only_where_it_is_on() -> None:
    """A unit without the module has no such pages."""
    if not module_on(COVERAGE.key):
        raise NotFound

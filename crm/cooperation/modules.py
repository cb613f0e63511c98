"""What of this feature an administrator switches on for a unit."""

from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from crm.extension_points import Module
from crm.lazy_texts import lazy_gettext as _l

TALKS = Module(
    key="talks",
    label=_l("Talks and press"),
    description=_l("Articles, talks and conferences with their day, place and how many they reached."),
)
GROUPS = Module(
    key="groups",
    label=_l("Groups and meetings"),
    description=_l("Steering and reference groups: members, meetings, who came, and following up those who did not."),
)


def only_with_talks() -> None:
    """A unit without the module has no such pages."""
    if not module_on(TALKS.key):
        raise NotFound


def only_with_groups() -> None:
    """A unit without the module has no such pages."""
    if not module_on(GROUPS.key):
        raise NotFound

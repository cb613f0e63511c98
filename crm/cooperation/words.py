"""Kinds of appearances and of groups, in words."""

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

KINDS: dict[str, Text] = {
    "talk": _l("Talk"),
    "press": _l("Article or interview"),
    "conference": _l("Conference"),
}
GROUP_KINDS: dict[str, Text] = {
    "steering": _l("Steering group"),
    "employers": _l("Reference group of employers"),
    "participants": _l("Reference group of participants"),
    "other": _l("Other group"),
}

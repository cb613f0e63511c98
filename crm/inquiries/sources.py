"""Where inquiries come from, in groups; what counts as a result; what is a label and what tells who somebody is."""

import re
from collections.abc import Iterator

from crm.extension_points import Text
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l

NOT_STATED = "unknown"
EMPLOYER = "employer_inbound"
REACHED = ("ordinary_work", "placement", "summer_job")
"""Outcomes that are work or a place."""

GROUPS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "authority": (
        _l("Authority"),
        (
            "qualification_programme", "youth_unit", "introduction_programme", "assessment_unit", "social_office",
            "employment_service", "front_desk",
        ),
    ),
    "district": (
        _l("District services"),
        ("child_welfare", "outreach_team", "emergency_contact", "school", "health_service"),
    ),
    "self": (_l("The person"), ("self",)),
    "employer": (_l("Employer"), (EMPLOYER,)),
    "other": (_l("Other"), ("other",)),
    "not_stated": (_l("Not stated"), (NOT_STATED,)),
}  # fmt: skip
_TELLS_WHO = re.compile(r"@|(?:\d[\s.-]?){6,}")


def group_of(source: str) -> str:
    """The group of a source; what the list does not know is "other"."""
    return next((key for key, (_label, codes) in GROUPS.items() if source in codes), "other")


def grouped_sources(language: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Groups with their sources, code and label, for a field; the last one is "not stated"."""
    for label, codes in GROUPS.values():
        yield str(label), [(code, picklists.label("inquiry_source", code, language)) for code in codes]


def tells_who(text: str) -> bool:
    """Whether a label has a telephone number, an identity number or an address in it."""
    return bool(_TELLS_WHO.search(text))

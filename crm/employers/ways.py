"""Values that a unit notes about how an employer wants to be met, and why it is approached all the same."""

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

BASES: dict[str, Text] = {
    "cooperation": _l("We work together already"),
    "legal_task": _l("A task that the law gives us"),
    "own_inquiry": _l("They asked us"),
}
"""Why an employer with an advertising block may be approached; it is written down with the contact."""
BASES_WHEN_BLOCKED = frozenset({"legal_task", "own_inquiry"})
"""The only ones that hold when they have said that they want no contact at all."""
NEEDS_REASON = _l("Block against advertising: approach them only with a reason that holds")
"""What is said where somebody is not offered to call or mail; the way on is writing down a contact, with its reason."""

OPENS_NUMBER = _l("An agreement, a placement or an inquiry that waits for an answer opens their number")
WRONG_BLOCK = _l("Is the block wrong? Take it away")
"""Beside the block: which reasons Brobygg sees for itself, and the way to take a wrong one off."""

INFORMATION: dict[str, Text] = {
    "case_based": _l("Only about somebody in particular"),
    "general": _l("General information too"),
    "none": _l("No information"),
}
GENERAL = "general"
"""General mail goes only to those who want it."""

BAD = "bad"
UNHAPPY = frozenset({BAD, "mixed"})
REASONS: dict[str, Text] = {
    "not_reached": _l("Nobody could be reached"),
    "no_show": _l("Somebody did not come"),
    "poor_match": _l("The person and the job did not fit"),
    "too_little_help": _l("Too little help from us"),
    "paperwork": _l("Too much paperwork"),
    "money": _l("Money that came late or not at all"),
    "other": _l("Something else"),
}
"""Why an experience was bad or mixed. Never the person's health."""

WAYS: dict[str, Text] = {
    "phone": _l("Call"),
    "sms": _l("Text message"),
    "email": _l("E-mail"),
    "visit": _l("Visit"),
    "letter": _l("Letter"),
}
"""How a contact person likes to be reached."""

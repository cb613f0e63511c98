"""The guide: what an employer is asked, and the codes into which answers are put so that they can be counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from crm.extension_points import Text

_YES_PARTLY_NO: Mapping[str, Text] = {"yes": _l("Yes"), "partly": _l("Partly"), "no": _l("No")}


@dataclass(frozen=True)
class Topic:
    """A topic of the guide. ``counts``: the codes that the summary counts under ``headline``."""

    key: str
    label: Text
    question: Text
    codes: Mapping[str, Text]
    headline: Text
    counts: frozenset[str]


GUIDE: Mapping[str, Topic] = {
    topic.key: topic
    for topic in (
        Topic(
            "prior_experience",
            _l("Earlier experience"),
            _l("Have you had people from us or another authority before? How did it go?"),
            {"good": _l("Good"), "mixed": _l("Mixed"), "bad": _l("Bad"), "none": _l("None")},
            _l("Have earlier experience"),
            frozenset({"good", "mixed", "bad"}),
        ),
        Topic(
            "knows_schemes",
            _l("Knowledge of the schemes"),
            _l("Which schemes do you know: practice, wage subsidy, mentor, adaptation?"),
            {"well": _l("Knows them well"), "little": _l("Knows a little"), "none": _l("Knows none")},
            _l("Know the schemes"),
            frozenset({"well"}),
        ),
        Topic(
            "reachable",
            _l("Whether we can be reached"),
            _l("Do you know whom to call, and do you reach somebody?"),
            _YES_PARTLY_NO,
            _l("Reach somebody"),
            frozenset({"yes"}),
        ),
        Topic(
            "follow_up",
            _l("Follow-up"),
            _l("Was the follow-up of the last person what you needed?"),
            {**_YES_PARTLY_NO, "nobody_yet": _l("Nobody yet")},
            _l("Got the follow-up they needed"),
            frozenset({"yes"}),
        ),
        Topic(
            "information",
            _l("Information about the person"),
            _l("What do you want to know about a person before the start?"),
            {"much": _l("As much as possible"), "work": _l("What matters for the work"), "little": _l("Little")},
            _l("Want to know as much as possible"),
            frozenset({"much"}),
        ),
        Topic(
            "would_take",
            _l("Taking somebody"),
            _l("Would you take somebody in the next six months?"),
            {"yes": _l("Yes"), "perhaps": _l("Perhaps"), "no": _l("No")},
            _l("Would take somebody"),
            frozenset({"yes"}),
        ),
    )
}

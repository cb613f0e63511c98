"""The match guide: what a mentor is asked before a match, by theme. A topic keeps its key for good.

Half an hour with everybody who has signed up. Nothing is right or wrong, and themes weigh differently from person to
person: what matters is that the person takes a stand on their own limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext

MINUTES = 30
LONGEST = 2000


@dataclass(frozen=True)
class Topic:
    """A question of the guide, with what may be said to help. ``rows``: how much room the answer gets."""

    key: str
    question: Text
    hint: Text = ""
    rows: int = 2


@dataclass(frozen=True)
class Theme:
    """A part of the talk."""

    key: str
    heading: Text
    topics: Sequence[Topic]


_BACKGROUND = (
    Topic("residence", _l("Where do you live?"), rows=1),
    Topic("work_now", _l("What do you do now: work, studies, pension?"), rows=1),
    Topic("work_before", _l("What have you done the last twenty years?")),
    Topic("trade", _l("What did you learn at first?"), rows=1),
    Topic("leisure", _l("What do you do in your free time?"), rows=3),
)
_MOTIVATION = (
    Topic("why", _l("Why do you want to be a mentor?")),
    Topic(
        "offers", _l("What can you give somebody as a mentor?"), _l("In their own words: it stands in the profile."), 3
    ),
)
_PREFERENCES = (
    Topic("groups", _l("Whom would you like to be matched with, and whom rather not?")),
    Topic("rhythm", _l("How often and when can you meet? How do you get there?")),
)
_SITUATIONS = (
    Topic("no_show", _l("The young person does not come to a meeting, and does not answer. What do you do?")),
    Topic("worry", _l("You are told something that worries you. What do you do?")),
    Topic("wants_more", _l("You are asked for more than you want to give: money, calls at night. What do you say?")),
)
_RESERVATIONS = (Topic("limits", _l("What do we have to respect when we look for a match?"), rows=3),)
THEMES: Sequence[Theme] = (
    Theme("background", _l("Background"), _BACKGROUND),
    Theme("motivation", _l("Motivation"), _MOTIVATION),
    Theme("preferences", _l("Preferences"), _PREFERENCES),
    Theme("situations", _l("How you would handle it"), _SITUATIONS),
    Theme("reservations", lazy_pgettext("match guide", "Reservations"), _RESERVATIONS),
)
"""The guide in the order of a talk. Everything may be left out."""
TOPICS: Mapping[str, Topic] = {topic.key: topic for theme in THEMES for topic in theme.topics}
THEME_KEYS = tuple(theme.key for theme in THEMES)

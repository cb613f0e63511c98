"""Words that the pages of this room share."""

from collections.abc import Mapping
from typing import Any

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from outreach.matching.states import ChosenBy, MatchState, MentorState, OfferState

MENTOR_STATES: Mapping[str, Text] = {
    MentorState.ACTIVE: lazy_pgettext("mentor", "Matched"),
    MentorState.IDLE: lazy_pgettext("mentor", "Waits for a match"),
    MentorState.PAUSED: lazy_pgettext("mentor", "On pause"),
    MentorState.STOPPED: lazy_pgettext("mentor", "Has stopped"),
}
MENTOR_COLORS: Mapping[str, str] = {
    MentorState.ACTIVE: "success",
    MentorState.IDLE: "warning",
    MentorState.PAUSED: "info",
    MentorState.STOPPED: "neutral",
}
PAUSE_REASONS: Mapping[str, Text] = {
    "leave": lazy_pgettext("pause", "Leave"),
    "parental_leave": _l("Parental leave"),
    "work": _l("Work or studies"),
    "travel": _l("Away on a journey"),
    "other": _l("Another reason"),
}
"""Why somebody pauses; an illness is "another reason"."""
OFFER_STATES: Mapping[str, Text] = {
    OfferState.OPEN: lazy_pgettext("offer", "To be chosen"),
    OfferState.CHOSEN: lazy_pgettext("offer", "Chosen"),
    OfferState.DECLINED: lazy_pgettext("offer", "None of them"),
    OfferState.WITHDRAWN: lazy_pgettext("offer", "Withdrawn"),
}
OFFER_COLORS: Mapping[str, str] = {
    OfferState.OPEN: "warning",
    OfferState.CHOSEN: "success",
    OfferState.DECLINED: "neutral",
    OfferState.WITHDRAWN: "neutral",
}
CHOOSERS: Mapping[str, Text] = {
    ChosenBy.PARTICIPANT: _l("The participant"),
    ChosenBy.WITH_HELP: _l("The participant together with somebody"),
    ChosenBy.SOMEBODY_ELSE: _l("Somebody else for the participant"),
}
MATCH_STATES: Mapping[str, Text] = {
    MatchState.MADE: lazy_pgettext("match", "Made"),
    MatchState.RUNNING: lazy_pgettext("match", "Running"),
    MatchState.ENDED: lazy_pgettext("match", "Ended"),
}
MATCH_COLORS: Mapping[str, str] = {
    MatchState.MADE: "info",
    MatchState.RUNNING: "success",
    MatchState.ENDED: "neutral",
}
MOVED_ON = "moved_on"
END_REASONS: Mapping[str, Text] = {
    MOVED_ON: _l("The participant has moved on to work or studies"),
    "agreed_end": _l("They had agreed to end then"),
    "did_not_fit": _l("It was not the right match"),
    "no_time": _l("No time any more"),
    "moved_away": _l("Moved away"),
    "other": _l("Another reason"),
}
"""Why a match ended: coarse on purpose, and nobody is said to have refused."""
COMMITMENTS: Mapping[str, Text] = {
    "meeting": _l("Meet the participant"),
    "learning_meeting": _l("Learning meeting of mentors"),
    "training": _l("Training day"),
    "other": _l("Something else"),
}


def page_words() -> dict[str, Any]:
    """What the templates of this room find by these names."""
    return {
        "mentor_states": MENTOR_STATES,
        "mentor_colors": MENTOR_COLORS,
        "pause_reasons": PAUSE_REASONS,
        "offer_states": OFFER_STATES,
        "offer_colors": OFFER_COLORS,
        "choosers": CHOOSERS,
        "match_states": MATCH_STATES,
        "match_colors": MATCH_COLORS,
        "end_reasons": END_REASONS,
        "commitment_kinds": COMMITMENTS,
    }

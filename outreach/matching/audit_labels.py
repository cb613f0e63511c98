"""What the audit log calls the actions of matching and what they are about."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.matching.models import Mentor

ACTIONS: Mapping[str, Text] = {
    "mentor_added": _l("Mentor taken on"),
    "mentor_changed": _l("Mentor changed"),
    "mentor_paused": _l("Mentor on pause"),
    "mentor_resumed": _l("Mentor back"),
    "mentor_stopped": _l("Mentor has stopped"),
    "mentor_erased": _l("Everything about a mentor deleted"),
    "mentors_exported": _l("Mentors taken as a file"),
    "mentor_note_added": _l("Note on a mentor written"),
    "mentor_note_removed": _l("Note on a mentor removed"),
    "mentor_note_restored": _l("Note on a mentor brought back"),
    "match_interview_kept": _l("Talk with a mentor saved"),
    "match_interview_changed": _l("Talk with a mentor changed"),
    "match_profile_saved": _l("Match profile saved"),
    "match_profile_withdrawn": _l("Match profile withdrawn"),
    "match_profile_agreed_again": _l("Match profile may be shown again"),
    "match_photo_added": _l("Photo of a profile added"),
    "match_photo_removed": _l("Photo of a profile removed"),
    "match_photo_restored": _l("Photo of a profile brought back"),
    "match_offered": _l("Profiles offered"),
    "match_chosen": _l("Profile chosen"),
    "match_offer_closed": _l("Offer closed"),
    "match_offer_withdrawn": _l("Offer withdrawn"),
    "match_offer_reopened": _l("Offer opened again"),
    "match_made": _l("Match made"),
    "match_begun": _l("Match begun"),
    "match_not_begun": _l("Match not begun after all"),
    "match_ended": _l("Match ended"),
    "match_resumed": _l("Match goes on"),
    "matches_exported": _l("Matches taken as a file"),
    "matching_exported": _l("Figures of matching taken as a file"),
    "mentor_promise_added": _l("Promise of a mentor added"),
    "mentor_promise_changed": _l("Promise of a mentor changed"),
    "mentor_promise_kept": _l("Promise of a mentor kept"),
    "mentor_promise_not_kept": _l("Promise of a mentor not kept after all"),
    "mentor_promise_ended": _l("Promise of a mentor ended"),
    "mentor_promise_goes_on": _l("Promise of a mentor holds again"),
}

SUBJECTS: Mapping[str, Text] = {
    "mentor": _l("Mentor"),
    "match_profile": _l("Match profile"),
}

NAMES: Sequence[AuditName] = (
    AuditName("mentor", Mentor, Mentor.name, Mentor.public_id, "outreach_matching.show_mentor"),
)

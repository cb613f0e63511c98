"""What the audit log calls the actions of events and what they are about."""

from collections.abc import Mapping

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.events.models import OutreachEvent

ACTIONS: Mapping[str, Text] = {
    "event_added": _l("Event planned"),
    "event_changed": _l("Event changed"),
    "event_cancelled": _l("Event cancelled"),
    "event_held": _l("Cancelled event held after all"),
    "event_invited": _l("Employers invited to an event"),
    "event_invitation_withdrawn": _l("Invitation to an event withdrawn"),
    "event_invitation_given_back": _l("Withdrawn invitation to an event holds again"),
    "event_invitation_sent_again": _l("Invitation to an event sent again"),
    "event_answered": _l("Invitation to an event answered"),
    "event_place_given": _l("Place at an event given from the waiting list"),
    "event_invitations_refused": _l("Invitations to events refused"),
    "event_invitations_wanted": _l("Invitations to events wanted again"),
    "event_reminded": _l("Reminder of an event planned"),
    "event_attendance_noted": _l("Who came to an event written down"),
    "event_rest_absent": _l("The others did not come to an event"),
    "event_walk_in_added": _l("Guest without an invitation added"),
    "event_walk_in_removed": _l("Guest without an invitation removed"),
    "event_followed_up": _l("Tasks made after an event"),
    "event_follow_up_dropped": _l("Tasks after an event cancelled"),
    "event_offered_as_evidence": _l("Event added as evidence"),
    "events_exported": _l("List of events taken as a file"),
    "event_invitations_exported": _l("Invitations to an event taken as a file"),
}

SUBJECTS: Mapping[str, Text] = {"outreach_event": _l("Event")}

NAMES = (
    AuditName("outreach_event", OutreachEvent, OutreachEvent.title, OutreachEvent.public_id, "outreach_events.show"),
)

FIELDS: Mapping[str, Text] = {
    "invitation_id": _l("Invitation"),
    "answer": _l("Answer"),
    "people": _l("People"),
    "told": _l("Told"),
    "group": _l("Group"),
    "tasks": _l("Tasks"),
    "rows": _l("Rows"),
}

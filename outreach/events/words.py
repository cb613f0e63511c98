"""Words of events, as lists."""

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from outreach.events.models import Answer, MailState

KINDS: dict[str, Text] = {
    "breakfast": _l("Business breakfast"),
    "information": _l("Information meeting"),
    "seminar": _l("Seminar"),
    "arena": _l("Meeting place for exchange"),
    "visit": _l("Study visit"),
    "other": _l("Other event"),
}

ANSWERS: dict[Answer, Text] = {
    Answer.WAITING: _l("No answer yet"),
    Answer.YES: lazy_pgettext("event", "Coming"),
    Answer.QUEUED: _l("On the waiting list"),
    Answer.NO: _l("Cannot come"),
}
ANSWER_COLORS = {Answer.WAITING: "neutral", Answer.YES: "success", Answer.QUEUED: "warning", Answer.NO: "neutral"}

MAIL_STATES: dict[MailState, Text] = {
    MailState.NONE: _l("No mail"),
    MailState.PLANNED: _l("Waits to leave"),
    MailState.SENT: lazy_pgettext("mail", "Sent"),
    MailState.FAILED: _l("Not delivered"),
    MailState.IN_DOUBT: _l("In doubt"),
    MailState.NOT_SENT: lazy_pgettext("mail", "Not sent"),
}

LEFT_OUT: dict[str, Text] = {
    "already": _l("Invited already"),
    "do_not_contact": _l("Do not contact"),
    "advertising_block": _l("Advertising block, and no reason of ours that opens it"),
    "bad_experience": _l("A bad experience: talk to them first"),
    "no_general": _l("They want no general information"),
    "not_asked": _l("Nobody has asked whether they want general information"),
    "opted_out": _l("They want no invitations to events"),
    "person_no_mail": _l("The contact persons want no mail"),
    "no_address": _l("No e-mail address"),
    "bad_address": _l("The address does not work, or wants no mail"),
    "archived": _l("Archived"),
}
"""Why somebody is not invited, in the order in which it is asked."""

MAIL_REASONS: dict[str, Text] = {
    **LEFT_OUT,
    "withdrawn": _l("The invitation was withdrawn"),
    "cancelled": _l("The event was cancelled"),
    "answered": _l("They had answered"),
    "closed": _l("The time to answer was over"),
    "over": _l("The event was over"),
    "begun": _l("The event would have begun before the mail could leave"),
    "person_left": _l("The person has left the employer"),
}

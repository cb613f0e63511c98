"""An event as a calendar file."""

from flask_babel import force_locale
from flask_babel import gettext as _

from outreach.events.links import reply_url
from outreach.events.models import EventInvitation, OutreachEvent
from outreach.ical import Entry, calendar_file


def calendar_of(event: OutreachEvent, invitation: EventInvitation | None = None, *, cancelled: bool = False) -> bytes:
    """The event for somebody's calendar; for one who is invited with their own link. The same file again replaces the
    entry that is there."""
    gone = cancelled or event.cancelled_at is not None
    entry = Entry(
        uid=f"event-{event.public_id}@brobygg",
        summary=event.title,
        begins=event.starts_at,
        ends=event.ends_at,
        place=event.place or event.link,
        text=_text(event, invitation),
        url=event.link,
        sequence=event.notices,
        cancelled=gone,
    )
    return calendar_file([entry], method="CANCEL" if gone else "PUBLISH")


def _text(event: OutreachEvent, invitation: EventInvitation | None) -> str:
    parts = [event.text, event.link]
    if invitation is not None:
        with force_locale(invitation.language):
            parts.append(_("Change your answer: %(link)s", link=reply_url(invitation)))
    return "\n\n".join(filter(None, parts))

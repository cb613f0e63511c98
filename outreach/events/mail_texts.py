"""What mail about events says, in the language of the one who is invited. Title and text are the organiser's own."""

from collections.abc import Callable

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from crm.messaging.addresses import show_phone
from crm.web.filters import show_date
from outreach.events import purposes
from outreach.events.links import reply_url
from outreach.events.models import EventInvitation, OutreachEvent

Letter = tuple[str, list[str]]


def letter(purpose: str, row: EventInvitation) -> tuple[str, str]:
    """Subject and text of one mail."""
    with force_locale(row.language):
        subject, middle = _WRITERS[purpose](row)
        parts = [_greeting(row), *middle, _facts(row.event), *_ending(purpose, row)]
    return subject, "\n\n".join(filter(None, parts))


def when(event: OutreachEvent) -> str:
    """The time of an event in words, in the language in force: day, from when until when, where it is."""
    begins, ends = event.on_wall(event.starts_at), event.on_wall(event.ends_at)
    day = show_date(begins.date(), "full")
    if begins.date() == ends.date():
        return str(_("%(day)s, %(from)s–%(until)s", day=day, **{"from": f"{begins:%H:%M}", "until": f"{ends:%H:%M}"}))
    last = show_date(ends.date(), "full")
    return f"{day} {begins:%H:%M} – {last} {ends:%H:%M}"


def _greeting(row: EventInvitation) -> str:
    return str(_("Hello %(name)s!", name=row.who) if row.who else _("Hello!"))


def _facts(event: OutreachEvent) -> str:
    lines = [event.title, _("When: %(when)s", when=when(event))]
    if event.place:
        lines.append(_("Where: %(where)s", where=event.place))
    if event.link:
        lines.append(_("Take part from afar: %(link)s", link=event.link))
    return "\n".join(lines)


def _ending(purpose: str, row: EventInvitation) -> list[str]:
    event = row.event
    parts: list[str] = []
    if purpose in purposes.ADVERTISING:
        parts.append(_("Answer the invitation: %(link)s", link=reply_url(row)))
        parts.append(_("You need no account, and you can change your answer until %(day)s.", day=last_day(event)))
    elif purpose != purposes.CANCELLATION:
        parts.append(_("See or change your answer: %(link)s", link=reply_url(row)))
    parts.append(_asking(event))
    if purpose in purposes.ADVERTISING:
        no_more = _("No more invitations to events, please")
        parts.append(f"{no_more}: {reply_url(row, 'no-more')}")
    return parts


def last_day(event: OutreachEvent) -> str:
    """The last day to answer, in words."""
    return show_date(event.reply_by or event.day, "long")


def _asking(event: OutreachEvent) -> str:
    owner, unit = event.owner, event.unit
    phone = (owner.phone if owner else None) or unit.phone
    who = f"{owner.name}, {unit.name}" if owner else unit.name
    lines = (
        [_("Questions? Answer this mail or call us: %(phone)s.", phone=show_phone(phone, unit.country))]
        if phone
        else []
    )
    return "\n\n".join([*lines, _("Kind regards,\n%(who)s", who=who)])


def _invitation(row: EventInvitation) -> Letter:
    event = row.event
    unit = event.unit.name
    body = [event.text or _("%(unit)s invites you to %(event)s.", unit=unit, event=event.title)]
    return str(_("Invitation: %(event)s", event=event.title)), body


def _ask_again(row: EventInvitation) -> Letter:
    event = row.event
    body = [_("We have not heard from you yet. Do you want to come? A no helps us too.")]
    return str(_("Can you come? %(event)s", event=event.title)), body


def _confirmation(row: EventInvitation) -> Letter:
    event, places = row.event, row.places
    body = [
        ngettext("You are signed up. Welcome!", "You are signed up with %(num)d people. Welcome!", places),
        _("The calendar file goes with this mail, and a code that you can show at the door."),
    ]
    return str(_("Signed up: %(event)s", event=event.title)), body


def _place(row: EventInvitation) -> Letter:
    event, places = row.event, row.places
    body = [
        ngettext(
            "There is a place for you now. You are off the waiting list.",
            "There is room for the %(num)d of you now. You are off the waiting list.",
            places,
        ),
        _("If you cannot come any more, please say so: others are waiting."),
    ]
    return str(_("You have a place: %(event)s", event=event.title)), body


def _reminder(row: EventInvitation) -> Letter:
    event, places = row.event, row.places
    body = [
        ngettext("We look forward to seeing you.", "We look forward to seeing the %(num)d of you.", places),
        _("If you cannot come any more, please say so: others may be waiting."),
    ]
    return str(_("Soon: %(event)s", event=event.title)), body


def _change(row: EventInvitation) -> Letter:
    event = row.event
    body = [_("Something has changed. This holds now; your answer stays as it is unless you change it.")]
    return str(_("Changed: %(event)s", event=event.title)), body


def _cancellation(row: EventInvitation) -> Letter:
    event = row.event
    because = [event.cancelled_because] if event.cancelled_because else []
    body = [_("Unfortunately the event is cancelled."), *because, _("You need to do nothing.")]
    return str(_("Cancelled: %(event)s", event=event.title)), body


_WRITERS: dict[str, Callable[[EventInvitation], Letter]] = {
    purposes.INVITATION: _invitation,
    purposes.ASK_AGAIN: _ask_again,
    purposes.CONFIRMATION: _confirmation,
    purposes.PLACE: _place,
    purposes.REMINDER: _reminder,
    purposes.CHANGE: _change,
    purposes.CANCELLATION: _cancellation,
}

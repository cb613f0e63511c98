"""Mail about events as the outbox asks for it: may it go, what does it say, what became of it.

``check`` and ``render`` look at the facts of the moment, so that a block, an answer or a new place reaches mail that
already waits. Everything that the messages of one claim need is read at once.
"""

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction_memo
from crm.employers.approach import closed_to
from crm.employers.models import Employer, Position
from crm.extension_points import MailFile, MessagePurpose, Rendered
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.addresses import address_hash
from crm.messaging.models import Channel, MessageState, OutboxMessage
from outreach.events import purposes
from outreach.events.calendar import calendar_of
from outreach.events.choosing import Key, opted_out_addresses, opted_out_of, unit_actor
from outreach.events.lines import tell_history
from outreach.events.links import door_url, reply_url
from outreach.events.mail_texts import letter
from outreach.events.models import Answer, EventInvitation, MailState, OutreachEvent
from outreach.events.qr import png_of
from outreach.ical import MIMETYPE

_KEY = "outreach.events.sending"
_CLAIMED = "the rows of messages that the sender has claimed"
_ACTOR = system_actor("outreach.events")
_STATES = {
    MessageState.PLANNED: MailState.PLANNED,
    MessageState.ACCEPTED: MailState.SENT,
    MessageState.DELIVERED: MailState.SENT,
    MessageState.FAILED: MailState.FAILED,
    MessageState.UNKNOWN: MailState.IN_DOUBT,
    MessageState.CANCELLED: MailState.NOT_SENT,
}
_LABELS = {
    purposes.INVITATION: _l("Invitation to an event"),
    purposes.ASK_AGAIN: _l("Reminder to answer an invitation"),
    purposes.CONFIRMATION: _l("Answer to an invitation confirmed"),
    purposes.PLACE: _l("A place at an event"),
    purposes.REMINDER: _l("Reminder of an event"),
    purposes.CHANGE: _l("A change of an event"),
    purposes.CANCELLATION: _l("Event cancelled"),
}


@dataclass(frozen=True)
class _Batch:
    """The invitations of some messages with what decides whether they may go."""

    rows: Mapping[str, EventInvitation]
    closed: frozenset[tuple[int, int]]
    """Pairs of unit and employer: closed to advertising."""
    opted_out: frozenset[Key]
    said_no: frozenset[str]
    """Keyed hashes of addresses at which somebody wants no invitations."""
    left: frozenset[Key]
    """Persons who have left the employer."""


def message_purposes() -> tuple[MessagePurpose, ...]:
    """Every kind of mail about events."""
    return tuple(
        MessagePurpose(key, label, check=check, render=render, on_state=_OnState(key), prepare=prepare, enclose=enclose)
        for key, label in _LABELS.items()
    )


def prepare(messages: Sequence[OutboxMessage]) -> None:
    """Read what these messages need, for the rest of the transaction."""
    transaction_memo()[f"{_KEY}:{messages[0].purpose}"] = _read({each.purpose_ref for each in messages})


def check(message: OutboxMessage) -> str | None:
    """Why a message must not go out now, as a value, or None."""
    batch = _batch_of(message)
    row = batch.rows.get(message.purpose_ref)
    if row is None or row.withdrawn_at is not None:
        return "withdrawn"
    return _out_of_date(message, row, row.event) or _blocked(message, row, batch)


def render(message: OutboxMessage) -> Rendered:
    """The mail, in the language of the one who is invited."""
    row = _row(message)
    subject, text = letter(message.purpose, row)
    advertising = message.purpose in purposes.ADVERTISING
    owner = row.event.owner
    return Rendered(
        to=_address_of(row) or "",
        subject=" ".join(subject.split()),
        text=text,
        sender=row.event.unit.name,
        reply_to=owner.email if owner and owner.active else row.event.unit.email,
        unsubscribe_url=reply_url(row, "no-more") if advertising else None,
        language=row.language,
        to_enclose=True,
    )


def enclose(message: OutboxMessage, rendered: Rendered) -> Rendered:
    """The same mail with the calendar file, and for those who come the code that is scanned at the door."""
    row = _row(message)
    cancelled = message.purpose == purposes.CANCELLATION
    calendar = b64encode(calendar_of(row.event, row, cancelled=cancelled)).decode()
    files = [MailFile("event.ics", MIMETYPE, calendar)]
    if row.answer is Answer.YES and not cancelled:
        files.append(MailFile("code.png", "image/png", b64encode(png_of(door_url(row))).decode()))
    return replace(rendered, files=tuple(files))


def _out_of_date(message: OutboxMessage, row: EventInvitation, event: OutreachEvent) -> str | None:
    purpose = message.purpose
    if event.is_over:
        return "over"
    if purpose == purposes.CANCELLATION:
        return None if event.cancelled_at is not None and message.step == event.notices else "held"
    if event.cancelled_at is not None:
        return "cancelled"
    if purpose != purposes.CHANGE and not purposes.comes_in_time(event):
        return purposes.BEGUN
    if purpose in purposes.ADVERTISING:
        if row.answer is not Answer.WAITING:
            return "answered"
        return None if event.takes_answers else "closed"
    if purpose == purposes.CHANGE:
        return "answered" if row.answer is Answer.NO or message.step != event.notices else None
    if row.answer is not Answer.YES:
        return "answered"
    return "answered" if purpose != purposes.REMINDER and message.step != row.answers else None


def _blocked(message: OutboxMessage, row: EventInvitation, batch: _Batch) -> str | None:
    employer, advertising = row.employer, message.purpose in purposes.ADVERTISING
    if employer is not None and (employer.do_not_contact or employer.archived_at is not None):
        return "do_not_contact" if employer.do_not_contact else "archived"
    if row.employer_id is not None and advertising:
        if (row.event.unit_id, row.employer_id) in batch.closed:
            return "advertising_block"
        if (row.employer_id, row.person_id) in batch.opted_out or _hash_of(row) in batch.said_no:
            return "opted_out"
    if row.person is not None:
        if row.person.archived_at is not None or (row.employer_id, row.person_id) in batch.left:
            return "person_left"
        if row.person.do_not_mail:
            return "person_no_mail"
    return None if _address_of(row) else "no_address"


def _address_of(row: EventInvitation) -> str | None:
    if row.person_id is not None:
        return row.person.email if row.person else None
    return row.employer.email if row.employer and not row.walk_in else None


def _hash_of(row: EventInvitation) -> str:
    address = _address_of(row)
    return address_hash(Channel.EMAIL, address) if address else ""


@dataclass(frozen=True)
class _OnState:
    """Lets the invitation and the histories know what became of its mail; other mail leaves no trace there."""

    purpose: str

    def __call__(self, message: OutboxMessage) -> None:
        """React to the state of a message."""
        state = _STATES.get(message.state)
        if self.purpose != purposes.INVITATION or state is None:
            return
        statement = select(EventInvitation).where(EventInvitation.public_id == message.purpose_ref)
        found = statement.options(joinedload(EventInvitation.event))
        row = current_session().scalar(trusted(found, because=_CLAIMED))
        if row is None or message.issue != row.issue:
            return
        row.mail = state
        row.mail_reason = message.reason if state in (MailState.FAILED, MailState.NOT_SENT) else None
        if state is MailState.SENT:
            title = row.event.title
            tell_history(_ACTOR, row, "invited", lambda: _("Invited to %(event)s", event=title))


def _row(message: OutboxMessage) -> EventInvitation:
    row = _batch_of(message).rows.get(message.purpose_ref)
    if row is None:
        raise LookupError("the invitation of this message is gone")
    return row


def _batch_of(message: OutboxMessage) -> _Batch:
    try:
        memo = transaction_memo()
    except RuntimeError:  # Files are enclosed outside every transaction.
        return _read({message.purpose_ref})
    key = f"{_KEY}:{message.purpose}"
    found: _Batch | None = memo.get(key)
    if found is None or message.purpose_ref not in found.rows:
        found = memo[key] = _read({message.purpose_ref})
    return found


def _read(refs: Collection[str]) -> _Batch:
    statement = (
        select(EventInvitation)
        .where(EventInvitation.public_id.in_(refs))
        .options(
            joinedload(EventInvitation.event).options(
                joinedload(OutreachEvent.unit), joinedload(OutreachEvent.owner)
            ),
            joinedload(EventInvitation.employer),
            joinedload(EventInvitation.person),
        )
    )  # fmt: skip
    rows = list(current_session().scalars(trusted(statement, because=_CLAIMED)))
    employers = {each.employer for each in rows if each.employer is not None}
    ids = {each.id for each in employers}
    left = select(Position.employer_id, Position.person_id).where(
        Position.employer_id.in_(ids), Position.left_on.is_not(None)
    )
    return _Batch(
        rows={each.public_id: each for each in rows},
        closed=_closed({each.event.unit_id for each in rows}, employers),
        opted_out=opted_out_of(ids),
        said_no=opted_out_addresses(_address_of(each) for each in rows),
        left=frozenset((row[0], row[1]) for row in current_session().execute(trusted(left, because=_CLAIMED))),
    )


def _closed(unit_ids: Collection[int], employers: Collection[Employer]) -> frozenset[tuple[int, int]]:
    """Which employers are closed to which of the units that invite."""
    return frozenset(
        (unit_id, employer_id) for unit_id in unit_ids for employer_id in closed_to(unit_actor(unit_id), employers)
    )

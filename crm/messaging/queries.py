"""Reading the outbox, the mailbox and the list of suppressed addresses."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from crm.accounts.models import Unit
from crm.accounts.scopes import condition, read_prepared, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.messaging.addresses import address_hash, normalise_email, normalise_phone
from crm.messaging.models import Channel, MailboxItem, MessageState, OutboxMessage, SuppressedAddress


@dataclass(frozen=True)
class MessageFilters:
    """What the list of messages is narrowed to; None means everything."""

    state: MessageState | None = None
    channel: Channel | None = None
    purpose: str | None = None
    unit_id: int | None = None


def messages_seen_by(actor: Actor, filters: MessageFilters) -> Select[OutboxMessage]:
    """The messages that ``actor`` sees, newest first."""
    statement = visible(OutboxMessage, actor)
    wanted = (
        (OutboxMessage.state, filters.state),
        (OutboxMessage.channel, filters.channel),
        (OutboxMessage.purpose, filters.purpose),
        (OutboxMessage.unit_id, filters.unit_id),
    )
    for column, value in wanted:
        if value is not None:
            statement = statement.where(column == value)
    return statement.order_by(OutboxMessage.not_before.desc(), OutboxMessage.id.desc())


def doubts_seen_by(actor: Actor) -> Select[OutboxMessage]:
    """The messages in doubt that ``actor`` sees, the oldest doubt first."""
    statement = visible(OutboxMessage, actor).where(OutboxMessage.state == MessageState.UNKNOWN)
    return statement.order_by(OutboxMessage.doubt_since, OutboxMessage.id)


_OUTBOX = OutboxMessage.__table__


def any_doubt() -> ColumnElement[bool]:
    """Whether any message of anybody is in doubt, as a part of another statement."""
    return select(_OUTBOX.c.id).where(_OUTBOX.c.state == MessageState.UNKNOWN).exists()


def doubt_count(actor: Actor) -> int:
    """How many messages in doubt ``actor`` sees. Every page of staff asks it while there are any."""
    return read_prepared(actor, "doubt_count", lambda: _doubt_count(actor))[0][0]


def _doubt_count(actor: Actor) -> Select[int]:
    statement = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == MessageState.UNKNOWN)
    return scoped(statement, condition(OutboxMessage, actor))


def mailbox_seen_by(actor: Actor) -> Select[MailboxItem]:
    """What the local mailbox holds for ``actor``, newest first."""
    return visible(MailboxItem, actor).order_by(MailboxItem.at.desc(), MailboxItem.id.desc())


def suppressed_addresses(address: str | None = None) -> Select[SuppressedAddress]:
    """The list of suppressed addresses, newest first; with ``address`` only that one, on either channel."""
    statement = select(SuppressedAddress)
    if address:
        hashes = [address_hash(channel, address) for channel in Channel]
        statement = statement.where(SuppressedAddress.address_hash.in_(hashes))
    return statement.order_by(SuppressedAddress.since.desc(), SuppressedAddress.id.desc())


def as_stored(text: str, actor: Actor) -> str:
    """An address or number as somebody types it, in the form in which it is compared; what is neither
    stays as it is."""
    country = current_session().scalar(select(Unit.country).where(Unit.id == actor.unit_id)) or "SE"
    try:
        return normalise_email(text) if "@" in text else normalise_phone(text, country)
    except DomainError:
        return text


def unit_names(actor: Actor) -> dict[int, str]:
    """The units of ``actor`` by id, for filters and columns."""
    rows = current_session().execute(select(Unit.id, Unit.name).where(Unit.id.in_(actor.unit_ids)).order_by(Unit.name))
    return {row.id: row.name for row in rows}

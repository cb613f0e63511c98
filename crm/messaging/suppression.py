"""Addresses that must not be used any more: a bounce, a dead number, somebody who said stop."""

from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor
from crm.db import current_session
from crm.messaging.addresses import address_hash
from crm.messaging.models import Channel, SuppressedAddress

REFUSALS = frozenset({"opted_out", "stop_reply"})
"""Reasons that came from a person who takes part: they hold for messages to participants, not for staff's
own mail."""


def suppress(actor: Actor, *, channel: Channel, address: str, reason: str, source: str | None) -> SuppressedAddress:
    """Send nothing to ``address`` any more. Kept as a keyed hash. May be repeated: the first reason stays.

    ``reason`` is one of hard_bounce, opted_out, number_dead, stop_reply, staff; ``source`` names what told us
    and holds no address.
    """
    return suppress_hash(actor, channel=channel, hashed=address_hash(channel, address), reason=reason, source=source)


def suppress_hash(actor: Actor, *, channel: Channel, hashed: str, reason: str, source: str | None) -> SuppressedAddress:
    """Like ``suppress``, where only the hash of the address is known any more (a bounce of a purged
    message)."""
    found = _row(channel, hashed)
    if found is not None:
        return found
    row = SuppressedAddress(
        channel=channel,
        address_hash=hashed,
        reason=reason,
        source=source,
        since=clock.now(),
        added_by_id=actor.staff_id,
    )
    current_session().add(row)
    # The audit line names the row, so it needs its number now.
    current_session().flush()
    details = {"channel": channel.value, "reason": reason}
    record(actor, "address_suppressed", subject_type="suppressed_address", subject_id=row.id, details=details)
    return row


def unsuppress(actor: Actor, *, channel: Channel, address: str, reason: str) -> bool:
    """Allow an address again, with the reason in the audit log. Says whether it had been suppressed. May
    be repeated."""
    found = _row(channel, address_hash(channel, address))
    if found is None:
        return False
    lift(actor, suppressed=found, reason=reason)
    return True


def lift(actor: Actor, *, suppressed: SuppressedAddress, reason: str) -> None:
    """Take one row off the list; ``reason`` stands in the audit log and must not hold the address."""
    record(
        actor,
        "suppression_lifted",
        subject_type="suppressed_address",
        subject_id=suppressed.id,
        details={"channel": suppressed.channel.value, "was": suppressed.reason, "reason": reason},
    )
    current_session().delete(suppressed)


def is_suppressed(channel: Channel, address: str) -> str | None:
    """Why nothing may be sent to ``address``, or None when it may."""
    return reason_for_hash(channel, address_hash(channel, address))


def reason_for_hash(channel: Channel, hashed: str) -> str | None:
    """Like ``is_suppressed``, for a hash."""
    found = _row(channel, hashed)
    return None if found is None else found.reason


def _row(channel: Channel, hashed: str) -> SuppressedAddress | None:
    return current_session().scalar(
        select(SuppressedAddress).where(SuppressedAddress.channel == channel, SuppressedAddress.address_hash == hashed)
    )

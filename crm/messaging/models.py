"""Tables of the outbox, of addresses that must not be used, and of what came in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, EnumText, PublicId


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class MessageState(StrEnum):
    """planned → claimed → on_wire → accepted → delivered; the others are ends, UNKNOWN is in doubt."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ON_WIRE = "on_wire"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class OutboxMessage(PublicId, Base):
    """One message to one receiver, a row before anything is sent.

    ``purpose`` and ``purpose_ref`` name whoever planned it; with channel, step and issue they are unique.
    ``body`` is the encrypted rendering (JSON of ``Rendered``), kept from the first claim until the message
    is final.
    """

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(60))
    purpose_ref: Mapped[str] = mapped_column(String(80))
    channel: Mapped[Channel] = mapped_column(EnumText(Channel))
    step: Mapped[int] = mapped_column(default=0)
    issue: Mapped[int] = mapped_column(default=0)
    issue_reason: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[MessageState] = mapped_column(EnumText(MessageState), default=MessageState.PLANNED)
    reason: Mapped[str | None] = mapped_column(String(60))
    """Why it was cancelled or failed, as a value."""
    reply: Mapped[str | None] = mapped_column(Text)
    """What the receiver's system said last. Never the text or the address."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    first_attempt_at: Mapped[datetime | None]
    on_wire_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    final_at: Mapped[datetime | None]
    doubt_since: Mapped[datetime | None]
    ask_after: Mapped[datetime | None]
    """When the receiver is asked again about a message in doubt."""
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    """The Message-ID or reference of all attempts."""
    return_token: Mapped[str] = mapped_column(String(32), unique=True)
    """Stands in the return path (VERP) and in callback addresses."""
    gateway: Mapped[str | None] = mapped_column(String(40))
    gateway_ref: Mapped[str | None] = mapped_column(String(120))
    address_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    """Keyed hash of where it went; the address itself is purged with the text."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    segments: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("purpose", "purpose_ref", "channel", "step", "issue"),
        UniqueConstraint("gateway", "gateway_ref"),
        Index("ix_outbox_message_due", "state", "not_before"),
        Index("ix_outbox_message_lease", "state", "lease_until"),
    )


class SuppressedAddress(PublicId, Base):
    """An address that must not be used, kept as a keyed hash; with why, since when and where it came from."""

    __tablename__ = "suppressed_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(EnumText(Channel))
    address_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(40))
    """hard_bounce, opted_out, number_dead, stop_reply, staff"""
    source: Mapped[str | None] = mapped_column(String(120))
    since: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    __table_args__ = (UniqueConstraint("channel", "address_hash"),)


class GatewayReport(Base):
    """A status callback or an incoming SMS as a gateway sent it; kept even when it names nothing we know."""

    __tablename__ = "gateway_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id", ondelete="SET NULL"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (UniqueConstraint("gateway", "external_id", "status"),)


class MailboxItem(PublicId, Base):
    """A message in the local mailbox, for an installation without an SMTP server. Obeys visibility."""

    __tablename__ = "mailbox_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(EnumText(Channel))
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    to: Mapped[str] = mapped_column(String(254))
    sender: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str | None] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str | None] = mapped_column(String(16))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))

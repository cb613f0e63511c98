"""Tables of inquiries and of the persons whom they are about."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff
from crm.db import Base, EnumText, PublicId, Versioned
from crm.employers.models import Employer
from crm.participants.models import Participant

IN_PROCESS = "in_process"


class InquiryState(StrEnum):
    """Where an inquiry stands."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Inquiry(PublicId, Versioned, Base):
    """Somebody asks a unit for something: an authority, a service, a person or an employer."""

    __tablename__ = "inquiry"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    received_on: Mapped[date]
    received_at: Mapped[datetime]
    """The instant from which the time to the first answer counts; noon where only the day is known."""
    source: Mapped[str] = mapped_column(String(40), default="unknown")
    """A code of the picklist inquiry_source; ``unknown`` is "not stated"."""
    channel: Mapped[str] = mapped_column(String(40))
    """A code of the picklist inquiry_channel."""
    topic: Mapped[str] = mapped_column(String(40))
    """A code of the picklist inquiry_topic."""
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="SET NULL"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    callback_requested: Mapped[bool] = mapped_column(default=False)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    answer_within: Mapped[int]
    """Working days."""
    answer_due_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    state: Mapped[InquiryState] = mapped_column(EnumText(InquiryState), default=InquiryState.RECEIVED)
    closed_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The form's own key: the same form sent twice makes one inquiry."""
    archived_at: Mapped[datetime | None]
    """When it was removed; it counts nowhere and can be brought back."""

    employer: Mapped[Employer | None] = relationship()
    handled_by: Mapped[Staff | None] = relationship(foreign_keys=[handled_by_id])
    persons: Mapped[list["InquiryPerson"]] = relationship(
        back_populates="inquiry", order_by="InquiryPerson.id", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_inquiry_unit_day", "unit_id", "received_on"),
        Index("ix_inquiry_open", "unit_id", "state", "answer_due_on"),
        CheckConstraint("answer_within BETWEEN 0 AND 60", name="answer_range"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
    )


class InquiryPerson(PublicId, Base):
    """Somebody whom an inquiry is about: a participant, or a label that does not say who it is, or neither.

    The row outlives an erased participant, so that sums stay what they were.
    """

    __tablename__ = "inquiry_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="SET NULL"), index=True)
    label: Mapped[str | None] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(40), default=IN_PROCESS)
    """A code of the picklist inquiry_outcome."""
    outcome_on: Mapped[date | None]

    inquiry: Mapped[Inquiry] = relationship(back_populates="persons")
    participant: Mapped[Participant | None] = relationship()

    __table_args__ = (CheckConstraint("participant_id IS NULL OR label IS NULL", name="one_name"),)

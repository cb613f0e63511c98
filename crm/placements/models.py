"""The table of placements."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, PublicId, Versioned
from crm.employers.models import Employer, Workplace
from crm.participants.models import Enrolment, Participant


class Placement(PublicId, Versioned, Base):
    """A participant's time at an employer: practice, work training, subsidised or ordinary work."""

    __tablename__ = "placement"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id", ondelete="SET NULL"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="RESTRICT"), index=True)
    workplace_id: Mapped[int | None] = mapped_column(ForeignKey("workplace.id", ondelete="SET NULL"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    """A code of the picklist placement_type."""
    status: Mapped[str] = mapped_column(String(40), default="active")
    """A code of the picklist placement_status."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    fte_percent: Mapped[int | None]
    may_tell_employer: Mapped[bool] = mapped_column(default=False)
    """The participant agreed that this employer may be told that a survey was answered."""
    end_reason: Mapped[str | None] = mapped_column(String(40))
    """A code of the picklist placement_end_reason; never shown on the employer's pages."""
    created_at: Mapped[datetime]

    participant: Mapped[Participant] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    employer: Mapped[Employer] = relationship()
    workplace: Mapped[Workplace | None] = relationship()

    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("fte_percent IS NULL OR (fte_percent > 0 AND fte_percent <= 100)", name="fte_range"),
        Index("ix_placement_unit_start", "unit_id", "starts_on"),
    )

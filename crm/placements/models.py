"""The table of placements. What hangs on a placement stands in step_models.py and around_models.py."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, PublicId, Versioned
from crm.employers.models import Employer, Workplace
from crm.participants.models import Enrolment, Participant

if TYPE_CHECKING:
    from crm.placements.around_models import Occupation, PlacementAlert
    from crm.placements.step_models import (
        Approval,
        CheckIn,
        Clarification,
        PlacementCertificate,
        PlacementEvaluation,
        ThreePartyMeeting,
        WorkInstruction,
    )

BEFORE_START = ("planned", "clarified", "approved")
ENDED = ("completed", "ended_early", "evaluated", "certified")
"""Statuses before a placement has begun, and after it has ended; between them it is active."""


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
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id", ondelete="SET NULL"), index=True)
    """The placement of the same person at the same employer that this one goes on from: a link of a chain."""
    occupation_id: Mapped[int | None] = mapped_column(ForeignKey("occupation.id", ondelete="SET NULL"))
    end_proposed: Mapped[bool] = mapped_column(default=False, server_default="0")
    """The employer is closing: somebody has to say whether the placement has ended."""
    cancelled: Mapped[bool] = mapped_column(default=False, server_default="0")
    """It ended before it had begun."""
    closed_on: Mapped[date | None]
    no_evaluation_reason: Mapped[str | None] = mapped_column(String(300))
    """Why it was closed without the evaluations of both."""
    created_at: Mapped[datetime]

    participant: Mapped[Participant] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    employer: Mapped[Employer] = relationship()
    workplace: Mapped[Workplace | None] = relationship()
    previous: Mapped["Placement | None"] = relationship(remote_side="Placement.id")
    occupation: Mapped["Occupation | None"] = relationship()
    clarification: Mapped["Clarification | None"] = relationship(back_populates="placement", passive_deletes=True)
    instruction: Mapped["WorkInstruction | None"] = relationship(back_populates="placement", passive_deletes=True)
    approvals: Mapped[list["Approval"]] = relationship(
        back_populates="placement", order_by="Approval.id", cascade="all, delete-orphan", passive_deletes=True
    )
    meetings: Mapped[list["ThreePartyMeeting"]] = relationship(
        back_populates="placement", order_by="ThreePartyMeeting.on_date", passive_deletes=True
    )
    check_ins: Mapped[list["CheckIn"]] = relationship(
        back_populates="placement", order_by="CheckIn.week", passive_deletes=True
    )
    evaluations: Mapped[list["PlacementEvaluation"]] = relationship(back_populates="placement", passive_deletes=True)
    certificate: Mapped["PlacementCertificate | None"] = relationship(back_populates="placement", passive_deletes=True)
    alerts: Mapped[list["PlacementAlert"]] = relationship(back_populates="placement", passive_deletes=True)

    @property
    def has_begun(self) -> bool:
        """Whether it is past its preparation; a simple placement is so from its first day on."""
        return self.status not in BEFORE_START and not self.cancelled

    @property
    def has_ended(self) -> bool:
        """Whether the end has been written down."""
        return self.end_reason is not None or self.status in ENDED

    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("fte_percent IS NULL OR (fte_percent > 0 AND fte_percent <= 100)", name="fte_range"),
        Index("ix_placement_unit_start", "unit_id", "starts_on"),
    )

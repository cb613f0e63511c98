"""What a placement goes through: clarification, meeting, work instruction, check-ins, evaluations, certificate."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, EnumText, PublicId, Versioned
from crm.placements.models import Placement


class Party(StrEnum):
    """Who has to approve a work instruction."""

    HOST = "host"
    PROJECT_LEAD = "project_lead"
    AUTHORITY = "authority"


class Evaluator(StrEnum):
    """Whose view of a finished placement it is."""

    PARTICIPANT = "participant"
    EMPLOYER = "employer"


NEEDED = ("goal", "expected_of_employer", "expected_of_us", "who_to_call")
"""The answers of a clarification that are required; the others are asked for."""


class Clarification(Versioned, Base):
    """What is expected of everybody, agreed before the start. ``NEEDED`` names the answers that are required."""

    __tablename__ = "placement_clarification"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"), unique=True)
    goal: Mapped[str | None] = mapped_column(Text)
    """The goal for the person."""
    expected_of_employer: Mapped[str | None] = mapped_column(Text)
    expected_of_us: Mapped[str | None] = mapped_column(Text)
    participant_expectations: Mapped[str | None] = mapped_column(Text)
    employer_expectations: Mapped[str | None] = mapped_column(Text)
    training_need: Mapped[str | None] = mapped_column(Text)
    who_to_call: Mapped[str | None] = mapped_column(String(200))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="clarification")

    @property
    def missing(self) -> list[str]:
        """The required answers that are not there yet."""
        return [name for name in NEEDED if not getattr(self, name)]

    @property
    def is_complete(self) -> bool:
        """Whether the required answers are there."""
        return not self.missing


class ThreePartyMeeting(PublicId, Base):
    """A meeting before the start, with who was there. Only one with all three counts."""

    __tablename__ = "placement_meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"), index=True)
    on_date: Mapped[date]
    participant_there: Mapped[bool] = mapped_column(default=False)
    employer_there: Mapped[bool] = mapped_column(default=False)
    coordinator_there: Mapped[bool] = mapped_column(default=False)
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The form's own key: the same form sent twice makes one meeting."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="meetings")

    @property
    def all_three(self) -> bool:
        """Whether the participant, the employer and the coordinator were there."""
        return self.participant_there and self.employer_there and self.coordinator_there


class WorkInstruction(Versioned, Base):
    """What the person is to do, approved by three parties. A changed text has to be approved again."""

    __tablename__ = "placement_instruction"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="instruction")


class Approval(Base):
    """One party's yes to the work instruction as it now reads, written down by staff."""

    __tablename__ = "placement_approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"))
    party: Mapped[Party] = mapped_column(EnumText(Party))
    name: Mapped[str] = mapped_column(String(160))
    on_date: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="approvals")

    __table_args__ = (UniqueConstraint("placement_id", "party"),)


class CheckIn(PublicId, Versioned, Base):
    """A planned talk during a placement: in which week, done or not done, how."""

    __tablename__ = "placement_check_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"))
    week: Mapped[int]
    due_on: Mapped[date] = mapped_column(index=True)
    done: Mapped[bool | None]
    """None until somebody says whether it took place."""
    done_on: Mapped[date | None]
    channel: Mapped[str | None] = mapped_column(String(40))
    """A code of the picklist contact_channel."""
    note: Mapped[str | None] = mapped_column(Text)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="check_ins")

    __table_args__ = (UniqueConstraint("placement_id", "week"),)


class PlacementEvaluation(Versioned, Base):
    """Four answers about a finished placement, by the participant or the employer."""

    __tablename__ = "placement_evaluation"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"))
    evaluator: Mapped[Evaluator] = mapped_column(EnumText(Evaluator))
    worked: Mapped[str] = mapped_column(Text)
    challenges: Mapped[str] = mapped_column(Text)
    way_on: Mapped[str] = mapped_column(Text)
    clarification_value: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="evaluations")

    __table_args__ = (UniqueConstraint("placement_id", "evaluator"),)


class PlacementCertificate(Versioned, Base):
    """What the certificate says besides what stands in the placement. It has no field for health or benefits."""

    __tablename__ = "placement_certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"), unique=True)
    tasks: Mapped[str] = mapped_column(Text)
    skills: Mapped[str] = mapped_column(Text)
    supervisor: Mapped[str] = mapped_column(String(160))
    hours_per_week: Mapped[float | None]
    issued_on: Mapped[date]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="certificate")

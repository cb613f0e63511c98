"""Tables of participants, who may see protected ones, consents, enrolments and exits."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff
from crm.db import Base, EnumText, PublicId, Versioned
from crm.programmes.models import Programme


class ConsentKind(StrEnum):
    """What a participant has said yes or no to."""

    SURVEYS = "surveys"
    """To be asked after the exit. No row means not refused; a refusal is an opt-out."""
    TELL_EMPLOYER = "tell_employer"
    """That the employer of a placement may be told that a survey was answered (never what)."""
    KEEP_CONTACT_PATHS = "keep_contact_paths"


class EnrolmentStage(StrEnum):
    """Where an enrolment stands (glossary: participant_stage)."""

    REFERRED = "referred"
    MAPPING = "mapping"
    MATCHING = "matching"
    WORK_TRAINING = "work_training"
    WORK_OR_STUDIES = "work_or_studies"
    EXITED = "exited"


class Participant(PublicId, Versioned, Base):
    """A person who takes part. Store little: no birth date, no national number."""

    __tablename__ = "participant"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    sort_name: Mapped[str] = mapped_column(String(170), index=True)
    """Last and first name folded for sorting and searching."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    """E.164."""
    birth_year: Mapped[int | None]
    sex: Mapped[str | None] = mapped_column(String(12))
    """woman, man, other or empty when not stated."""
    language: Mapped[str] = mapped_column(String(8), default="sv")
    channels: Mapped[list[str]] = mapped_column(default=lambda: ["email", "sms"])
    """Wanted channels, best first."""
    needs_interpreter: Mapped[bool] = mapped_column(default=False)
    protected: Mapped[bool] = mapped_column(default=False)
    """Protected identity: no automatic message; seen by named staff only."""
    deceased_on: Mapped[date | None]
    external_ref: Mapped[str | None] = mapped_column(String(60))
    """The number the person has in the list they came from; makes repeated imports harmless."""
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    enrolments: Mapped[list["Enrolment"]] = relationship(back_populates="participant", order_by="Enrolment.starts_on")
    named_staff: Mapped[list["ParticipantNamedStaff"]] = relationship(
        back_populates="participant", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("unit_id", "external_ref"),
        CheckConstraint("birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100", name="birth_year_range"),
    )

    @property
    def full_name(self) -> str:
        """First and last name, as said."""
        return f"{self.first_name} {self.last_name}".strip()


class ParticipantNamedStaff(Base):
    """Somebody who may see a protected participant."""

    __tablename__ = "participant_named_staff"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True)

    participant: Mapped[Participant] = relationship(back_populates="named_staff")
    staff: Mapped[Staff] = relationship()


class Consent(Base):
    """One statement of a participant, never changed; the newest of a kind holds."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    kind: Mapped[ConsentKind] = mapped_column(EnumText(ConsentKind))
    given: Mapped[bool]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(60))
    """staff, opt_out_page, one_click, stop_reply, survey, import"""
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    __table_args__ = (Index("ix_consent_newest", "participant_id", "kind", "id"),)


class Enrolment(PublicId, Versioned, Base):
    """One start of one person in one programme. ``exited_on`` repeats the date of the exit in force."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    starts_on: Mapped[date]
    stage: Mapped[EnrolmentStage] = mapped_column(EnumText(EnrolmentStage), default=EnrolmentStage.REFERRED)
    stage_since: Mapped[date]
    exited_on: Mapped[date | None]
    created_at: Mapped[datetime]

    participant: Mapped[Participant] = relationship(back_populates="enrolments")
    programme: Mapped[Programme] = relationship()
    coordinator: Mapped[Staff | None] = relationship(foreign_keys=[coordinator_id])
    deputy: Mapped[Staff | None] = relationship(foreign_keys=[deputy_id])
    exits: Mapped[list["EnrolmentExit"]] = relationship(
        back_populates="enrolment", order_by="EnrolmentExit.number", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_enrolment_programme", "programme_id", "exited_on"),
        # Few have a deputy: over all rows the planner would take "nobody" for the usual answer and read the table.
        Index(
            "ix_enrolment_deputy",
            "deputy_id",
            sqlite_where=text("deputy_id IS NOT NULL"),
            postgresql_where=text("deputy_id IS NOT NULL"),
        ),
        CheckConstraint("exited_on IS NULL OR exited_on >= starts_on", name="exit_after_start"),
    )


class EnrolmentExit(PublicId, Base):
    """One exit of an enrolment. An exit that was taken back stays with ``reopened_at``; the next has a new number."""

    __tablename__ = "enrolment_exit"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    number: Mapped[int]
    exit_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(40))
    """A code of the picklist exit_reason."""
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    reopened_at: Mapped[datetime | None]
    stage_before: Mapped[EnrolmentStage | None] = mapped_column(EnumText(EnrolmentStage))
    """Where the enrolment stood when it ended, so that taking the exit back leads there again."""
    known_status_90: Mapped[str | None] = mapped_column(String(40))
    """What staff know of the person 90 days after, where the person did not answer (picklist labour_status)."""

    enrolment: Mapped[Enrolment] = relationship(back_populates="exits")

    __table_args__ = (
        UniqueConstraint("enrolment_id", "number"),
        Index("ix_enrolment_exit_on", "exit_on"),
        Index(
            "uq_enrolment_exit_in_force",
            "enrolment_id",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )


class EnrolmentHandler(Base):
    """Who was the coordinator of an enrolment, from when to when."""

    __tablename__ = "enrolment_handler"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    since: Mapped[date]
    until: Mapped[date | None]
    handover_note: Mapped[str | None] = mapped_column(Text)

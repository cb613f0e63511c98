"""Tables of visits, of what was sent about them, and of the devices that keep today's visits."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff
from crm.db import Base, EnumText, PublicId, Versioned
from crm.employers.models import ContactPerson, Employer, Workplace


class VisitState(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class ReportState(StrEnum):
    """What became of something that was sent about a visit."""

    SAVED = "saved"
    """It is a contact."""
    KEPT = "kept"
    """It is not: its writer has to look at it once more."""
    DISCARDED = "discarded"
    """Its writer did without it."""


class Visit(PublicId, Versioned, Base):
    """A visit that was agreed with an employer. ``version_id`` counts every change: calendars know it as SEQUENCE."""

    __tablename__ = "outreach_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    workplace_id: Mapped[int | None] = mapped_column(ForeignKey("workplace.id", ondelete="SET NULL"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"))
    """Whom it was agreed with."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who goes there."""
    at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(40))
    minutes: Mapped[int] = mapped_column(default=60)
    purpose: Mapped[str | None] = mapped_column(String(40))
    """A code of the picklist contact_purpose."""
    about: Mapped[str | None] = mapped_column(String(300))
    basis: Mapped[str | None] = mapped_column(String(40))
    """Why an employer with a block was approached: a key of crm.employers.ways.BASES."""
    state: Mapped[VisitState] = mapped_column(EnumText(VisitState), default=VisitState.PLANNED)
    cancelled_because: Mapped[str | None] = mapped_column(String(300))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="SET NULL"))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The booking form's own key: the same form sent twice books one visit."""
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    employer: Mapped[Employer] = relationship()
    workplace: Mapped[Workplace | None] = relationship()
    person: Mapped[ContactPerson | None] = relationship()
    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])

    __table_args__ = (
        Index("ix_outreach_visit_staff", "staff_id", "state", "at"),
        Index("ix_outreach_visit_unit", "unit_id", "state", "at"),
        CheckConstraint("minutes BETWEEN 5 AND 1440", name="minutes_range"),
    )


class VisitReport(PublicId, Versioned, Base):
    """Something that was sent about a visit, by the key that its form was given on the telephone: the same key is one
    report, however often it arrives. ``fields`` holds what was typed only while somebody has to look at it."""

    __tablename__ = "outreach_visit_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("outreach_visit.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_visit_device.id", ondelete="SET NULL"))
    state: Mapped[ReportState] = mapped_column(EnumText(ReportState))
    reason: Mapped[str | None] = mapped_column(String(40))
    """Why it was kept: a key of outreach.visits.words.REASONS."""
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    typed_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    visit: Mapped[Visit] = relationship()

    __table_args__ = (Index("ix_outreach_visit_report_staff", "staff_id", "state"),)


class VisitDevice(PublicId, Base):
    """A telephone or computer that keeps somebody's visits of the day. Its cookie holds a token, of which only the
    digest is known here."""

    __tablename__ = "outreach_visit_device"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    """When its owner signed out on it: nothing is kept there any more."""
    cut_off_at: Mapped[datetime | None]
    cut_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    wiped_at: Mapped[datetime | None]
    """When it came back after it was cut off, and was told to delete everything."""

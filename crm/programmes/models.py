"""Tables of programmes and their targets."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, PublicId, Versioned


class Programme(PublicId, Versioned, Base):
    """A programme (project) of a unit: who pays, from when to when, and whether it sends anything."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    funder: Mapped[str | None] = mapped_column(String(160))
    expected_participants: Mapped[int | None]
    sends_messages: Mapped[bool] = mapped_column(default=True)
    """False: a closed or historical programme. Nothing is ever sent for it."""
    note: Mapped[str | None] = mapped_column(Text)
    funding_programme: Mapped[str | None] = mapped_column(String(160))
    """The programme or programme area of the funder."""
    phase: Mapped[str | None] = mapped_column(String(60))
    diary_number: Mapped[str | None] = mapped_column(String(60))
    project_owner: Mapped[str | None] = mapped_column(String(160))
    contact_name: Mapped[str | None] = mapped_column(String(160))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    total_budget: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
    closed_on: Mapped[date | None]
    """When the project was closed. What happened in it, and its employers, stay as they are."""
    archived_at: Mapped[datetime | None]

    targets: Mapped[list["ProgrammeTarget"]] = relationship(back_populates="programme", cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("total_budget IS NULL OR total_budget >= 0", name="budget_positive"),
    )


class ProgrammeTarget(Base):
    """A target of a programme, in percent: ``work_or_studies`` 60, ``response_rate`` 70, ..."""

    __tablename__ = "programme_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(60))
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))

    programme: Mapped[Programme] = relationship(back_populates="targets")

    __table_args__ = (
        UniqueConstraint("programme_id", "key"),
        CheckConstraint("percent >= 0 AND percent <= 100", name="percent_range"),
    )

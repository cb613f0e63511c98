"""Tables of coverage targets: the regions in which something is to happen by a day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Unit
from crm.db import Base, PublicId, Versioned


class CoverageTarget(PublicId, Versioned, Base):
    """A target of a unit: something countable in every region of a set, by a day."""

    __tablename__ = "coverage_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="SET NULL"))
    """Where given, only placements and participants of this programme count."""
    name: Mapped[str] = mapped_column(String(160))
    counted: Mapped[str] = mapped_column(String(20))
    """placement, agreement, contact or participants: see crm.coverage.counting."""
    country: Mapped[str] = mapped_column(String(2))
    level: Mapped[str] = mapped_column(String(16))
    """county or municipality."""
    starts_on: Mapped[date]
    deadline: Mapped[date]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    regions: Mapped[list["CoverageRegion"]] = relationship(
        back_populates="target", cascade="all, delete-orphan", order_by="CoverageRegion.code"
    )

    __table_args__ = (CheckConstraint("deadline >= starts_on", name="period"),)


class CoverageRegion(Base):
    """A region of a target, with its name as it was when it was chosen: codes change over time."""

    __tablename__ = "coverage_region"

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("coverage_target.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))

    target: Mapped[CoverageTarget] = relationship(back_populates="regions")

    __table_args__ = (UniqueConstraint("target_id", "code"),)


class RegionCode(Base):
    """A municipality of a code list that an administrator has brought in, with the days between which its code holds.

    Beside those that are shipped (regions.csv). Empty days: as far back, or as far ahead, as is known.
    """

    __tablename__ = "region_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str] = mapped_column(String(8), default="")
    """The code of its county; empty where the list does not say it."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    __table_args__ = (UniqueConstraint("country", "code", "valid_from"),)

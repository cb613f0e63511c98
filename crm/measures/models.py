"""Tables behind the measures: workplaces of an area, reviewed weeks, and what staff agreed to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, PublicId


class WorkplaceCount(PublicId, Base):
    """How many workplaces with at least one employee a municipality has in a year: what penetration is a share of."""

    __tablename__ = "workplace_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2), default="SE")
    municipality_code: Mapped[str] = mapped_column(String(8))
    """A code of the country: 1860 is Laxå in Sweden and Vestvågøy in Norway."""
    municipality: Mapped[str] = mapped_column(String(80))
    year: Mapped[int]
    workplaces: Mapped[int]
    source: Mapped[str | None] = mapped_column(String(160))
    """Where the number comes from, in somebody's words."""

    __table_args__ = (
        UniqueConstraint("country", "municipality_code", "year"),
        CheckConstraint("workplaces > 0", name="some"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_range"),
    )


class CoordinatorFigures(Base):
    """That the staff of a unit agreed to figures about single coordinators: when, with whom, and who wrote it down.

    Such figures are shown only where this is there and they are switched on in the settings of the unit.
    """

    __tablename__ = "coordinator_figures"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    agreed_on: Mapped[date]
    agreed_with: Mapped[str] = mapped_column(String(300))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    recorded_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship()
    recorded_by: Mapped[Staff | None] = relationship()


class WeekReview(Base):
    """That a manager has looked at the contacts of one coordinator in one ISO week."""

    __tablename__ = "week_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    monday: Mapped[date]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    reviewed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("staff_id", "monday"),)

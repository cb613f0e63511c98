"""Tables of the project card: yearly grants, partners, milestones and goals in words."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, PublicId, Versioned
from crm.programmes.models import Programme


class ProgrammeGrant(Base):
    """What the funder grants for one year."""

    __tablename__ = "programme_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    year: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))

    __table_args__ = (
        UniqueConstraint("programme_id", "year"),
        CheckConstraint("amount >= 0", name="amount_positive"),
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year_range"),
    )


class ProgrammePartner(PublicId, Versioned, Base):
    """Somebody who takes part in a project: in what role, with what contribution, from when to when."""

    __tablename__ = "programme_partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="SET NULL"), index=True)
    """The partner's own row among the employers, where it is one."""
    name: Mapped[str] = mapped_column(String(160))
    role: Mapped[str | None] = mapped_column(String(160))
    contribution: Mapped[str | None] = mapped_column(String(300))
    co_finances: Mapped[bool] = mapped_column(default=False)
    is_partial: Mapped[bool] = mapped_column(default=False)
    """Takes part in some of it only."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    programme: Mapped[Programme] = relationship()

    __table_args__ = (
        UniqueConstraint("programme_id", "name"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="period"),
    )


class ProgrammeMilestone(PublicId, Base):
    """A fixed date of a project. A task reminds of it so many days before."""

    __tablename__ = "programme_milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    on_date: Mapped[date]
    text: Mapped[str] = mapped_column(String(200))
    remind_days: Mapped[int] = mapped_column(default=14)
    done_on: Mapped[date | None]

    programme: Mapped[Programme] = relationship()

    __table_args__ = (
        UniqueConstraint("programme_id", "on_date", "text"),
        CheckConstraint("remind_days BETWEEN 0 AND 366", name="remind_range"),
    )


class ProgrammeGoal(PublicId, Versioned, Base):
    """A goal in words, the main one or one beside it, with where it stands and what shows that."""

    __tablename__ = "programme_goal"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    is_main: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default="open")
    """open, reached, partly or not_reached."""
    status_text: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    """What shows it: links or references, one on a line."""
    changed_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship()

    __table_args__ = (UniqueConstraint("programme_id", "text"),)

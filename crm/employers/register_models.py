"""Tables of what business registers have said, and of how each register is doing."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base


class RegisterRecord(Base):
    """What a register last said of an employer.

    ``values`` maps columns of the employer to what the register said. A column that still holds it came from the
    register; one that holds something else was changed by hand and is left alone.
    """

    __tablename__ = "register_record"

    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), primary_key=True)
    register: Mapped[str] = mapped_column(String(40))
    """The key of the register."""
    values: Mapped[dict[str, Any]]
    is_known: Mapped[bool] = mapped_column(default=True)
    """False: the register has no company of this number."""
    retrieved_at: Mapped[datetime | None]
    """When the register last answered with something."""
    checked_at: Mapped[datetime]
    """When it was last asked with success."""

    __table_args__ = (Index("ix_register_record_checked", "checked_at"),)


class RegisterHealth(Base):
    """How a register is doing: when it last answered, and why it does not."""

    __tablename__ = "register_health"

    register: Mapped[str] = mapped_column(String(40), primary_key=True)
    answered_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    reason: Mapped[str | None] = mapped_column(String(300))
    not_before: Mapped[datetime | None]
    """When the watch asks it again."""

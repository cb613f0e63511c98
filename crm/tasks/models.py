"""The table of tasks."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, EnumText, PublicId, Versioned


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Task(PublicId, Versioned, Base):
    """A follow-up with a due date. Without an owner it is the unit's. Unique on (kind, source_ref) where given."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), default="manual")
    source_ref: Mapped[str | None] = mapped_column(String(120))
    title: Mapped[dict[str, str]] = mapped_column()
    """Text by staff language; a hand-written title stands under every language as written ('' key)."""
    note: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date]
    state: Mapped[TaskState] = mapped_column(EnumText(TaskState), default=TaskState.OPEN)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    contact_person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)

    __table_args__ = (
        UniqueConstraint("kind", "source_ref"),
        Index("ix_task_owner", "owner_id", "state", "due_on"),
        Index("ix_task_unit", "unit_id", "state", "due_on"),
    )

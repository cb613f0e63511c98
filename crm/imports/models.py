"""The table of files that are being read in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, EnumText, PublicId


class RunState(StrEnum):
    """checking → checked → running → done. A check writes nothing; ``checked`` waits for somebody to confirm."""

    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class ImportRun(PublicId, Base):
    """A file on its way in. The file itself stays here until it has been read, at most a day."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    """participants or employers"""
    filename: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8), default="en")
    """The language of whoever sent it, for the messages about rows."""
    state: Mapped[RunState] = mapped_column(EnumText(RunState), default=RunState.CHECKING)
    rows_total: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often somebody began to work on it since it last went forward."""
    check_report: Mapped[dict[str, Any] | None]
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_import_run_state", "state", "created_at"),)

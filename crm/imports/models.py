"""The tables of files that are being read in, of what they changed, and of what people's columns mean."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, EnumText, PublicId

_OF_NO_UNIT = "of_no_unit"
"""Stands beside the columns of a run; no field has this name."""


class RunState(StrEnum):
    """(mapping →) checking → checked → running → done (→ undoing → undone).

    ``mapping`` waits for somebody to say what the columns mean, ``checked`` for somebody to confirm; a check writes
    nothing.
    """

    MAPPING = "mapping"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"


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
    headings: Mapped[list[Any] | None]
    """What the first row says, for as long as somebody may still say what the columns mean."""
    sample: Mapped[list[Any] | None]
    """The first rows as texts, for as long as the file is kept."""
    columns: Mapped[dict[str, Any] | None]
    """``places``, and beside them what else somebody said of the list; see ``say``."""
    overwrite: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Whether the file replaces what is filled in already; else it only fills what is empty."""
    state: Mapped[RunState] = mapped_column(EnumText(RunState), default=RunState.CHECKING)
    rows_total: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often somebody began to work on it since it last went forward."""
    check_report: Mapped[dict[str, Any] | None]
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undo_report: Mapped[dict[str, Any] | None]
    """What became of it when it was taken back, and how far that has come."""
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    """None: the command line."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_import_run_state", "state", "created_at"),)

    @property
    def places(self) -> dict[str, int]:
        """Field to the place of its column, counted from 0."""
        return {name: int(place) for name, place in (self.columns or {}).items() if name != _OF_NO_UNIT}

    @property
    def of_no_unit(self) -> bool:
        """Whether employers whose row names no unit become contacts of none, not even of the sender's own."""
        return bool((self.columns or {}).get(_OF_NO_UNIT))

    def say(self, places: Mapping[str, int], *, of_no_unit: bool) -> None:
        """Keep what the columns mean, and whether the employers are to be contacts of no unit."""
        self.columns = {**places, **({_OF_NO_UNIT: True} if of_no_unit else {})}


class ImportBatch(Base):
    """Some rows of a file, once they have been looked at: what they changed, and the rows that were wrong.

    Written in the same transaction as the rows themselves, so that what is there and what can be taken back agree.
    """

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"))
    first_row: Mapped[int]
    journal: Mapped[dict[str, Any] | None]
    """See crm.imports.journal."""
    wrong_rows: Mapped[list[Any] | None]
    """The cells of rows that were not taken, as texts, each with what is wrong in front."""

    __table_args__ = (UniqueConstraint("run_id", "first_row"),)


class ImportMapping(PublicId, Base):
    """What somebody said that the columns of a list mean, for the next list with the same headings."""

    __tablename__ = "import_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    headings: Mapped[list[str]]
    """Folded and in order of the alphabet: what makes it a list of the same headings."""
    fields: Mapped[dict[str, str]]
    """Field to its folded heading."""
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("kind", "name"),)

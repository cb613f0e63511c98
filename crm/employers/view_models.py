"""Tables of saved views of the list of employers, and of what was done to many employers at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, PublicId, Versioned


class SavedView(PublicId, Versioned, Base):
    """A name for filters and columns of the list of employers. With a unit it is shared by the unit."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    """Who made it and may change it."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))
    """The filters, order and columns as they stand in the address."""
    created_at: Mapped[datetime]


class DefaultView(Base):
    """The view that somebody's list of employers opens with."""

    __tablename__ = "default_view"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"))


class BulkAction(PublicId, Base):
    """Something done to many employers at once, or with consequences for many placements, with what is needed to take
    it back."""

    __tablename__ = "bulk_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    """A key of crm.employers.services.bulk.KINDS, or crm.employers.registers.by_hand.KIND."""
    memory: Mapped[list[Any]] = mapped_column()
    """For each relationship its id, its version after, and what stood there before."""
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    done_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

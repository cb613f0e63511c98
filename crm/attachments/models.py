"""The table of attachments. The bytes stand in a store of files, named by a random key."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, PublicId


class Attachment(PublicId, Base):
    """A file of one owner: ``owner_kind`` and ``owner_ref`` name the row of another feature that it belongs to."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str] = mapped_column(String(40))
    owner_ref: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    file_key: Mapped[str] = mapped_column(String(64), unique=True)
    """Where the bytes are in the store."""
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """Taken away by somebody; the bytes go a while later, so that it can be taken back."""

    __table_args__ = (Index("ix_attachment_owner", "owner_kind", "owner_ref"),)

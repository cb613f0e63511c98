"""Tables of handovers: who gave how many employers to whom, with which notes, and how the employers were told."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff
from crm.db import Base, EnumText, PublicId
from crm.employers.models import EmployerRelationship


class Telling(StrEnum):
    """How employers are told that somebody else is responsible now."""

    NOT = "not"
    MAIL = "mail"
    LETTER = "letter"


class Handover(PublicId, Base):
    """Many employers handed over in one go. The old owner was responsible until the commit, the new one from it on."""

    __tablename__ = "employer_handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who did it; None: the system, because the account was disabled."""
    telling: Mapped[Telling] = mapped_column(EnumText(Telling), default=Telling.NOT)
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    items: Mapped[list["HandoverItem"]] = relationship(
        back_populates="handover", order_by="HandoverItem.id", cascade="all, delete-orphan"
    )
    from_staff: Mapped[Staff | None] = relationship(foreign_keys=[from_id])
    by: Mapped[Staff | None] = relationship(foreign_keys=[by_id])


class HandoverItem(PublicId, Base):
    """One relationship of a handover: what stood there before, for undoing, and what the successor must know."""

    __tablename__ = "employer_handover_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("employer_handover.id", ondelete="CASCADE"))
    relationship_id: Mapped[int] = mapped_column(ForeignKey("employer_relationship.id", ondelete="CASCADE"), index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """None: the unit."""
    deputy_before_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    was_deputy: Mapped[bool] = mapped_column(default=False)
    """The one who left was the deputy here, and not the owner."""
    note: Mapped[str | None] = mapped_column(Text)
    task_ids: Mapped[list[Any]] = mapped_column(default=list)
    """The open tasks that went with it."""
    undone: Mapped[bool] = mapped_column(default=False)
    not_told: Mapped[str | None] = mapped_column(String(40))
    """Why no message was planned: do_not_contact, no_address."""

    handover: Mapped[Handover] = relationship(back_populates="items")
    relation: Mapped[EmployerRelationship] = relationship()
    to: Mapped[Staff | None] = relationship(foreign_keys=[to_id])

    __table_args__ = (UniqueConstraint("handover_id", "relationship_id"),)

"""Tables of the contact history."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base


class HistoryLine(Base):
    """One line: what happened, when, by whom, in the reader's language, and the rows it came from.

    ``summary`` maps staff languages to the text written when it happened, so that the line of a plugin that is
    gone still reads well. One line for each (kind, source_ref).
    """

    __tablename__ = "history_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    source_ref: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    author_label: Mapped[str] = mapped_column(String(120), default="")
    summary: Mapped[dict[str, str]] = mapped_column()
    detail: Mapped[dict[str, str] | None] = mapped_column()
    """A second, longer line of text by language; read by those who see the whole line only."""

    links: Mapped[list["HistoryLink"]] = relationship(
        back_populates="line", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (UniqueConstraint("kind", "source_ref"),)


class HistoryLink(Base):
    """What a line is about: exactly one real foreign key for each link. ``at`` repeats the line's time for paging."""

    __tablename__ = "history_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("history_line.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    workplace_id: Mapped[int | None] = mapped_column(ForeignKey("workplace.id", ondelete="CASCADE"))
    contact_person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="CASCADE"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))

    line: Mapped[HistoryLine] = relationship(back_populates="links")

    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN employer_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN workplace_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN contact_person_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN participant_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
        UniqueConstraint("line_id", "employer_id", "workplace_id", "contact_person_id", "participant_id"),
        Index("ix_history_link_employer", "employer_id", "at", "line_id"),
        Index("ix_history_link_workplace", "workplace_id", "at", "line_id"),
        Index("ix_history_link_contact_person", "contact_person_id", "at", "line_id"),
        Index("ix_history_link_participant", "participant_id", "at", "line_id"),
    )

"""Tables of what mentors promise, when they did it, and of notes that nobody else reads."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, PublicId, Versioned
from outreach.matching.models import Match, Mentor


class MentorCommitment(PublicId, Versioned, Base):
    """Something that a mentor does again and again (every so many days), or so many times."""

    __tablename__ = "outreach_mentor_commitment"

    id: Mapped[int] = mapped_column(primary_key=True)
    mentor_id: Mapped[int] = mapped_column(ForeignKey("outreach_mentor.id", ondelete="CASCADE"), index=True)
    match_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_match.id", ondelete="CASCADE"), index=True)
    """With whom, where it is about one match."""
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str | None] = mapped_column(String(200))
    every_days: Mapped[int | None]
    times: Mapped[int | None]
    starts_on: Mapped[date]
    due_on: Mapped[date | None]
    """By when it has been done so many times."""
    ended_on: Mapped[date | None]
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    mentor: Mapped[Mentor] = relationship()
    match: Mapped[Match | None] = relationship()

    __table_args__ = (
        CheckConstraint("(every_days IS NULL) <> (times IS NULL)", name="one_rhythm"),
        CheckConstraint("every_days IS NULL OR every_days > 0", name="every_days_positive"),
        CheckConstraint("times IS NULL OR times > 0", name="times_positive"),
    )


class CommitmentDone(PublicId, Base):
    """A day on which a mentor did what was promised, once a day. A tick by mistake stays with ``removed_at``."""

    __tablename__ = "outreach_commitment_done"

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("outreach_mentor_commitment.id", ondelete="CASCADE"))
    on_date: Mapped[date]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    commitment: Mapped[MentorCommitment] = relationship()

    __table_args__ = (UniqueConstraint("commitment_id", "on_date"),)


class MentorNote(PublicId, Base):
    """A note on the work with a mentor: read by its writer and by who was responsible for the mentor then."""

    __tablename__ = "outreach_mentor_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    mentor_id: Mapped[int] = mapped_column(ForeignKey("outreach_mentor.id", ondelete="CASCADE"), index=True)
    match_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_match.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who was responsible for the mentor when it was written: nobody comes to read it by being made so later."""
    text: Mapped[str] = mapped_column(Text)
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    mentor: Mapped[Mentor] = relationship()

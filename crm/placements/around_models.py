"""What stands around placements: what a unit insists on, who must act now, what may be shared, posts, occupations."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, PublicId, Versioned
from crm.employers.models import Employer
from crm.placements.models import Placement


class PlacementRules(Versioned, Base):
    """What a unit, and the units below it without rules of their own, insists on. Without a row: what is shipped."""

    __tablename__ = "placement_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), unique=True)
    levels: Mapped[dict[str, str]] = mapped_column()
    """For each kind of gap "off", "warn" or "block"."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class PlacementAlert(PublicId, Base):
    """Somebody must act now for the person of this placement, until it is dealt with."""

    __tablename__ = "placement_alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    """Why: employer_bankrupt, employer_winding_up, employer_closed, workplace_closed."""
    since: Mapped[date]
    raised_at: Mapped[datetime]
    dealt_with_at: Mapped[datetime | None]
    dealt_with_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    placement: Mapped[Placement] = relationship(back_populates="alerts")

    __table_args__ = (UniqueConstraint("placement_id", "kind"), Index("ix_placement_alert_open", "dealt_with_at"))


class SharingConsent(Base):
    """One statement of a participant on what one employer may be told, never changed; the newest holds."""

    __tablename__ = "sharing_consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    items: Mapped[list[str]] = mapped_column()
    """Values of sharing.Item; empty means nothing."""
    at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    __table_args__ = (Index("ix_sharing_consent_newest", "participant_id", "employer_id", "id"),)


class SharingEntry(Base):
    """What an employer was told of a participant, when and by whom. What was said itself is not kept."""

    __tablename__ = "sharing_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    items: Mapped[list[str]] = mapped_column()
    told: Mapped[str] = mapped_column(String(160))
    """Who at the employer was told."""
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)

    __table_args__ = (Index("ix_sharing_entry_person", "participant_id", "employer_id"),)


class Caseworker(Versioned, Base):
    """Who decides about a participant at an authority, so that both can be reached."""

    __tablename__ = "caseworker"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    organisation: Mapped[str | None] = mapped_column(String(160))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))


class AdaptedPosts(Base):
    """How many adapted posts an employer had on a day."""

    __tablename__ = "adapted_posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    as_of: Mapped[date]
    least: Mapped[int]
    most: Mapped[int]
    """The same as ``least`` unless only a range is known ("2 to 3")."""
    source: Mapped[str | None] = mapped_column(String(200))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    employer: Mapped[Employer] = relationship()

    __table_args__ = (
        UniqueConstraint("employer_id", "as_of"),
        CheckConstraint("least >= 0 AND most >= least", name="range"),
    )


class Occupation(PublicId, Versioned, Base):
    """An occupation with the share of women in it, as configured, with where the figure comes from."""

    __tablename__ = "occupation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    share_women: Mapped[int | None]
    """Per cent; None where nobody has said it."""
    as_of: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (CheckConstraint("share_women IS NULL OR share_women BETWEEN 0 AND 100", name="share_range"),)

"""Tables of CSR partnerships: commitments with their evidence, reviews, testimonials."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, PublicId, Versioned
from crm.employers.models import ContactPerson, Employer


class Partnership(PublicId, Versioned, Base):
    """What an employer and a unit have promised each other, with somebody responsible on both sides."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    """Responsible with us; without one the unit is."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"))
    """Responsible at the employer."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    may_publish: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(Text)
    ended_on: Mapped[date | None]
    """When it was ended before its time, or closed at its end."""
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    employer: Mapped[Employer] = relationship()
    unit: Mapped[Unit] = relationship()
    owner: Mapped[Staff | None] = relationship()
    person: Mapped[ContactPerson | None] = relationship()
    commitments: Mapped[list["Commitment"]] = relationship(
        back_populates="partnership", cascade="all, delete-orphan", order_by="Commitment.id"
    )
    reviews: Mapped[list["PartnershipReview"]] = relationship(
        back_populates="partnership", cascade="all, delete-orphan", order_by="PartnershipReview.on_date"
    )

    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),)


class PartnershipReview(PublicId, Base):
    """A day on which both sides look at what was promised."""

    __tablename__ = "partnership_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    on_date: Mapped[date]
    done_on: Mapped[date | None]

    partnership: Mapped[Partnership] = relationship(back_populates="reviews")

    __table_args__ = (UniqueConstraint("partnership_id", "on_date"),)


class Commitment(PublicId, Versioned, Base):
    """One promise of a partnership: what, how much and by when. What was delivered is counted, and stands nowhere."""

    __tablename__ = "commitment"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    """A code of the picklist commitment_type."""
    text: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[int]
    unit_of_measure: Mapped[str | None] = mapped_column(String(40))
    target_group: Mapped[str | None] = mapped_column(String(160))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    placement_kinds: Mapped[list[str]] = mapped_column(default=list)
    """Codes of placement_type that count; none: those that are usual for the kind of commitment."""
    frameworks: Mapped[list[str]] = mapped_column(default=list)
    baseline: Mapped[str | None] = mapped_column(String(300))
    measure: Mapped[str | None] = mapped_column(String(300))
    at_risk: Mapped[bool] = mapped_column(default=False)
    """Somebody has said that it may not be kept, whatever the figures say."""
    cancelled_on: Mapped[date | None]
    cancelled_because: Mapped[str | None] = mapped_column(String(300))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    partnership: Mapped[Partnership] = relationship(back_populates="commitments")

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )


class CommitmentEvidence(PublicId, Base):
    """Something that shows that a commitment is kept, added by staff. It counts where nothing else does."""

    __tablename__ = "commitment_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"), index=True)
    on_date: Mapped[date]
    quantity: Mapped[int] = mapped_column(default=1)
    text: Mapped[str] = mapped_column(String(300))
    link: Mapped[str | None] = mapped_column(String(300))
    """Where the document is: an address on the web or a reference to a file."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    commitment: Mapped[Commitment] = relationship()

    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)


class Testimonial(PublicId, Versioned, Base):
    """What an employer has said about us, and whether it may be shown to others."""

    __tablename__ = "testimonial"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"))
    said_by: Mapped[str] = mapped_column(String(160))
    said_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    may_publish: Mapped[bool] = mapped_column(default=False)
    consent_on: Mapped[date | None]
    """When they agreed that it may be shown; without that it may not."""
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    employer: Mapped[Employer] = relationship()

    __table_args__ = (CheckConstraint("NOT may_publish OR consent_on IS NOT NULL", name="published_with_consent"),)

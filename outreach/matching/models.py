"""Tables of mentors, the talks with them, profiles, offers and matches. What mentors promise stands in promises.py."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, EnumText, PublicId, Versioned
from crm.employers.models import Employer
from crm.participants.models import Participant
from outreach.matching.states import ChosenBy, OfferState


class Mentor(PublicId, Versioned, Base):
    """A volunteer of a unit: how they are reached, and how much they can take on."""

    __tablename__ = "outreach_mentor"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    """Responsible with us; without one the unit is."""
    name: Mapped[str] = mapped_column(String(160))
    sort_name: Mapped[str] = mapped_column(String(160), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    """E.164."""
    email: Mapped[str | None] = mapped_column(String(254))
    birth_year: Mapped[int | None]
    municipality: Mapped[str | None] = mapped_column(String(80))
    capacity: Mapped[int] = mapped_column(default=1)
    """How many matches at the same time."""
    recruited_on: Mapped[date]
    told_on: Mapped[date | None]
    """When the mentor was told that we keep these details."""
    paused_on: Mapped[date | None]
    pause_reason: Mapped[str | None] = mapped_column(String(40))
    pause_until: Mapped[date | None]
    """The last day of the pause; None: until somebody says so."""
    stopped_on: Mapped[date | None]
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship()
    staff: Mapped[Staff | None] = relationship()
    profile: Mapped["MatchProfile | None"] = relationship(back_populates="mentor", passive_deletes=True)

    __table_args__ = (CheckConstraint("capacity > 0", name="capacity_positive"),)


class MatchInterview(PublicId, Versioned, Base):
    """A talk with a mentor along the match guide. One that is not done yet can be gone on with."""

    __tablename__ = "outreach_match_interview"

    id: Mapped[int] = mapped_column(primary_key=True)
    mentor_id: Mapped[int] = mapped_column(ForeignKey("outreach_mentor.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    on_date: Mapped[date]
    minutes: Mapped[int] = mapped_column(default=30)
    answers: Mapped[dict[str, str]] = mapped_column()
    """An answer to each topic that was talked about; see outreach.matching.guide."""
    weighs: Mapped[list[str]] = mapped_column(default=list)
    """Keys of the themes that weigh most for this person."""
    attention: Mapped[str | None] = mapped_column(Text)
    """What needs special attention, written after the talk."""
    done_at: Mapped[datetime | None]
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    mentor: Mapped[Mentor] = relationship()


class MatchProfile(PublicId, Versioned, Base):
    """One page about a mentor or an employer, for a participant who chooses. Only what was agreed to is ever shown."""

    __tablename__ = "outreach_match_profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_mentor.id", ondelete="CASCADE"), unique=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    texts: Mapped[dict[str, str]] = mapped_column()
    agreed: Mapped[list[str]] = mapped_column(default=list)
    """Keys of the fields that may be shown; see outreach.matching.profile_fields."""
    agreed_on: Mapped[date | None]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who wrote the agreement down."""
    withdrawn_at: Mapped[datetime | None]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]

    mentor: Mapped[Mentor | None] = relationship(back_populates="profile")
    employer: Mapped[Employer | None] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("employer_id", "unit_id"),
        CheckConstraint("(mentor_id IS NULL) <> (employer_id IS NULL)", name="of_one"),
    )

    @property
    def called(self) -> str:
        """The name of whom it is about, for staff."""
        about = self.mentor or self.employer
        return about.name if about else ""


class MatchOffer(PublicId, Versioned, Base):
    """Two or three profiles from which a participant chooses."""

    __tablename__ = "outreach_match_offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who offers."""
    state: Mapped[OfferState] = mapped_column(EnumText(OfferState), default=OfferState.OPEN)
    chosen_by: Mapped[ChosenBy | None] = mapped_column(EnumText(ChosenBy))
    chosen_name: Mapped[str | None] = mapped_column(String(120))
    """Who chose, where it was not the participant alone."""
    decided_on: Mapped[date | None]
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    participant: Mapped[Participant] = relationship()
    staff: Mapped[Staff | None] = relationship()
    candidates: Mapped[list["OfferCandidate"]] = relationship(
        back_populates="offer", cascade="all, delete-orphan", order_by="OfferCandidate.position"
    )


class OfferCandidate(PublicId, Base):
    """One of the profiles of an offer."""

    __tablename__ = "outreach_offer_candidate"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("outreach_match_offer.id", ondelete="CASCADE"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("outreach_match_profile.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    chosen: Mapped[bool] = mapped_column(default=False)

    offer: Mapped[MatchOffer] = relationship(back_populates="candidates")
    profile: Mapped[MatchProfile] = relationship()

    __table_args__ = (UniqueConstraint("offer_id", "profile_id"),)


class Match(PublicId, Versioned, Base):
    """A participant and a mentor or an employer who have been brought together. Figures outlive a mentor."""

    __tablename__ = "outreach_match"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_mentor.id", ondelete="SET NULL"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="SET NULL"), index=True)
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("outreach_match_offer.id", ondelete="SET NULL"), unique=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    chosen_by: Mapped[ChosenBy] = mapped_column(EnumText(ChosenBy))
    made_on: Mapped[date]
    begun_on: Mapped[date | None]
    """When they met for the first time."""
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]

    participant: Mapped[Participant] = relationship()
    mentor: Mapped[Mentor | None] = relationship()
    employer: Mapped[Employer | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
    offer: Mapped[MatchOffer | None] = relationship()

    __table_args__ = (
        CheckConstraint("begun_on IS NULL OR begun_on >= made_on", name="begun_after_made"),
        CheckConstraint("ended_on IS NULL OR ended_on >= made_on", name="ended_after_made"),
        Index("ix_outreach_match_made", "unit_id", "made_on"),
    )

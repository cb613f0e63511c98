"""Tables of participants' profiles, individual plans and competence cards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, EnumText, PublicId, Versioned
from crm.participants.models import Participant


class PaperKind(StrEnum):
    """Which of the two papers it is."""

    INDIVIDUAL_PLAN = "individual_plan"
    COMPETENCE_CARD = "competence_card"


class ParticipantProfile(Versioned, Base):
    """What a participant wants and can, and which training is still needed: one short line each."""

    __tablename__ = "participant_profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), unique=True)
    wishes: Mapped[list[str]] = mapped_column()
    skills: Mapped[list[str]] = mapped_column()
    training_needs: Mapped[list[str]] = mapped_column()
    cv_url: Mapped[str | None] = mapped_column(String(500))
    """Where the CV is: a page, a file or a film."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class PlanPaper(PublicId, Base):
    """One version of a participant's individual plan or competence card. It never changes; a revision is a new one."""

    __tablename__ = "plan_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    kind: Mapped[PaperKind] = mapped_column(EnumText(PaperKind))
    number: Mapped[int]
    answers: Mapped[dict[str, str]] = mapped_column()
    """By the keys of crm.plans.words.QUESTIONS."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    participant: Mapped[Participant] = relationship()

    __table_args__ = (UniqueConstraint("participant_id", "kind", "number"),)

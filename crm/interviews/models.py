"""The table of interviews with employers."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Base, PublicId, Versioned
from crm.employers.models import Employer


class EmployerInterview(PublicId, Versioned, Base):
    """What an employer answered to the guide on a day. Of several at one employer the newest counts."""

    __tablename__ = "employer_interview"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    on_date: Mapped[date]
    answers: Mapped[dict[str, str]] = mapped_column()
    """An answer to each topic that was talked about; see crm.interviews.guide."""
    note: Mapped[str | None] = mapped_column(Text)
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    employer: Mapped[Employer] = relationship()

    __table_args__ = (
        Index("ix_employer_interview_employer", "employer_id", "on_date"),
        Index("ix_employer_interview_unit", "unit_id", "on_date"),
    )

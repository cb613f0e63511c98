"""Tables of calls that are going on or over, and of employers that somebody named during one."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, PublicId, Versioned
from crm.employers.models import Contact, ContactPerson, Employer
from outreach.lists.models import CallEntry
from outreach.scripts.models import CallScriptVersion


class Call(PublicId, Versioned, Base):
    """A call. While it goes on, everything that was typed stands here, so that it can be taken up again anywhere.

    ``version_id`` counts the steps, ``draft_number`` what was typed between two of them. Once it is closed, what was
    typed stands with the contact and is gone from here; which way it went stays, to be counted.
    """

    __tablename__ = "outreach_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_call_entry.id", ondelete="SET NULL"), index=True)
    """Of which list; None: a call outside of any."""
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"), index=True)
    """Whom to ask for."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    script_version_id: Mapped[int] = mapped_column(
        ForeignKey("outreach_call_script_version.id", ondelete="RESTRICT"), index=True
    )
    """The version with which it began; a newer one does not change a call that goes on."""
    language: Mapped[str] = mapped_column(String(8))
    """In which language the script is read out."""
    walk: Mapped[dict[str, Any]] = mapped_column()
    """The answers so far: outreach.scripts.keeping."""
    note: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What stands in the fields of each step, by its key, as it was typed; not looked at until the step is answered."""
    draft_number: Mapped[int] = mapped_column(default=0)
    draft_tab: Mapped[str] = mapped_column(String(20), default="")
    """The window that saved last."""
    submission_key: Mapped[str] = mapped_column(String(40), unique=True)
    """The key of the contact that it becomes, so that it becomes one."""
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)

    entry: Mapped[CallEntry | None] = relationship()
    employer: Mapped[Employer] = relationship()
    person: Mapped[ContactPerson | None] = relationship()
    unit: Mapped[Unit] = relationship()
    staff: Mapped[Staff] = relationship()
    script_version: Mapped[CallScriptVersion] = relationship()
    contact: Mapped[Contact | None] = relationship()

    __table_args__ = (
        Index("ix_outreach_call_staff", "staff_id", "ended_at"),
        Index(
            "uq_outreach_call_open",
            "staff_id",
            "employer_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Referral(PublicId, Versioned, Base):
    """Another employer that somebody named during a call: only what is needed to find it, and who named it."""

    __tablename__ = "outreach_referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_call.id", ondelete="SET NULL"), unique=True)
    from_employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    from_person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"))
    named: Mapped[str] = mapped_column(String(2000))
    """The employer's name and how to reach it at work, as it was said."""
    may_mention: Mapped[bool] = mapped_column(default=False)
    """Whether we may say who named it."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    to_employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="SET NULL"), index=True)
    """Which one it is, once somebody has found it."""
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When somebody found it, or laid it aside."""

    from_employer: Mapped[Employer] = relationship(foreign_keys=[from_employer_id])
    from_person: Mapped[ContactPerson | None] = relationship()
    to_employer: Mapped[Employer | None] = relationship(foreign_keys=[to_employer_id])
    staff: Mapped[Staff | None] = relationship()

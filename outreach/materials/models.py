"""The table of information sheets that were sent by mail."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, PublicId
from crm.documents.models import DocumentVersion
from crm.employers.models import ContactPerson, Employer


class MaterialMail(PublicId, Base):
    """An information sheet on its way to an employer. The address is that of the day on which it leaves."""

    __tablename__ = "outreach_material"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id", ondelete="RESTRICT"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="CASCADE"), index=True)
    """Whose address it goes to; None: the employer's own."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    """The contact in which it was promised."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The form's own key: the same form sent twice sends one mail."""
    created_at: Mapped[datetime]

    version: Mapped[DocumentVersion] = relationship()
    employer: Mapped[Employer] = relationship()
    person: Mapped[ContactPerson | None] = relationship()
    unit: Mapped[Unit] = relationship()
    staff: Mapped[Staff | None] = relationship()

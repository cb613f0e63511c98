"""Tables of texts that are written once and used often, their versions, and which sheet was given to whom."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm.db import Base, EnumText, PublicId


class DocumentKind(StrEnum):
    """What a text is for."""

    AGREEMENT = "agreement"
    WORK_INSTRUCTION = "work_instruction"
    CERTIFICATE = "certificate"
    INFORMATION = "information"


class UsedText(RuntimeError):
    """Somebody tried to change a text that stands in a document already. A programming error."""


class DocumentTemplate(PublicId, Base):
    """A text with named fields, of the whole organisation. What it says stands in its versions."""

    __tablename__ = "document_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    agreement_type: Mapped[str | None] = mapped_column(String(40))
    """A code of the picklist agreement_type, for agreements."""
    shipped: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    versions: Mapped[list["DocumentVersion"]] = relationship(
        back_populates="template", cascade="all, delete-orphan", order_by="DocumentVersion.number"
    )

    @property
    def newest(self) -> "DocumentVersion":
        """The version that is in force."""
        return self.versions[-1]


class DocumentVersion(PublicId, Base):
    """What a template says, in each language. It never changes again once it stands in a document."""

    __tablename__ = "document_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("document_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    titles: Mapped[dict[str, str]] = mapped_column()
    """By language: en, sv, nb or da."""
    bodies: Mapped[dict[str, str]] = mapped_column()
    """By language: simple Markdown with named fields, like {employer}."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    used_at: Mapped[datetime | None]

    template: Mapped[DocumentTemplate] = relationship(back_populates="versions")

    __table_args__ = (UniqueConstraint("template_id", "number"),)

    @validates("titles", "bodies")
    def _stays_as_it_was_used(self, name: str, value: dict[str, str]) -> dict[str, str]:
        if self.used_at is not None and value != getattr(self, name):
            raise UsedText(f"version {self.number} is in use")
        return value


class SheetGiven(Base):
    """An information sheet that somebody gave to an employer, in which version; with the contact where it was one."""

    __tablename__ = "sheet_given"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id", ondelete="RESTRICT"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    given_on: Mapped[date]
    created_at: Mapped[datetime]

    version: Mapped[DocumentVersion] = relationship()

    __table_args__ = (
        UniqueConstraint("version_id", "contact_id"),
        Index("ix_sheet_given_employer", "employer_id", "given_on"),
    )

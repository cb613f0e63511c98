"""Tables of agreements, of the links with which employers sign them, and of signatures."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm.accounts.models import Staff, Unit
from crm.db import Base, EnumText, PublicId, Versioned
from crm.documents.models import DocumentVersion
from crm.employers.models import ContactPerson, Employer


class AgreementStatus(StrEnum):
    """Where an agreement stands. SIGNED: by both, and it has not begun yet."""

    DRAFT = "draft"
    SENT = "sent"
    SIGNED = "signed"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    RENEWED = "renewed"
    TERMINATED = "terminated"
    REFUSED = "refused"
    REPLACED = "replaced"


class Side(StrEnum):
    """Whose signature it is."""

    EMPLOYER = "employer"
    OURS = "ours"


class Follows(StrEnum):
    """How an agreement follows another."""

    RENEWAL = "renewal"
    REPLACEMENT = "replacement"


class FrozenAgreement(RuntimeError):
    """Somebody tried to change what was sent for signing. A programming error."""


class Agreement(PublicId, Versioned, Base):
    """What a unit and an employer agree on. Its text is written when it is sent, and never changes after that."""

    __tablename__ = "agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    type: Mapped[str] = mapped_column(String(40))
    """A code of the picklist agreement_type."""
    status: Mapped[AgreementStatus] = mapped_column(EnumText(AgreementStatus), default=AgreementStatus.DRAFT)
    language: Mapped[str] = mapped_column(String(8))
    text_version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id", ondelete="RESTRICT"))
    fields: Mapped[dict[str, str]] = mapped_column(default=dict)
    """What was written by hand, by the names of crm.documents.fields."""
    scope: Mapped[list[str]] = mapped_column(default=list)
    """What an agreement between authorities covers, one entry each."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    review_on: Mapped[date]
    title: Mapped[str | None] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Text)
    """The document itself, title first: what both sides sign, byte by byte."""
    text_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the text's UTF-8 bytes."""
    link_number: Mapped[int] = mapped_column(default=0)
    """The number of the link that works; those before it do not any more."""
    sent_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    closed_on: Mapped[date | None]
    close_reason: Mapped[str | None] = mapped_column(String(1000))
    """Why it was refused or ended, in somebody's words."""
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id", ondelete="SET NULL"), index=True)
    follows_as: Mapped[Follows | None] = mapped_column(EnumText(Follows))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The form's own key: the same form sent twice makes one agreement."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    employer: Mapped[Employer] = relationship()
    unit: Mapped[Unit] = relationship()
    text_version: Mapped[DocumentVersion] = relationship()
    owner: Mapped[Staff | None] = relationship(foreign_keys=[owner_id])
    deputy: Mapped[Staff | None] = relationship(foreign_keys=[deputy_id])
    contact: Mapped[ContactPerson | None] = relationship()
    signatures: Mapped[list["AgreementSignature"]] = relationship(
        back_populates="agreement", cascade="all, delete-orphan", order_by="AgreementSignature.id"
    )
    links: Mapped[list["SigningLink"]] = relationship(back_populates="agreement", cascade="all, delete-orphan")

    __table_args__ = (
        Index("ix_agreement_unit_status", "unit_id", "status", "ends_on"),
        Index("ix_agreement_status_ends", "status", "ends_on"),
    )

    @validates("title", "text", "text_hash", "language", "text_version_id", "fields", "scope", "starts_on", "ends_on")
    def _is_frozen(self, name: str, value: object) -> object:
        if self.text_hash is not None and value != getattr(self, name):
            raise FrozenAgreement(f"{name} of an agreement that was sent")
        return value

    def signature_of(self, side: Side) -> "AgreementSignature | None":
        """The signature of one side, if it has signed."""
        return next((each for each in self.signatures if each.side is side), None)


class AgreementSignature(Base):
    """That one side signed: who, as what, when and which text. With a reason where staff wrote it down."""

    __tablename__ = "agreement_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(EnumText(Side))
    name: Mapped[str] = mapped_column(String(160))
    role: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    text_hash: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who of us signed, or wrote down that the employer did."""
    behalf_reason: Mapped[str | None] = mapped_column(String(500))
    """Why staff wrote the employer's signature down: signed on paper, for instance."""

    agreement: Mapped[Agreement] = relationship(back_populates="signatures")

    __table_args__ = (UniqueConstraint("agreement_id", "side"),)


class SigningLink(Base):
    """A personal link to read and sign an agreement. The token stands nowhere, only its hash."""

    __tablename__ = "agreement_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"))
    number: Mapped[int]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    agreement: Mapped[Agreement] = relationship(back_populates="links")

    __table_args__ = (UniqueConstraint("agreement_id", "number"),)

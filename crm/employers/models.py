"""Tables of employers, workplace units, contact persons, contacts and one unit's relationships."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, EnumText, PublicId, Versioned


class EmployerKind(StrEnum):
    """What an employer is."""

    COMPANY = "company"
    PUBLIC = "public"
    NON_PROFIT = "non_profit"
    TRAINING_OFFICE = "training_office"
    PARTNER_AUTHORITY = "partner_authority"


class Stage(StrEnum):
    """The five stages that are shipped. Do not contact is a flag and no stage."""

    NEW = "new"
    CONTACT = "contact"
    AGREEMENT = "agreement"
    PLACEMENT_RUNNING = "placement_running"
    RESTING = "resting"


class RegisterStatus(StrEnum):
    """What a business register says of a company."""

    ACTIVE = "active"
    BANKRUPT = "bankrupt"
    WINDING_UP = "winding_up"
    CLOSED = "closed"


class Employer(PublicId, Versioned, Base):
    """A legal entity that gives, or may give, somebody a place. Organisation-wide."""

    __tablename__ = "employer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(200), index=True)
    country: Mapped[str] = mapped_column(String(2), default="SE")
    org_number: Mapped[str | None] = mapped_column(String(20))
    """Compact, without dashes and blanks."""
    org_number_unchecked: Mapped[bool] = mapped_column(default=False)
    """The check digit is wrong and somebody confirmed the number all the same."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="SET NULL"), index=True)
    kind: Mapped[EmployerKind] = mapped_column(EnumText(EmployerKind), default=EmployerKind.COMPANY)
    industry_scheme: Mapped[str | None] = mapped_column(String(16))
    industry_code: Mapped[str | None] = mapped_column(String(12))
    industry_text: Mapped[str | None] = mapped_column(String(200))
    industry_retrieved_on: Mapped[date | None]
    """When a register said so. Codes of two schemes are never compared: see ``industry_scheme``."""
    legal_form: Mapped[str | None] = mapped_column(String(80))
    former_names: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    municipality_code: Mapped[str | None] = mapped_column(String(8), index=True)
    municipality: Mapped[str | None] = mapped_column(String(80))
    address: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(12))
    city: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    website: Mapped[str | None] = mapped_column(String(300))
    employee_count: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(60))
    advertising_block: Mapped[bool] = mapped_column(default=False)
    register_status: Mapped[RegisterStatus] = mapped_column(
        EnumText(RegisterStatus), default=RegisterStatus.ACTIVE, server_default=RegisterStatus.ACTIVE.value
    )
    register_status_since: Mapped[date | None]
    do_not_contact: Mapped[bool] = mapped_column(default=False)
    do_not_contact_reason: Mapped[str | None] = mapped_column(String(300))
    warning: Mapped[str | None] = mapped_column(String(500))
    warning_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    warning_until: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="SET NULL"), index=True)
    """The employer that this one was found to be. It is archived, and its address leads there."""
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    warned_by: Mapped[Staff | None] = relationship(foreign_keys=[warning_by_id], viewonly=True)
    workplaces: Mapped[list["Workplace"]] = relationship(
        back_populates="employer", order_by="Workplace.name", cascade="all, delete-orphan"
    )
    positions: Mapped[list["Position"]] = relationship(back_populates="employer", cascade="all, delete-orphan")
    relationships: Mapped[list["EmployerRelationship"]] = relationship(
        back_populates="employer", cascade="all, delete-orphan"
    )

    __table_args__ = (UniqueConstraint("country", "org_number"),)


class Workplace(PublicId, Base):
    """A workplace unit under an employer, with its own number and address."""

    __tablename__ = "workplace"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    unit_number: Mapped[str | None] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(12))
    city: Mapped[str | None] = mapped_column(String(80))
    municipality_code: Mapped[str | None] = mapped_column(String(8))
    phone: Mapped[str | None] = mapped_column(String(20))
    retrieved_on: Mapped[date | None]
    """When it was taken over from a register; None when somebody typed it in."""
    archived_at: Mapped[datetime | None]

    employer: Mapped[Employer] = relationship(back_populates="workplaces")

    __table_args__ = (UniqueConstraint("employer_id", "name"),)


class ContactPerson(PublicId, Versioned, Base):
    """A person at one or more employers."""

    __tablename__ = "contact_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    sort_name: Mapped[str] = mapped_column(String(160), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    do_not_call: Mapped[bool] = mapped_column(default=False)
    do_not_mail: Mapped[bool] = mapped_column(default=False, server_default="0")
    preferred_way: Mapped[str | None] = mapped_column(String(20))
    """How they like to be reached: a key of crm.employers.ways.WAYS."""
    told_on: Mapped[date | None]
    """When the person was told that we keep these details."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"), index=True)
    """The same person, under another entry."""
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    positions: Mapped[list["Position"]] = relationship(back_populates="person", cascade="all, delete-orphan")


class Position(Base):
    """What a contact person is at an employer. ``left_on`` keeps the history when they have gone."""

    __tablename__ = "position"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("contact_person.id", ondelete="CASCADE"), index=True)
    workplace_id: Mapped[int | None] = mapped_column(ForeignKey("workplace.id", ondelete="SET NULL"))
    title: Mapped[str | None] = mapped_column(String(120))
    decides: Mapped[bool] = mapped_column(default=False)
    left_on: Mapped[date | None]

    employer: Mapped[Employer] = relationship(back_populates="positions")
    person: Mapped[ContactPerson] = relationship(back_populates="positions")
    workplace: Mapped[Workplace | None] = relationship()

    __table_args__ = (UniqueConstraint("employer_id", "person_id"),)


class EmployerRelationship(PublicId, Versioned, Base):
    """One unit's relationship to an employer. Without an owner the unit itself is responsible."""

    __tablename__ = "employer_relationship"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    stage: Mapped[str] = mapped_column(String(40), default=Stage.NEW.value)
    stage_since: Mapped[datetime]
    prior_experience: Mapped[str] = mapped_column(String(20), default="unknown")
    """A code of the picklist prior_experience."""
    prior_experience_reason: Mapped[str | None] = mapped_column(String(40))
    """Why, where it was bad or mixed: a key of crm.employers.ways.REASONS."""
    preferred_information: Mapped[str | None] = mapped_column(String(20))
    """case_based, general or none; None: nobody has asked. General mail goes only to "general"."""
    note: Mapped[str | None] = mapped_column(Text)
    last_contact_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    employer: Mapped[Employer] = relationship(back_populates="relationships")
    unit: Mapped[Unit] = relationship()
    owner: Mapped[Staff | None] = relationship(foreign_keys=[owner_id])
    deputy: Mapped[Staff | None] = relationship(foreign_keys=[deputy_id])

    __table_args__ = (
        UniqueConstraint("employer_id", "unit_id"),
        Index("ix_employer_relationship_unit", "unit_id", "stage"),
    )


class StageChange(Base):
    """A move of a relationship from one stage to another."""

    __tablename__ = "stage_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    relationship_id: Mapped[int] = mapped_column(ForeignKey("employer_relationship.id", ondelete="CASCADE"), index=True)
    from_stage: Mapped[str | None] = mapped_column(String(40))
    to_stage: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    reason: Mapped[str | None] = mapped_column(String(300))
    since_before: Mapped[datetime | None]
    """When the stage before had been entered: what undoing this move brings back."""


class Contact(PublicId, Versioned, Base):
    """A visit, meeting, call, e-mail, SMS or event with an employer. Kind, day and outcome are all that is required."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    workplace_id: Mapped[int | None] = mapped_column(ForeignKey("workplace.id", ondelete="SET NULL"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(40))
    """A code of the picklist contact_channel."""
    on_date: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(40))
    """A code of the picklist contact_outcome."""
    purpose: Mapped[str | None] = mapped_column(String(40))
    """A code of the picklist contact_purpose."""
    note: Mapped[str | None] = mapped_column(Text)
    travel_minutes: Mapped[int | None]
    quality_level: Mapped[int | None]
    """1 to 5, standards.md section 1."""
    met_decision_maker: Mapped[bool | None]
    participant_present: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str | None] = mapped_column(String(40))
    """Why an employer with an advertising block was approached: a key of crm.employers.ways.BASES."""
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The form's own key: the same form sent twice makes one contact."""
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    """When it was removed; such a contact is seen by nobody and counts nowhere, and can be brought back."""

    employer: Mapped[Employer] = relationship()
    staff: Mapped[Staff | None] = relationship()
    met: Mapped[list["ContactMet"]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        Index("ix_contact_unit_date", "unit_id", "on_date"),
        Index("ix_contact_staff_date", "staff_id", "on_date"),
        CheckConstraint("quality_level IS NULL OR quality_level BETWEEN 1 AND 5", name="quality_range"),
        CheckConstraint("travel_minutes IS NULL OR travel_minutes BETWEEN 0 AND 1440", name="travel_range"),
    )


class ContactMet(Base):
    """A contact person who took part in a contact."""

    __tablename__ = "contact_met"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("contact_person.id", ondelete="CASCADE"), primary_key=True)

    person: Mapped[ContactPerson] = relationship()

"""Tables of units, staff, roles, sessions of sign-in and the audit log."""

from datetime import datetime
from typing import Any

from flask_security import RoleMixin
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.sign_in_rules import SignInRules
from crm.actors import Role
from crm.db import Base, PublicId, Versioned


class Unit(PublicId, Versioned, Base):
    """A unit of the organisation: an office, a team. Units form a tree; the root is the organisation."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    country: Mapped[str] = mapped_column(String(2), default="SE")
    language: Mapped[str] = mapped_column(String(8), default="sv")
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/Stockholm")
    phone: Mapped[str | None] = mapped_column(String(32))
    """The published number of the switchboard, shown in messages and on participants' pages."""
    email: Mapped[str | None] = mapped_column(String(254))
    sms_sender: Mapped[str | None] = mapped_column(String(16))
    """Up to 11 letters (cannot be replied to) or an E.164 number."""
    quiet_from: Mapped[int] = mapped_column(default=20)
    """Hour of the local day from which no message leaves."""
    quiet_until: Mapped[int] = mapped_column(default=8)
    modules: Mapped[list[str]] = mapped_column(default=list)
    stages: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """The stages of its pipeline, in order; None: those of the unit above, at the top the five that are shipped.
    See crm.employers.stages."""
    coordinator_figures_agreed: Mapped[str | None] = mapped_column(String(500))
    """What was agreed with staff about figures for single coordinators; empty means they are off."""
    archived_at: Mapped[datetime | None]

    parent: Mapped["Unit | None"] = relationship(remote_side="Unit.id", back_populates="children")
    children: Mapped[list["Unit"]] = relationship(back_populates="parent")


staff_roles = Table(
    "staff_role",
    Base.metadata,
    Column("staff_id", Integer, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Integer, ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class StaffRole(RoleMixin, Base):
    """A role, as Flask-Security knows it; the names are those of ``crm.actors.Role``."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))
    permissions: Mapped[list[str] | None] = mapped_column()


class Staff(PublicId, SignInRules, Base):
    """Somebody who works here and may sign in."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(32))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    language: Mapped[str] = mapped_column(String(8), default="en")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    invitation_token_hash: Mapped[str | None] = mapped_column(String(64))
    invitation_expires_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    create_datetime: Mapped[datetime | None]
    update_datetime: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    tf_last_counter: Mapped[int | None]
    """The last one-time code that was taken: each works once."""
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))

    unit: Mapped[Unit] = relationship()
    roles: Mapped[list[StaffRole]] = relationship(secondary=staff_roles)

    @property
    def role_names(self) -> frozenset[Role]:
        """The roles as the domain knows them."""
        return frozenset(Role(role.name) for role in self.roles)


class AuditEntry(Base):
    """Who did or read what, and when. Holds ids and field names, never personal data."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_label: Mapped[str] = mapped_column(String(80))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_type", "subject_id", "at"),
        Index("ix_audit_entry_unit_at", "unit_id", "at"),
    )

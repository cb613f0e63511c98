"""Inviting staff, and accepting. Writes run inside ``transaction()``."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.invitation_tokens import invitation_is_open, invitation_token, token_hash
from crm.accounts.mail_port import MailKind, plan_mail
from crm.accounts.models import Staff
from crm.accounts.services import (
    StaffFields,
    check_fields,
    ensure_roles,
    revoke_sessions,
    staff_to_administer,
)
from crm.actors import Actor, ActorKind, Role
from crm.db import current_session, new_public_id
from crm.errors import DomainError, NotAllowed, NotVisible

OPEN_FOR = timedelta(days=7)


def invite_staff(actor: Actor, *, fields: StaffFields) -> Staff:
    """Make an account without a password and plan the mail with the link, which opens it once within 7 days.

    Raises NotAllowed for who is no administrator; DomainError for a foreign unit, no role or a taken address.
    """
    if not actor.has_role(Role.ADMINISTRATOR):
        raise NotAllowed(_("Only administrators may do this."))
    check_fields(actor, fields)
    roles = ensure_roles()
    staff = Staff(
        public_id=new_public_id(),
        name=fields.name,
        email=fields.email.lower(),
        phone=fields.phone,
        unit_id=fields.unit_id,
        language=fields.language,
        active=True,
        fs_uniquifier=new_public_id() + new_public_id(),
        roles=[roles[role] for role in Role if role in fields.roles],
        create_datetime=clock.now(),
    )
    current_session().add(staff)
    # The outbox and the audit log name the person by the key that the database gives.
    current_session().flush()
    _open_invitation(actor, staff, "staff_invited")
    return staff


def resend_invitation(actor: Actor, *, staff_id: int) -> Staff:
    """Send a new link; the old one ends. Raises DomainError when the account is in use or disabled."""
    staff = staff_to_administer(actor, staff_id)
    if staff.password is not None:
        raise DomainError(_("This person already has an account in use."))
    if not staff.active:
        raise DomainError(_("Enable the account first."))
    _open_invitation(actor, staff, "staff_invited_again")
    return staff


def open_invitation(token: str) -> Staff:
    """Whom an invitation that still holds is for. Raises NotVisible for one that is unknown, old or used."""
    staff: Staff | None = current_session().scalar(
        select(Staff).where(Staff.invitation_token_hash == token_hash(token), Staff.active)
    )
    if staff is None or not invitation_is_open(staff):
        raise NotVisible(_("The invitation no longer works. Ask an administrator for a new one."))
    return staff


def accept_invitation(*, token: str, name: str, password_hash: str) -> Staff:
    """Set name and password and spend the invitation.

    Raises NotVisible; a second call finds no invitation.
    """
    staff = open_invitation(token)
    staff.name = name
    staff.password = password_hash
    staff.confirmed_at = clock.now()
    staff.invitation_token_hash = None
    staff.invitation_expires_at = None
    revoke_sessions(staff)
    actor = Actor(kind=ActorKind.STAFF, label=name[:80], staff_id=staff.id, unit_id=staff.unit_id)
    record(actor, "invitation_accepted", subject_type="staff", subject_id=staff.id, unit_id=staff.unit_id)
    return staff


def _open_invitation(actor: Actor, staff: Staff, action: str) -> None:
    staff.invited_at = clock.now()
    staff.invitation_expires_at = staff.invited_at + OPEN_FOR
    staff.invitation_token_hash = token_hash(invitation_token(staff))
    plan_mail(actor, MailKind.INVITATION, staff)
    record(actor, action, subject_type="staff", subject_id=staff.id, unit_id=staff.unit_id)

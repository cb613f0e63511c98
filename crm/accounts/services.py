"""Writes to staff:

changing, disabling, and what people change about themselves. Run inside ``transaction()``.
"""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff, StaffRole, staff_roles
from crm.accounts.queries import unit_tree_ids
from crm.actors import Actor, Role
from crm.db import current_session, new_public_id
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.events import EmitResult, StaffDisabled, StaffMoved, emit


@dataclass(frozen=True)
class StaffFields:
    """What an administrator says about a member of staff."""

    name: str
    email: str
    unit_id: int
    roles: frozenset[Role]
    phone: str | None = None
    language: str = "en"


def ensure_roles() -> dict[Role, StaffRole]:
    """The rows of all roles; those that are missing are made. May be repeated."""
    session = current_session()
    found = {row.name: row for row in session.scalars(select(StaffRole))}
    for role in Role:
        if role.value not in found:
            found[role.value] = StaffRole(name=role.value)
            session.add(found[role.value])
    return {role: found[role.value] for role in Role}


def change_staff(actor: Actor, *, staff_id: int, fields: StaffFields) -> Staff:
    """Change name, address, unit and roles. Holds from the person's next request on.

    Emits StaffMoved where there are units whose work the person sees no longer, so that nothing there is left to
    somebody who cannot see it. Raises NotAllowed for who is no administrator, NotVisible for staff of other units,
    DomainError when the address is taken, no role is left, or nobody would be left to administer.
    """
    staff = staff_to_administer(actor, staff_id)
    check_fields(actor, fields, staff_id=staff.id)
    if Role.ADMINISTRATOR not in fields.roles and Role.ADMINISTRATOR in staff.role_names:
        _refuse_losing_administrator(actor, staff)
    changed = _changed_names(staff, fields)
    roles = ensure_roles()
    from_unit_id, before = staff.unit_id, _works_in(staff.unit_id, staff.role_names)
    staff.name, staff.email, staff.phone = fields.name, fields.email.lower(), fields.phone
    staff.unit_id, staff.language = fields.unit_id, fields.language
    staff.roles = [roles[role] for role in Role if role in fields.roles]
    staff.update_datetime = clock.now()
    _note(actor, "staff_changed", staff, fields=changed, roles=sorted(fields.roles))
    left = before - _works_in(fields.unit_id, fields.roles)
    if left:
        # Whoever takes over is looked for in the database: the person must not stand there as before.
        current_session().flush()
        emit(StaffMoved(staff.id, from_unit_id, tuple(sorted(left))))
    return staff


def change_roles(actor: Actor, *, staff_id: int, roles: Collection[Role], unit_id: int | None = None) -> Staff:
    """Change the roles, and the home unit if one is given. Raises as ``change_staff``."""
    staff = staff_to_administer(actor, staff_id)
    fields = StaffFields(
        name=staff.name,
        email=staff.email,
        unit_id=unit_id or staff.unit_id,
        roles=frozenset(roles),
        phone=staff.phone,
        language=staff.language,
    )
    return change_staff(actor, staff_id=staff_id, fields=fields)


def disable_staff(actor: Actor, *, staff_id: int) -> EmitResult:
    """Take the sign-in away at once, everywhere; open invitations end. Everything the person did stays.

    Emits StaffDisabled. May be repeated. Raises as ``change_staff``; nobody can disable themselves.
    """
    staff = staff_to_administer(actor, staff_id)
    if not staff.active:
        return EmitResult()
    if staff.id == actor.staff_id:
        raise DomainError(_("You cannot disable your own account."))
    if Role.ADMINISTRATOR in staff.role_names:
        _refuse_losing_administrator(actor, staff)
    staff.active = False
    staff.disabled_at = clock.now()
    staff.invitation_token_hash = None
    staff.invitation_expires_at = None
    revoke_sessions(staff)
    _note(actor, "staff_disabled", staff)
    return emit(StaffDisabled(staff_id=staff.id))


def enable_staff(actor: Actor, *, staff_id: int) -> Staff:
    """Give the sign-in back, with the old password. May be repeated. Raises as ``change_staff``."""
    staff = staff_to_administer(actor, staff_id)
    if staff.active:
        return staff
    staff.active = True
    staff.disabled_at = None
    staff.failed_sign_ins = 0
    staff.locked_until = None
    _note(actor, "staff_enabled", staff)
    return staff


def unlock_staff(actor: Actor, *, staff_id: int) -> Staff:
    """End the lock after too many wrong passwords. May be repeated. Raises as ``change_staff``."""
    staff = staff_to_administer(actor, staff_id)
    staff.failed_sign_ins = 0
    staff.locked_until = None
    _note(actor, "staff_unlocked", staff)
    return staff


def remove_two_factor(actor: Actor, *, staff_id: int) -> Staff:
    """Take two-step sign-in off for somebody who lost their telephone, and sign them out everywhere.

    May be repeated. Raises as ``change_staff``.
    """
    staff = staff_to_administer(actor, staff_id)
    staff.tf_primary_method = None
    staff.tf_totp_secret = None
    staff.tf_last_counter = None
    staff.mf_recovery_codes = None
    revoke_sessions(staff)
    _note(actor, "staff_two_factor_removed", staff)
    return staff


def change_own_details(actor: Actor, *, name: str, phone: str | None, language: str) -> Staff:
    """What everybody may change about themselves. May be repeated."""
    staff = _own_row(actor)
    staff.name, staff.phone, staff.language = name, phone, language
    staff.update_datetime = clock.now()
    _note(actor, "own_details_changed", staff)
    return staff


def sign_out_everywhere(actor: Actor) -> None:
    """End every session of the actor, this one too. May be repeated."""
    staff = _own_row(actor)
    revoke_sessions(staff)
    _note(actor, "signed_out_everywhere", staff)


def revoke_sessions(staff: Staff) -> None:
    """End every session and every reset link of ``staff``: both name the value that is changed here."""
    staff.fs_uniquifier = new_public_id() + new_public_id()


def staff_to_administer(actor: Actor, staff_id: int) -> Staff:
    """The row read again with a lock, for an administrator of its unit. Raises NotAllowed and NotVisible."""
    if not actor.has_role(Role.ADMINISTRATOR):
        raise NotAllowed(_("Only administrators may do this."))
    statement = select(Staff).where(Staff.id == staff_id).with_for_update(of=Staff)
    staff: Staff | None = current_session().scalar(statement.execution_options(populate_existing=True))
    if staff is None or not (actor.is_system or staff.unit_id in actor.unit_ids):
        raise NotVisible(_("Not found, or not visible to you."))
    return staff


def check_fields(actor: Actor, fields: StaffFields, *, staff_id: int | None = None) -> None:
    """Raise DomainError, with the form's field, for what cannot be:

    a foreign unit, no role, a taken address.
    """
    if not (actor.is_system or fields.unit_id in actor.unit_ids):
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    if not fields.roles:
        raise DomainError(_("Choose at least one role."), field="roles")
    if Role.EVALUATOR in fields.roles and len(fields.roles) > 1:
        raise DomainError(_("An evaluator sees figures only, so this role stands alone."), field="roles")
    same = select(Staff.id).where(func.lower(Staff.email) == fields.email.lower())
    if current_session().scalar(same.where(Staff.id != (staff_id or 0))) is not None:
        raise DomainError(_("Somebody already has this address."), field="email")


def _works_in(unit_id: int, roles: Collection[Role]) -> frozenset[int]:
    """The units whose employers and participants somebody sees; an evaluator sees none of them."""
    return frozenset() if {*roles} <= {Role.EVALUATOR} else unit_tree_ids(unit_id)


def _refuse_losing_administrator(actor: Actor, staff: Staff) -> None:
    if staff.id == actor.staff_id:
        raise DomainError(_("You cannot take the administrator's role from yourself."), field="roles")
    others = (
        select(func.count())
        .select_from(Staff)
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .where(StaffRole.name == Role.ADMINISTRATOR.value, Staff.active, Staff.id != staff.id)
    )
    if not current_session().scalar(others):
        raise DomainError(_("Somebody must be left who can administer Brobygg."), field="roles")


def _changed_names(staff: Staff, fields: StaffFields) -> list[str]:
    pairs = {
        "name": (staff.name, fields.name),
        "email": (staff.email, fields.email.lower()),
        "phone": (staff.phone, fields.phone),
        "unit_id": (staff.unit_id, fields.unit_id),
        "language": (staff.language, fields.language),
        "roles": (staff.role_names, fields.roles),
    }
    return [name for name, (old, new) in pairs.items() if old != new]


def _own_row(actor: Actor) -> Staff:
    if actor.staff_id is None:
        raise NotAllowed(_("Only staff have settings of their own."))
    return current_session().get_one(Staff, actor.staff_id, with_for_update=True, populate_existing=True)


def _note(actor: Actor, action: str, staff: Staff, **details: object) -> None:
    record(actor, action, subject_type="staff", subject_id=staff.id, unit_id=staff.unit_id, details=details)

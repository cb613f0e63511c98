"""Writes to units. Run inside ``transaction()``."""

import re
from dataclasses import dataclass, fields
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff, Unit
from crm.accounts.queries import module_entries, unit_tree_ids
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible

# Letters, digits and blanks, at least one letter (GSM 03.40 alphanumeric sender); or a number with country
# code.
_SMS_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}|\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class UnitFields:
    """What an administrator says about a unit. ``modules`` are the keys that shall be on for it; None leaves them
    as they are, which for a new unit means as the unit above has them."""

    name: str
    parent_id: int | None
    country: str = "SE"
    language: str = "sv"
    time_zone: str = "Europe/Stockholm"
    phone: str | None = None
    email: str | None = None
    sms_sender: str | None = None
    quiet_from: int = 20
    quiet_until: int = 8
    modules: frozenset[str] | None = None
    coordinator_figures_agreed: str | None = None


def add_unit(actor: Actor, *, fields: UnitFields) -> Unit:
    """Make a unit below one of the actor's; only the system may make one at the top.

    Raises NotAllowed for who is no administrator, DomainError for values that cannot be.
    """
    _require_administrator(actor)
    if fields.parent_id is None and not actor.is_system:
        raise DomainError(_("Choose the unit above."), field="parent_id")
    _check(actor, fields)
    unit = Unit(name=fields.name, modules=[])
    current_session().add(unit)
    _fill(unit, fields)
    # The audit log names the unit by the key that the database gives.
    current_session().flush()
    _note(actor, "unit_added", unit, [])
    return unit


def change_unit(actor: Actor, *, unit_id: int, version: int, fields: UnitFields) -> Unit:
    """Change a unit. ``version`` is what the form was made from.

    Raises NotAllowed, NotVisible for a unit that is not below the actor's, EditConflict when somebody else
    saved first, DomainError for values that cannot be.
    """
    _require_administrator(actor)
    unit = _locked(actor, unit_id)
    if unit.version_id != version:
        raise EditConflict(_("Somebody else changed this unit meanwhile."), current=unit_values(unit))
    _check_parent(actor, unit, fields.parent_id)
    _check(actor, fields)
    before = unit_values(unit)
    _fill(unit, fields)
    unit.version_id += 1
    after = unit_values(unit)
    _note(actor, "unit_changed", unit, [name for name in after if after[name] != before[name]])
    return unit


def archive_unit(actor: Actor, *, unit_id: int) -> Unit:
    """Put a unit aside that nobody works in any more. What belongs to it stays. May be repeated.

    Raises DomainError while active staff or units in use are below it, or for the actor's own unit.
    """
    _require_administrator(actor)
    unit = _locked(actor, unit_id)
    if unit.id == actor.unit_id:
        raise DomainError(_("You cannot archive your own unit."))
    below = unit_tree_ids(unit.id)
    working = select(func.count()).select_from(Staff).where(Staff.unit_id.in_(below), Staff.active)
    if current_session().scalar(working):
        raise DomainError(_("Staff still work here. Move or disable them first."))
    in_use = select(func.count()).select_from(Unit)
    if current_session().scalar(in_use.where(Unit.id.in_(below - {unit.id}), Unit.archived_at.is_(None))):
        raise DomainError(_("Units below this one are still in use. Archive them first."))
    unit.archived_at = unit.archived_at or clock.now()
    _note(actor, "unit_archived", unit, [])
    return unit


def unit_values(unit: Unit) -> dict[str, object]:
    """The values of a unit under the names of ``UnitFields``."""
    return {field.name: getattr(unit, field.name) for field in fields(UnitFields)}


def _fill(unit: Unit, fields: UnitFields) -> None:
    for name, value in vars(fields).items():
        if name != "modules":
            setattr(unit, name, value)
    if fields.modules is not None:
        unit.modules = module_entries(fields.parent_id, fields.modules)


def _check(actor: Actor, fields: UnitFields) -> None:
    if fields.parent_id is not None and not (actor.is_system or fields.parent_id in actor.unit_ids):
        raise DomainError(_("Choose one of your own units."), field="parent_id")
    try:
        ZoneInfo(fields.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DomainError(_("Write a time zone, like Europe/Stockholm."), field="time_zone") from None
    if fields.sms_sender and not _SMS_SENDER.fullmatch(fields.sms_sender):
        raise DomainError(
            _("Write up to 11 letters and digits without accents, or a number like +46701234567."),
            field="sms_sender",
        )
    for name in ("quiet_from", "quiet_until"):
        if not 0 <= getattr(fields, name) <= 23:
            raise DomainError(_("Write an hour from 0 to 23."), field=name)


def _check_parent(actor: Actor, unit: Unit, parent_id: int | None) -> None:
    """The top of the actor's own tree stays where it is, and no unit moves below itself."""
    if unit.id == actor.unit_id or unit.parent_id is None:
        if parent_id != unit.parent_id:
            raise DomainError(_("This unit cannot be moved."), field="parent_id")
    elif parent_id is None:
        raise DomainError(_("Choose the unit above."), field="parent_id")
    elif parent_id in unit_tree_ids(unit.id):
        raise DomainError(_("A unit cannot stand below itself."), field="parent_id")


def _require_administrator(actor: Actor) -> None:
    if not actor.has_role(Role.ADMINISTRATOR):
        raise NotAllowed(_("Only administrators may do this."))


def _locked(actor: Actor, unit_id: int) -> Unit:
    if not (actor.is_system or unit_id in actor.unit_ids):
        raise NotVisible(_("Not found, or not visible to you."))
    return current_session().get_one(Unit, unit_id, with_for_update=True, populate_existing=True)


def _note(actor: Actor, action: str, unit: Unit, changed: list[str]) -> None:
    record(
        actor,
        action,
        subject_type="unit",
        subject_id=unit.id,
        unit_id=unit.id,
        details={"fields": changed} if changed else {},
    )

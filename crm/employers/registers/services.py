"""Taking over what a register says: a new employer, a refresh, workplace units, and what the watch sees."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import EmployerFields
from crm.employers.models import Employer, RegisterStatus, Workplace
from crm.employers.register_models import RegisterRecord
from crm.employers.registers.by_hand import is_by_hand
from crm.employers.registers.closing import tell_status
from crm.employers.registers.comparing import BLOCKED_BY_HAND, Difference, compare, is_blocked_by_hand
from crm.employers.registers.entries import Retrieved, kept_number, values_of_entry, workplace_of_entry
from crm.employers.registers.workplaces import follow_units
from crm.employers.rules import check_version, remember_name, sort_name
from crm.employers.services.employers import add_employer, values_of
from crm.employers.services.lines import write_employer_line
from crm.employers.services.workplaces import add_workplace
from crm.events import EmployerChanged, emit
from crm.register_points import RegisterEntry

STATE = "status"
"""What ``take_over`` is told to replace a state that was written by hand; any other follows the register anyway."""
_OWN = "what the register said of an employer that was just locked"


def add_from_register(
    actor: Actor, *, found: Retrieved, fields: EmployerFields, unit_numbers: Collection[str] = (),
    confirmed: Collection[str] = (),
) -> Employer:  # fmt: skip
    """Add an employer with what a register said of it, as staff have corrected it, and the chosen workplace units.

    Raises as ``add_employer`` does.
    """
    employer = add_employer(actor, fields=fields, confirmed=confirmed)
    if kept_number(found.entry) == employer.org_number:
        keep_record(employer, found)
        employer.former_names = list(found.entry.former_names)
        employer.register_status = RegisterStatus(found.entry.status)
        employer.register_status_since = found.entry.status_since
        take_units(actor, employer_id=employer.id, found=found, unit_numbers=unit_numbers)
        # Whoever heard of the new employer has not seen its former names yet.
        emit(EmployerChanged(employer_id=employer.id))
    return employer


def take_over(
    actor: Actor, *, employer_id: int, version: int | None, found: Retrieved, groups: Collection[str]
) -> list[str]:
    """Take the named groups of columns over from a register, and what it says of closing; the last only when STATE is
    named where somebody has written the state by hand. Returns what was changed.

    The rest stays as it is and counts as typed by hand from now on. Raises NotVisible, EditConflict.
    """
    employer = locked(Employer, actor, employer_id)
    check_version(employer, version, values_of(employer))
    different = compare(employer, _said(employer.id), found.entry)
    chosen = [each for each in different if each.group in groups]
    return _follow(actor, employer, found, chosen, take_status=STATE in groups)


def observe(actor: Actor, *, employer_id: int, found: Retrieved) -> list[str]:
    """Follow a register by itself: what came from it and stands unchanged is renewed, and workplaces that have closed
    are closed; nothing else is touched.

    Returns the groups that were changed. May be repeated.
    """
    employer = locked(Employer, actor, employer_id)
    different = compare(employer, _said(employer.id), found.entry)
    groups = _follow(actor, employer, found, [each for each in different if each.followed])
    follow_units(actor, employer, found.units)
    return groups


def observe_unknown(actor: Actor, *, employer_id: int, register: str) -> None:
    """Note that a register has no company of an employer's number. What stands here stays. May be repeated: only the
    first time in a row is news for the audit log.
    """
    employer = locked(Employer, actor, employer_id)
    now = clock.now()
    row = _record(employer.id)
    if row is None:
        row = RegisterRecord(employer_id=employer.id, register=register, values={}, checked_at=now)
        current_session().add(row)
    if row.is_known is not False:
        details = {"register": register}
        record(actor, "employer.not_in_register", subject_type="employer", subject_id=employer.id, details=details)
    row.is_known, row.checked_at, row.register = False, now, register


def keep_record(employer: Employer, found: Retrieved, *, blocked_by_hand: bool = False) -> None:
    """Remember what the register said; what it could not give this time stays as it said it before."""
    row = _record(employer.id)
    values = _as_json(values_of_entry(found.entry))
    if row is None:
        row = RegisterRecord(employer_id=employer.id, register=found.register, values=values, checked_at=found.at)
        current_session().add(row)
    row.values = row.values | values | _status_values(found.entry) | {BLOCKED_BY_HAND: blocked_by_hand}
    row.register, row.is_known = found.register, True
    row.retrieved_at = row.checked_at = found.at


def take_units(actor: Actor, *, employer_id: int, found: Retrieved, unit_numbers: Collection[str]) -> list[Workplace]:
    """Add the chosen workplace units of a company; those that are here already are left alone. May be repeated."""
    wanted = [unit for unit in found.units if unit.number in unit_numbers]
    taken = _units_here(employer_id)
    names = {name for _number, name in taken}
    made = []
    for unit in _not_here(wanted, {number for number, _name in taken}):
        fields = workplace_of_entry(unit, clock.today())
        if fields.name in names:
            # Two units of one name are told apart by their numbers.
            fields = workplace_of_entry(_renamed(unit), clock.today())
        names.add(fields.name)
        made.append(add_workplace(actor, employer_id=employer_id, fields=fields))
    return made


def _follow(
    actor: Actor, employer: Employer, found: Retrieved, taken: Sequence[Difference], *, take_status: bool = False
) -> list[str]:
    before, said = employer.name, _record(employer.id)
    values = dict(said.values) if said else {}
    hold = is_by_hand(employer, said) and not take_status
    blocked = is_blocked_by_hand(employer, values)
    for each in taken:
        for name, value in each.there.items():
            setattr(employer, name, value)
        if each.group == "industry":
            employer.industry_retrieved_on = clock.today()
    former = _with_former(employer, found.entry)
    if employer.name != before:
        _renamed_line(actor, employer, before)
    keep_record(employer, found, blocked_by_hand=blocked and employer.advertising_block)
    told = tell_status(actor, employer, found.entry, hold=hold, before=values.get("register_status"))
    groups = [each.group for each in taken]
    if groups or former or told:
        employer.version_id += 1
        details = {"fields": sorted(groups), "register": found.register}
        record(actor, "employer.refreshed", subject_type="employer", subject_id=employer.id, details=details)
        emit(EmployerChanged(employer_id=employer.id))
    return groups


def _renamed_line(actor: Actor, employer: Employer, before: str) -> None:
    remember_name(employer, before)
    employer.sort_name = sort_name(employer.name)
    new = employer.name
    write_employer_line(
        actor,
        kind="register",
        employer_id=employer.id,
        summary=lambda: _("New name in the register: %(new)s (before: %(old)s)", new=new, old=before),
    )


def _with_former(employer: Employer, entry: RegisterEntry) -> bool:
    """Add the register's former names to those that are known. Whether there was a new one."""
    known = list(employer.former_names or [])
    new = [name for name in entry.former_names if name not in known and name != employer.name]
    if new:
        employer.former_names = known + new
    return bool(new)


def _record(employer_id: int) -> RegisterRecord | None:
    statement = select(RegisterRecord).where(RegisterRecord.employer_id == employer_id).with_for_update()
    return current_session().scalar(trusted(statement, because=_OWN))


def _said(employer_id: int) -> dict[str, Any]:
    row = _record(employer_id)
    return dict(row.values) if row else {}


def _status_values(entry: RegisterEntry) -> dict[str, Any]:
    """The state, which no group of columns has: it has rules of its own (crm.employers.registers.closing)."""
    if "status" in entry.missing:
        return {}
    since = entry.status_since.isoformat() if entry.status_since else None
    return {"register_status": entry.status, "register_status_since": since}


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if isinstance(value, str | int | bool | None)}


def _units_here(employer_id: int) -> list[tuple[str | None, str]]:
    statement = select(Workplace.unit_number, Workplace.name).where(Workplace.employer_id == employer_id)
    rows = current_session().execute(trusted(statement, because="workplaces of an employer already checked"))
    return [(number, name) for number, name in rows]


def _not_here(units: Iterable[RegisterEntry], numbers: Collection[str | None]) -> list[RegisterEntry]:
    return [unit for unit in units if unit.number not in numbers]


def _renamed(unit: RegisterEntry) -> RegisterEntry:
    return replace(unit, name=f"{unit.name[:180]} ({unit.number})")

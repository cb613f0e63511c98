"""Workplaces that a register says have closed: shown as closed, and those responsible hear of it."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, RegisterStatus, Workplace
from crm.employers.org_numbers import has_unit_register
from crm.employers.register_models import RegisterRecord
from crm.employers.registers.closing import add_closed_tasks
from crm.employers.services.lines import write_employer_line
from crm.employers.services.workplaces import archive_workplace, restore_workplace
from crm.languages import in_all_languages
from crm.register_points import Register, RegisterEntry

CLOSED_UNITS = "closed_units"
"""In what a register said: the numbers of the workplaces that it called closed."""
_OF_EMPLOYER = "workplaces of an employer that was just locked"


def units_asked(register: Register, number: str, known: Sequence[str]) -> list[RegisterEntry]:
    """What a register says of the workplaces of these numbers, in as few questions as it takes.

    A list of workplaces leaves out those that are gone, so each that is missing is asked for by itself. Raises
    RegisterUnavailable.
    """
    wanted = [each for each in known if has_unit_register(register.country, each)]
    if not wanted:
        return []
    listed = {unit.number: unit for unit in register.units_of(number)}
    found = [listed[each] if each in listed else register.look_up(each) for each in wanted]
    return [unit for unit in found if unit is not None and unit.is_unit]


def follow_units(actor: Actor, employer: Employer, units: Sequence[RegisterEntry]) -> list[Workplace]:
    """Close the workplaces that have closed, and open those again that the register had closed and no longer does.

    Each is done once: who opens a workplace again that the register calls closed is not contradicted every few days.
    The caller has locked the employer. Returns those that were changed. May be repeated.
    """
    row = _record(employer.id)
    if row is None or not units:
        return []
    told: set[str] = set(row.values.get(CLOSED_UNITS, ()))
    places = {place.unit_number: place for place in _places(employer.id)}
    changed = []
    for unit in units:
        place, is_closed = places.get(unit.number), _is_closed(unit)
        if place is None or is_closed == (unit.number in told):
            continue
        told ^= {unit.number}
        if is_closed == (place.archived_at is None):
            _turn(actor, employer, place, unit if is_closed else None)
            changed.append(place)
    row.values = row.values | {CLOSED_UNITS: sorted(told)}
    return changed


def _turn(actor: Actor, employer: Employer, place: Workplace, closed: RegisterEntry | None) -> None:
    name = place.name
    if closed is None:
        restore_workplace(actor, workplace_id=place.id)
    else:
        archive_workplace(actor, workplace_id=place.id, since=closed.status_since)

    def sentence() -> str:
        if closed is None:
            return str(_("%(name)s is active again, says the register", name=name))
        return str(_("%(name)s has closed, says the register", name=name))

    write_employer_line(actor, kind="register", employer_id=employer.id, summary=sentence)
    # Where the whole employer is gone, everybody has heard of that.
    if closed is not None and employer.register_status is RegisterStatus.ACTIVE:
        title = in_all_languages(lambda: _("%(what)s: who is there, and what now?", what=sentence()))
        add_closed_tasks(actor, employer, sentence=f"workplace:{place.public_id}", title=title)


def _is_closed(unit: RegisterEntry) -> bool:
    """A day of closing may be known before it comes."""
    return unit.status == "closed" and (unit.status_since is None or unit.status_since <= clock.today())


def _places(employer_id: int) -> list[Workplace]:
    statement = select(Workplace).where(Workplace.employer_id == employer_id, Workplace.unit_number.is_not(None))
    return list(current_session().scalars(trusted(statement, because=_OF_EMPLOYER)))


def _record(employer_id: int) -> RegisterRecord | None:
    statement = select(RegisterRecord).where(RegisterRecord.employer_id == employer_id).with_for_update()
    return current_session().scalar(trusted(statement, because=_OF_EMPLOYER))

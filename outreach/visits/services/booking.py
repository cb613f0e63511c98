"""Booking, moving and cancelling visits."""

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import condition, locked, scoped, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, Position, Workplace
from crm.employers.queries import staff_of_units
from crm.employers.rules import check_version
from crm.employers.ways import BASES, BASES_WHEN_BLOCKED
from crm.errors import DomainError
from crm.glossary import picklists
from outreach.visits.fields import VisitFields
from outreach.visits.models import Visit, VisitState
from outreach.visits.services.traces import cancel_task, plan_task, write_visit_line


def book_visit(actor: Actor, *, employer_id: int, given: VisitFields) -> Visit:
    """Book a visit: its task on the day for who goes there, and its line in the history of the employer.

    The same ``submission_key`` books one visit, however often it is sent. Raises NotVisible, DomainError (fields
    ``on``, ``person_id``, ``workplace_id``, ``staff_id``, ``purpose``, ``basis``).
    """
    employer = locked(Employer, actor, employer_id)
    there = _booked_before(given.submission_key)
    if there is not None:
        return there
    _check_in_use(employer)
    now = clock.now()
    visit = Visit(
        employer_id=employer.id, state=VisitState.PLANNED, submission_key=given.submission_key,
        created_by_id=actor.staff_id, created_at=now, changed_at=now,
    )  # fmt: skip
    _fill(actor, visit, employer, given)
    current_session().add(visit)
    # Task, line and audit name the visit.
    current_session().flush()
    plan_task(actor, visit, employer)
    write_visit_line(actor, visit)
    record_visit(actor, visit, "visit_booked")
    return visit


def change_visit(actor: Actor, *, visit_id: int, version: int | None, given: VisitFields) -> Visit:
    """Move a planned visit, or say anew where, with whom and why.

    Raises NotVisible, EditConflict with what now stands there, DomainError as ``book_visit`` and for a visit that is
    done or cancelled.
    """
    visit = locked(Visit, actor, visit_id)
    check_version(visit, version, values_of(visit))
    _check_planned(visit)
    employer = locked(Employer, actor, visit.employer_id)
    _fill(actor, visit, employer, given)
    touch(visit)
    cancel_task(actor, visit)
    plan_task(actor, visit, employer)
    write_visit_line(actor, visit)
    record_visit(actor, visit, "visit_changed")
    return visit


def cancel_visit(actor: Actor, *, visit_id: int, version: int | None, because: str | None) -> Visit:
    """Cancel a planned visit. One that is cancelled already stays as it is. Raises as ``change_visit``."""
    visit = locked(Visit, actor, visit_id)
    if visit.state is VisitState.CANCELLED:
        return visit
    check_version(visit, version, values_of(visit))
    _check_planned(visit)
    visit.state, visit.cancelled_because = VisitState.CANCELLED, because
    touch(visit)
    cancel_task(actor, visit)
    write_visit_line(actor, visit)
    record_visit(actor, visit, "visit_cancelled")
    return visit


def restore_visit(actor: Actor, *, visit_id: int) -> Visit:
    """Take back that a visit was cancelled. May be repeated.

    Raises NotVisible, and DomainError where the employer has been archived or has got a block since.
    """
    visit = locked(Visit, actor, visit_id)
    if visit.state is VisitState.CANCELLED:
        employer = locked(Employer, actor, visit.employer_id)
        _check_still_open(employer, visit)
        visit.state, visit.cancelled_because = VisitState.PLANNED, None
        touch(visit)
        plan_task(actor, visit, employer)
        write_visit_line(actor, visit)
        record_visit(actor, visit, "visit_restored")
    return visit


def day_of(visit: Visit) -> date:
    """The civil day of a visit, where it was agreed."""
    return visit.at.astimezone(ZoneInfo(visit.zone)).date()


def values_of(visit: Visit) -> dict[str, object]:
    """What stands in the fields of the form of a visit, by their names."""
    local = visit.at.astimezone(ZoneInfo(visit.zone))
    names = ("minutes", "workplace_id", "person_id", "purpose", "about", "staff_id", "basis")
    values: dict[str, object] = {name: getattr(visit, name) for name in names}
    return values | {"on": local.date(), "at": local.time(), "version": visit.version_id}


def touch(visit: Visit) -> None:
    """Count a change."""
    visit.version_id += 1
    visit.changed_at = clock.now()


def record_visit(actor: Actor, visit: Visit, action: str) -> None:
    """A line in the audit log about a visit."""
    record(actor, action, subject_type="outreach_visit", subject_id=visit.id, unit_id=visit.unit_id,
           details={"employer_id": visit.employer_id})  # fmt: skip


def _check_planned(visit: Visit) -> None:
    if visit.state is VisitState.DONE:
        raise DomainError(_("This visit has been logged already."))
    if visit.state is VisitState.CANCELLED:
        raise DomainError(_("This visit has been cancelled."))


def _fill(actor: Actor, visit: Visit, employer: Employer, given: VisitFields) -> None:
    unit = _unit_of(actor, visit, given)
    zone = unit.time_zone
    moved = visit.id is None or day_of(visit) != given.on
    if moved and given.on < clock.today(zone):
        raise DomainError(_("This day has passed."), field="on")
    if not 5 <= given.minutes <= 1440:
        raise DomainError(_("Write the minutes, 1440 at most."), field="minutes")
    if given.purpose is not None and given.purpose not in picklists.codes("contact_purpose"):
        raise DomainError(_("Choose one of the alternatives."), field="purpose")
    _check_place(employer.id, given.workplace_id)
    _check_person(actor, employer.id, given.person_id)
    _check_basis(employer, given.basis)
    visit.unit_id, visit.zone = unit.id, zone
    visit.at = clock.local_instant(given.on, given.at, zone)
    for name in ("minutes", "workplace_id", "person_id", "purpose", "about", "basis"):
        setattr(visit, name, getattr(given, name))


def _unit_of(actor: Actor, visit: Visit, given: VisitFields) -> Unit:
    """The unit of who goes there; that is somebody of the actor's units, or who goes there already."""
    staff_id = given.staff_id or actor.staff_id
    if visit.id is not None and staff_id == visit.staff_id:
        return current_session().get_one(Unit, visit.unit_id)
    found = next((each for each in staff_of_units(actor.unit_ids) if each.id == staff_id), None)
    if found is None:
        raise DomainError(_("Choose somebody of your own units."), field="staff_id")
    visit.staff_id = found.id
    return current_session().get_one(Unit, found.unit_id)


def _check_place(employer_id: int, workplace_id: int | None) -> None:
    place = current_session().get(Workplace, workplace_id) if workplace_id else None
    if workplace_id is not None and (place is None or place.employer_id != employer_id):
        raise DomainError(_("Choose one of this employer's workplaces."), field="workplace_id")


def _check_person(actor: Actor, employer_id: int, person_id: int | None) -> None:
    if person_id is None:
        return
    statement = select(Position.id).where(Position.employer_id == employer_id, Position.person_id == person_id)
    if current_session().scalar(scoped(statement, condition(Position, actor))) is None:
        raise DomainError(_("Choose somebody who works there."), field="person_id")


def _check_in_use(employer: Employer) -> None:
    if employer.archived_at is not None:
        raise DomainError(_("The employer is archived."))


def _check_still_open(employer: Employer, visit: Visit) -> None:
    """A block that has come since the visit was cancelled: its own page cannot ask for the reason, booking does."""
    _check_in_use(employer)
    if not _has_right(employer, visit.basis):
        raise DomainError(_("They have a block now. Book a new visit, and say what gives you the right to it."))


def _check_basis(employer: Employer, basis: str | None) -> None:
    """Who has a block is visited only for a reason that holds, and it is written down which."""
    if not _has_right(employer, basis):
        raise DomainError(
            _("They have a block. Say what gave you the right to approach them all the same."), field="basis"
        )


def _has_right(employer: Employer, basis: str | None) -> bool:
    if not (employer.advertising_block or employer.do_not_contact):
        return True
    return basis in (BASES_WHEN_BLOCKED if employer.do_not_contact else frozenset(BASES))


def _booked_before(submission_key: str | None) -> Visit | None:
    if submission_key is None:
        return None
    statement = select(Visit).where(Visit.submission_key == submission_key)
    return current_session().scalar(trusted(statement, because="named by the key of the form that booked it"))

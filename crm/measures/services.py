"""Writing what the measures need: workplaces of an area, reviewed weeks, and what staff agreed to."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.measures.formulas import monday_of
from crm.measures.models import CoordinatorFigures, WeekReview, WorkplaceCount
from crm.measures.queries import shows_coordinators


@dataclass(frozen=True)
class WorkplaceFields:
    """How many workplaces a municipality has in a year, and where the number comes from."""

    municipality_code: str
    municipality: str
    year: int
    workplaces: int
    source: str | None = None
    country: str = "SE"


def set_workplaces(actor: Actor, *, fields: WorkplaceFields) -> WorkplaceCount:
    """Write the number of a municipality and year down; a second one replaces the first. Raises DomainError."""
    if fields.workplaces < 1:
        raise DomainError(_("There is at least one workplace."), field="workplaces")
    if not 2000 <= fields.year <= clock.today().year:
        raise DomainError(_("Write a year since 2000 that has begun."), field="year")
    session = current_session()
    key = {"country": fields.country, "municipality_code": fields.municipality_code, "year": fields.year}
    statement = select(WorkplaceCount).filter_by(**key)
    row = session.scalar(statement.with_for_update())
    if row is None:
        row = WorkplaceCount(**key)
        session.add(row)
    row.municipality, row.workplaces, row.source = fields.municipality, fields.workplaces, fields.source
    session.flush()  # The audit log names the row.
    record(actor, "workplaces.counted", subject_type="workplace_count", subject_id=row.id)
    return row


def remove_workplaces(actor: Actor, *, public_id: str) -> None:
    """Take a number away. Raises NotVisible."""
    row = current_session().scalar(select(WorkplaceCount).where(WorkplaceCount.public_id == public_id))
    if row is None:
        raise NotVisible("Not found, or not visible to you.")
    record(actor, "workplaces.removed", subject_type="workplace_count", subject_id=row.id)
    current_session().delete(row)


def record_staff_agreement(actor: Actor, *, unit_id: int, agreed_on: date, agreed_with: str) -> CoordinatorFigures:
    """Write down that the staff of a unit agreed to figures about single coordinators. Called again, it corrects.

    Managers and administrators of the unit may. Raises DomainError, NotAllowed.
    """
    _check_unit(actor, unit_id)
    if agreed_on > clock.today():
        raise DomainError(_("This day has not come yet."), field="agreed_on")
    if not agreed_with.strip():
        raise DomainError(_("Write who agreed: a name, a meeting or the union."), field="agreed_with")
    session = current_session()
    row = session.get(CoordinatorFigures, unit_id)
    if row is None:
        row = CoordinatorFigures(unit_id=unit_id)
        session.add(row)
    row.agreed_on, row.agreed_with = agreed_on, agreed_with.strip()
    row.recorded_by_id, row.recorded_at = actor.staff_id, clock.now()
    record(actor, "coordinator_figures.agreed", subject_type="unit", subject_id=unit_id, unit_id=unit_id)
    return row


def end_staff_agreement(actor: Actor, *, unit_id: int) -> None:
    """It holds no longer; figures about single coordinators are gone at once. May be repeated. Raises NotAllowed."""
    _check_unit(actor, unit_id)
    row = current_session().get(CoordinatorFigures, unit_id)
    if row is not None:
        current_session().delete(row)
        record(actor, "coordinator_figures.ended", subject_type="unit", subject_id=unit_id, unit_id=unit_id)


def review_week(actor: Actor, *, staff_public_id: str, monday: date) -> WeekReview:
    """A manager has looked at the contacts of a coordinator in a week that is over. May be repeated.

    Raises NotVisible for somebody of another unit, NotAllowed where such figures are not agreed on, DomainError.
    """
    staff = current_session().scalar(select(Staff).where(Staff.public_id == staff_public_id))
    if staff is None or staff.unit_id not in actor.unit_ids:
        raise NotVisible("Not found, or not visible to you.")
    if not actor.has_role(Role.MANAGER) or not shows_coordinators(staff.unit_id):
        raise NotAllowed(_("Figures about single coordinators are not agreed on in this unit."))
    if monday != monday_of(monday) or monday + timedelta(days=6) >= clock.today():
        raise DomainError(_("A week can be reviewed when it is over."))
    statement = select(WeekReview).where(WeekReview.staff_id == staff.id, WeekReview.monday == monday)
    row = current_session().scalar(statement)
    if row is None:
        row = WeekReview(staff_id=staff.id, monday=monday, reviewed_by_id=actor.staff_id, reviewed_at=clock.now())
        current_session().add(row)
        record(actor, "week.reviewed", subject_type="staff", subject_id=staff.id, unit_id=staff.unit_id)
    return row


def _check_unit(actor: Actor, unit_id: int) -> None:
    if unit_id not in actor.unit_ids or not actor.has_role(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed(_("Only a manager or an administrator of the unit may do this."))

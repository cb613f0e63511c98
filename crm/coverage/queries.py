"""Reading coverage targets and what counts for them."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import selectinload

from crm.accounts.queries import unit_tree_ids
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.agreements.models import Agreement
from crm.coverage.counting import AGREEMENT, CONTACT, PARTICIPANTS, PLACEMENT, Coverage, Where, coverage
from crm.coverage.models import CoverageTarget, RegionCode
from crm.coverage.regions import MUNICIPALITY, Region, RegionBook, shipped
from crm.db import current_session
from crm.employers.models import Contact, Employer, Workplace
from crm.participants.models import Enrolment
from crm.placements.models import Placement

_COUNT = "counts without persons, by municipality, for a target that the caller sees"
_NOT_MET = ("not_called", "no_answer", "wrong_person")


def region_book() -> RegionBook:
    """Every region that is known: those that are shipped, and those that an administrator brought in. One query."""
    rows = current_session().scalars(select(RegionCode).order_by(RegionCode.country, RegionCode.code)).all()
    if not rows:
        return shipped()
    brought = (
        Region(
            country=row.country, level=MUNICIPALITY, code=row.code, name=row.name, parent=row.parent,
            valid_from=row.valid_from or date.min, valid_to=row.valid_to or date.max,
        )
        for row in rows
    )  # fmt: skip
    return RegionBook((*shipped().regions, *brought))


def targets_for(actor: Actor, *, archived: bool = False) -> list[CoverageTarget]:
    """The targets that the actor sees, the next deadline first."""
    statement = visible(CoverageTarget, actor).options(selectinload(CoverageTarget.regions))
    put_away = CoverageTarget.archived_at.is_not(None)
    statement = statement.where(put_away if archived else ~put_away)
    order = (CoverageTarget.deadline, func.lower(CoverageTarget.name), CoverageTarget.id)
    return list(current_session().scalars(statement.order_by(*order)))


def coverage_of(target: CoverageTarget, *, on: date, book: RegionBook | None = None) -> Coverage:
    """How a target stands on a day: what happened from its first day until then, its deadline at most.

    ``book``: the regions, where somebody has read them already.
    """
    until = min(on, target.deadline)
    statement = _STATEMENTS[target.counted](target, until)
    rows = current_session().execute(trusted(statement, because=_COUNT))
    return coverage(target, [Where(*row) for row in rows], on=on, book=book or region_book())


def _place() -> ColumnElement[str | None]:
    """The workplace's own municipality, else the employer's."""
    return func.coalesce(Workplace.municipality_code, Employer.municipality_code)


def _placements(target: CoverageTarget, until: date) -> Select[int, str, str | None, str | None]:
    return _at_placements(select(Employer.id, Employer.country, _place(), Employer.municipality), target, until)


def _participants(target: CoverageTarget, until: date) -> Select[int, str, str | None, str | None]:
    columns = select(Placement.participant_id, Employer.country, _place(), Employer.municipality)
    return _at_placements(columns, target, until)


def _at_placements(
    columns: Select[int, str, str | None, str | None], target: CoverageTarget, until: date
) -> Select[int, str, str | None, str | None]:
    """Placements of the unit's that ran in the time of the target."""
    statement = (
        columns.select_from(Placement)
        .join(Employer, Employer.id == Placement.employer_id)
        .outerjoin(Workplace, Workplace.id == Placement.workplace_id)
        .where(
            Placement.unit_id.in_(unit_tree_ids(target.unit_id)),
            Placement.starts_on <= until,
            or_(Placement.ends_on.is_(None), Placement.ends_on >= target.starts_on),
        )
        .distinct()
    )
    if target.programme_id is not None:
        of_programme = select(Enrolment.id).where(Enrolment.programme_id == target.programme_id)
        statement = statement.where(Placement.enrolment_id.in_(of_programme))
    return statement


def _contacts(target: CoverageTarget, until: date) -> Select[int, str, str | None, str | None]:
    return (
        select(Employer.id, Employer.country, _place(), Employer.municipality)
        .join(Contact, Contact.employer_id == Employer.id)
        .outerjoin(Workplace, Workplace.id == Contact.workplace_id)
        .where(
            Contact.unit_id.in_(unit_tree_ids(target.unit_id)),
            Contact.archived_at.is_(None),
            Contact.outcome.not_in(_NOT_MET),
            Contact.on_date.between(target.starts_on, until),
        )
        .distinct()
    )


def _agreements(target: CoverageTarget, until: date) -> Select[int, str, str | None, str | None]:
    return (
        select(Employer.id, Employer.country, Employer.municipality_code, Employer.municipality)
        .join(Agreement, Agreement.employer_id == Employer.id)
        .where(
            Agreement.unit_id.in_(unit_tree_ids(target.unit_id)),
            Agreement.signed_at.is_not(None),
            Agreement.starts_on <= until,
            or_(Agreement.ends_on.is_(None), Agreement.ends_on >= target.starts_on),
        )
        .distinct()
    )


_STATEMENTS: dict[str, Callable[[CoverageTarget, date], Select[int, str, str | None, str | None]]] = {
    PLACEMENT: _placements,
    AGREEMENT: _agreements,
    CONTACT: _contacts,
    PARTICIPANTS: _participants,
}

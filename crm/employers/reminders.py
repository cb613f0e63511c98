"""Reminders that nobody has to look for: contact persons who must be told that we keep their details."""

from flask_babel import ngettext
from sqlalchemy import func, select

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.employers.models import ContactPerson, EmployerRelationship, Position
from crm.employers.people_queries import TELL_WITHIN
from crm.languages import in_all_languages
from crm.tasks.services import add_task
from crm.tasks.working_days import add_working_days

TELL_JOB = "employers.tell_persons"
_DAYS = 5


def remind_to_tell() -> str:
    """One task a month for each person responsible who has contact persons that nobody has told. May be repeated."""
    statement = (
        select(Staff, func.count(ContactPerson.id.distinct()))
        .join(EmployerRelationship, EmployerRelationship.owner_id == Staff.id)
        .join(Position, Position.employer_id == EmployerRelationship.employer_id)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(
            Staff.active,
            Position.left_on.is_(None),
            ContactPerson.told_on.is_(None),
            ContactPerson.archived_at.is_(None),
            ContactPerson.created_at < clock.now() - TELL_WITHIN,
        )
        .group_by(Staff.id)
    )
    with transaction():
        rows = current_session().execute(trusted(statement, because="a job of the system; counts only")).all()
        for staff, count in rows:
            _remind(staff, count)
    return f"{len(rows)} reminded"


def _remind(staff: Staff, count: int) -> None:
    today = clock.today(staff.unit.time_zone)

    def title() -> str:
        return str(
            ngettext(
                "Tell one contact person that we keep their details",
                "Tell %(num)d contact persons that we keep their details",
                count,
            )
        )

    add_task(
        system_actor(TELL_JOB),
        kind=TELL_JOB,
        source_ref=f"{staff.id}:{today:%Y-%m}",
        title=in_all_languages(title),
        due_on=add_working_days(today, _DAYS, staff.unit.country),
        unit_id=staff.unit_id,
        owner_id=staff.id,
    )

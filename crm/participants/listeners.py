"""What this feature does when others say that something has happened."""

from functools import partial

from flask_babel import ngettext
from sqlalchemy import func, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session
from crm.events import OptedOut, StaffDisabled, StaffMoved
from crm.languages import in_all_languages
from crm.participants.models import ConsentKind, Enrolment, Participant
from crm.participants.queries import consent_in_force
from crm.participants.services.consents import record_consent
from crm.participants.services.editing import unit_of
from crm.tasks.services import add_task
from crm.tasks.working_days import add_working_days

WITHOUT_COORDINATOR = "participants.without_coordinator"
_DAYS_TO_HAND_OVER = 3


def write_refusal_down(event: OptedOut) -> None:
    """Who answered STOP does not want to be asked: keep it as a refusal of everybody with that address.

    May be repeated: a refusal that holds already is not written twice.
    """
    column = Participant.phone if event.channel == "sms" else func.lower(Participant.email)
    address = event.address if event.channel == "sms" else event.address.lower()
    statement = select(Participant.id).where(column == address)
    found = current_session().scalars(trusted(statement, because="who said stop, named by their own address"))
    for participant_id in list(found):
        if consent_in_force(participant_id, ConsentKind.SURVEYS) is not False:
            record_consent(
                system_actor("participants.opted_out"),
                participant_id=participant_id,
                kind=ConsentKind.SURVEYS,
                given=False,
                source="stop_reply",
            )


def ask_for_new_coordinator(event: StaffDisabled | StaffMoved) -> None:
    """Somebody may no longer sign in, or works elsewhere: each unit that they have left gets a task to hand their open
    enrolments over. May be repeated."""
    statement = (
        select(Enrolment.unit_id, func.count())
        .where(Enrolment.coordinator_id == event.staff_id, Enrolment.exited_on.is_(None))
        .group_by(Enrolment.unit_id)
    )
    if isinstance(event, StaffMoved):
        statement = statement.where(Enrolment.unit_id.in_(event.left_unit_ids))
    counted = current_session().execute(trusted(statement, because="counts without persons")).all()
    for unit_id, count in counted:
        unit = unit_of(unit_id)
        today = clock.today(unit.time_zone)
        add_task(
            system_actor(WITHOUT_COORDINATOR),
            title=in_all_languages(partial(_title, count)),
            due_on=add_working_days(today, _DAYS_TO_HAND_OVER, unit.country),
            unit_id=unit_id,
            owner_id=None,
            kind=WITHOUT_COORDINATOR,
            source_ref=f"staff:{event.staff_id}:unit:{unit_id}",
        )


def _title(count: int) -> str:
    return str(
        ngettext("One participant needs a new coordinator", "%(num)d participants need a new coordinator", count)
    )

"""The tasks that surveys give to staff."""

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor
from crm.languages import in_all_languages
from crm.tasks.services import add_task, cancel_tasks
from crm.tasks.working_days import add_working_days
from surveys.due_rows import unit_of
from surveys.models import DueRow

NO_ADDRESS = "surveys.no_address"
CONTACT_WISH = "surveys.contact_wish"
CALL_ME = "surveys.call_me"
UNIT_CHECK = "surveys.unit_check"
CONTACT_WITHIN_DAYS = 5


def ask_for_address(actor: Actor, row: DueRow) -> None:
    """Ask the coordinator for an address that works, so that the survey can be sent. One task for each exit."""
    unit = unit_of(row)
    add_task(
        actor,
        title=in_all_languages(lambda: _("Add a phone number or an e-mail address that works, for the survey")),
        due_on=add_working_days(clock.today(unit.time_zone), 2, unit.country),
        unit_id=row.unit_id,
        owner_id=row.enrolment.coordinator_id,
        kind=NO_ADDRESS,
        source_ref=_address_ref(row),
        participant_id=row.participant_id,
    )


def address_arrived(actor: Actor, row: DueRow) -> None:
    """Take the task for an address away again."""
    cancel_tasks(actor, kind=NO_ADDRESS, source_ref=_address_ref(row))


def promise_contact(actor: Actor, row: DueRow, *, how: str | None) -> None:
    """The person asked to be contacted: somebody does within five working days. One task for each survey."""
    unit = unit_of(row)
    add_task(
        actor,
        title=in_all_languages(lambda: _("Wants to be contacted (said so in the survey)")),
        due_on=add_working_days(clock.today(unit.time_zone), CONTACT_WITHIN_DAYS, unit.country),
        unit_id=row.unit_id,
        owner_id=row.enrolment.coordinator_id,
        kind=CONTACT_WISH,
        source_ref=row.public_id,
        note=how,
        participant_id=row.participant_id,
    )


def promise_call(actor: Actor, row: DueRow, *, interpreter: bool) -> None:
    """The person wants to answer by phone, with an interpreter if need be. One task for each survey and kind."""
    unit = unit_of(row)
    add_task(
        actor,
        title=in_all_languages(lambda: _call_title(interpreter)),
        due_on=add_working_days(clock.today(unit.time_zone), CONTACT_WITHIN_DAYS, unit.country),
        unit_id=row.unit_id,
        owner_id=row.enrolment.coordinator_id,
        kind=CALL_ME,
        source_ref=f"{row.public_id}:{'interpreter' if interpreter else 'plain'}",
        participant_id=row.participant_id,
    )


def tell_managers(actor: Actor, unit: Unit, *, late: int, stuck: int, in_doubt: int) -> None:
    """Tell a unit's managers what reconciliation found and could not mend. One task for each unit and day."""
    today = clock.today(unit.time_zone)
    add_task(
        actor,
        title=in_all_languages(lambda: _found_title(late, stuck, in_doubt)),
        due_on=today,
        unit_id=unit.id,
        owner_id=None,
        kind=UNIT_CHECK,
        source_ref=f"{unit.public_id}:{today.isoformat()}",
    )


def _address_ref(row: DueRow) -> str:
    return row.exit.public_id


def _call_title(interpreter: bool) -> str:
    if interpreter:
        return str(_("Wants to answer the survey by phone with an interpreter"))
    return str(_("Wants to answer the survey by phone"))


def _found_title(late: int, stuck: int, in_doubt: int) -> str:
    text = _(
        "Check the surveys: %(late)s late, %(stuck)s not sent, %(doubt)s in doubt",
        late=late,
        stuck=stuck,
        doubt=in_doubt,
    )
    return str(text)

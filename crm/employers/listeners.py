"""What this feature does when others say that something has happened."""

from flask_babel import force_locale
from flask_babel import gettext as _

from crm.accounts.models import Staff, Unit
from crm.actors import system_actor
from crm.db import current_session
from crm.employers.services.handovers import Left, hand_over_to_units
from crm.employers.services.responsible import leave_tasks_to_units
from crm.events import StaffDisabled, StaffMoved


def keep_somebody_responsible(event: StaffDisabled) -> None:
    """Somebody may no longer sign in: their deputies or units take their employers and open tasks over, at once.

    May be repeated: what they hold no longer is not handed over again.
    """
    staff = current_session().get_one(Staff, event.staff_id)
    with force_locale(staff.unit.language):
        note = _("The account of %(name)s was disabled.", name=staff.name)
    actor = system_actor("employers.staff_disabled")
    hand_over_to_units(actor, staff_id=staff.id, note=note)
    leave_tasks_to_units(actor, staff_id=staff.id)


def keep_somebody_in_the_unit(event: StaffMoved) -> None:
    """Somebody works elsewhere now: deputies or units take the employers over that they do not see any more, at once.

    May be repeated: what they hold no longer is not handed over again.
    """
    staff = current_session().get_one(Staff, event.staff_id)
    unit = current_session().get_one(Unit, event.from_unit_id)
    with force_locale(unit.language):
        note = _("%(name)s does not work in this unit any more.", name=staff.name)
    left = Left(unit.id, event.left_unit_ids)
    actor = system_actor("employers.staff_moved")
    hand_over_to_units(actor, staff_id=staff.id, note=note, left=left)
    leave_tasks_to_units(actor, staff_id=staff.id, unit_ids=event.left_unit_ids)

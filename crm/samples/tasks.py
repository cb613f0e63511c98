"""Tasks that the coordinators wrote for themselves: late, for today, and to come."""

from datetime import timedelta

from crm import clock
from crm.samples.organisation import Organisation
from crm.tasks.services import add_task

_OF_COUNTRY = {
    "SE": (
        (-2, "Skriv minnesanteckningar från trepartsmötet"),
        (0, "Ring vägledaren om körkortsutbildningen"),
        (0, "Förbered introduktionen på måndag"),
        (4, "Planera näringslivsfrukosten"),
    ),
    "NO": (
        (-1, "Send referat fra samarbeidsmøtet"),
        (0, "Ring om arbeidstøy"),
        (2, "Bestill møterom til jobbklubben"),
    ),
}
_OF_UNIT = {"SE": (3, "Byt affischer i väntrummet"), "NO": (5, "Oppdater informasjonsarket")}


def fill_tasks(organisation: Organisation) -> None:
    """Add tasks of both coordinators and one for anybody in each unit. Runs inside ``transaction()``."""
    today = clock.today()
    for unit in (organisation.swedish, organisation.norwegian):
        actor = organisation.actor(unit)
        rows: list[tuple[int, str, int | None]] = [
            (days, text, actor.staff_id) for days, text in _OF_COUNTRY[unit.country]
        ]
        rows.append((*_OF_UNIT[unit.country], None))
        for in_days, title, owner_id in rows:
            due_on = today + timedelta(days=in_days)
            add_task(actor, title={"": title}, due_on=due_on, unit_id=unit.id, owner_id=owner_id)

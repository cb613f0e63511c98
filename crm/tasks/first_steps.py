"""The first steps of somebody who is new: what there is to try, and what is done already."""

from dataclasses import dataclass

from sqlalchemy import func, select

from crm.actors import Actor, Role
from crm.db import current_session
from crm.extension_points import Text
from crm.history.subjects import table
from crm.lazy_texts import lazy_gettext as _l
from crm.tasks.models import Task

_SETTLED_IN = 3
"""Somebody who has logged so many contacts needs no list of first steps."""


@dataclass(frozen=True)
class Step:
    """One thing to try. ``endpoint`` takes no arguments and may be missing."""

    label: Text
    text: Text
    endpoint: str
    done: bool


def first_steps(actor: Actor) -> list[Step]:
    """The steps in their order; empty once all are done or the person has settled in. One query of counts.

    They are about meeting employers; who only administers or leads has other work.
    """
    if not actor.has_role(Role.COORDINATOR):
        return []
    contact, employer = table("contact"), table("employer")
    logged = select(func.count()).select_from(contact).where(contact.c.staff_id == actor.staff_id)
    employers = select(employer.c.id).limit(1)
    planned = select(Task.id).where(Task.owner_id == actor.staff_id).limit(1)
    statement = select(logged.scalar_subquery(), employers.exists(), planned.exists())
    # The counts tell of the person's own rows, and of whether there is any employer at all.
    contacts, any_employer, any_task = current_session().connection().execute(statement).one()
    if contacts >= _SETTLED_IN:
        return []
    steps = [
        Step(_l("Add an employer"), _l("The name is enough."), "employers.add", bool(any_employer)),
        Step(
            _l("Log a visit or a call"),
            _l("Open the employer and write down what was said. It takes half a minute."),
            "employers.index",
            contacts > 0,
        ),
        Step(
            _l("Say what comes next"),
            _l("A next step with a date comes back here on its day."),
            "tasks.add",
            bool(any_task),
        ),
    ]
    return [] if all(step.done for step in steps) else steps

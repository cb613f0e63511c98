"""What is wrong at an employer, read from what its page has loaded already, and who of us spoke with them just now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.actors import Actor
from crm.employers.models import Employer
from crm.employers.queries import UnitRelationship
from crm.employers.ways import BAD, NEEDS_REASON, OPENS_NUMBER, REASONS, WRONG_BLOCK
from crm.tasks.queries import TaskRow

RECENTLY = timedelta(days=14)
PARTICIPANTS = "#participant-tasks"
"""Where the page has the tasks about participants: they are no promise to the employer."""


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong, with where to read more or mend it."""

    text: str
    anchor: str | None = None
    color: str = "warning"


def wrong_with(
    employer: Employer, own: UnitRelationship | None, tasks: Sequence[TaskRow], day: date, *, closed: bool
) -> list[Wrong]:
    """What stands in the strip beside blocks and warnings: broken promises, a bad experience, nobody responsible."""
    found = []
    late = [row for row in tasks if row.task.due_on < day]
    promises = [row for row in late if row.participant_id is None]
    if promises:
        text = ngettext("One promise is overdue", "%(num)d promises are overdue", len(promises))
        found.append(Wrong(text, "#next-steps"))
    if len(late) > len(promises):
        text = ngettext(
            "One task about a participant is overdue",
            "%(num)d tasks about participants are overdue",
            len(late) - len(promises),
        )
        found.append(Wrong(text, PARTICIPANTS))
    relationship = own.own if own else None
    if relationship is not None and relationship.prior_experience == BAD:
        why = REASONS.get(relationship.prior_experience_reason or "")
        text = _("They have had a bad experience: %(why)s", why=why) if why else _("They have had a bad experience")
        found.append(
            Wrong(text + ". " + _("Repair it before you ask for anything."), _details(employer, "relationship"))
        )
    if relationship is not None and relationship.owner_id is None:
        found.append(Wrong(_("Nobody is responsible; until somebody takes it, the unit is"), "#responsible"))
    if closed and not employer.do_not_contact:
        found.append(Wrong(str(NEEDS_REASON), "#log"))
        found.append(Wrong(str(OPENS_NUMBER)))
        edit = url_for("employers.edit", public_id=employer.public_id, _anchor="advertising_block")
        found.append(Wrong(str(WRONG_BLOCK), edit))
    return found


def _details(employer: Employer, anchor: str) -> str:
    return url_for("employers.details", public_id=employer.public_id, _anchor=anchor)


def spoke_just_now(actor: Actor, guard: Sequence[UnitRelationship], day: date) -> list[UnitRelationship]:
    """Units of which somebody else has been in contact within two weeks, the newest first: day, kind and who."""
    return [
        each
        for each in guard
        if each.last_on is not None and day - each.last_on <= RECENTLY and each.last_staff_id != actor.staff_id
    ]

"""What a caller sees beside the script: who it is, the last contacts, what was promised, and the names for the text."""

from dataclasses import dataclass
from typing import cast

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import joinedload

from crm.accounts.current import current_staff
from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.approach import closed_to
from crm.employers.models import Employer, Position
from crm.employers.page import own_of
from crm.employers.queries import UnitRelationship, positions_at, relationships_to
from crm.history.queries import Line, lines_for
from crm.messaging.addresses import show_phone
from crm.settings import Settings
from crm.tasks.queries import TaskRow, next_with_employer, open_tasks_of_employer
from crm.web.filters import show_date, show_weekday
from outreach.calling.models import Call
from outreach.calling.queries import who_named
from outreach.lists.models import CallEntry
from outreach.scripts.effects import Field
from outreach.scripts.walking import Walk, local_time

LINES = 4


@dataclass(frozen=True)
class Briefing:
    """Who is called, and what there is to know. ``phone``: the number to call, None where nobody may be called."""

    employer: Employer
    position: Position | None
    positions: list[Position]
    phone: str | None
    is_closed: bool
    own: UnitRelationship | None
    others: list[UnitRelationship]
    promise: TaskRow | None
    tasks: list[TaskRow]
    lines: list[Line]

    @property
    def shown_phone(self) -> str:
        """The number as people write it."""
        return show_phone(self.phone, self.employer.country) if self.phone else ""


def briefing(actor: Actor, call: Call) -> Briefing:
    """Everything that stands beside the script."""
    employer = _employer(actor, call.employer_id)
    positions = [each for each in positions_at(actor, employer.id) if each.left_on is None]
    position = next((each for each in positions if each.person_id == call.person_id), None)
    relationships = relationships_to(actor, employer.id)
    own = own_of(actor, relationships)
    is_closed = bool(closed_to(actor, [employer]))
    tasks = open_tasks_of_employer(actor, employer.id)
    return Briefing(
        employer=employer,
        position=position,
        positions=positions,
        phone=None if is_closed else _number(employer, position),
        is_closed=is_closed,
        own=own,
        others=[each for each in relationships if not each.own and each.last_on],
        promise=next_with_employer(tasks, call.unit_id),
        tasks=tasks,
        lines=list(lines_for(actor, employer_id=employer.id, per_page=LINES, own_only=True).items),
    )


def values_for(call: Call, walk: Walk, brief: Briefing) -> dict[str, str]:
    """What stands in the place of the names in a script. What nobody knows is left out."""
    staff, unit = current_staff(), call.unit
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    phone = staff.phone or unit.phone
    found = {
        "my_name": staff.name,
        "org": settings.organisation or unit.name,
        "company": brief.employer.name,
        "person": brief.position.person.name if brief.position else "",
        "source": _source(call, brief),
        "date_time": _agreed(walk, call.language),
        "contact_phone": show_phone(phone, unit.country) if phone else "",
        "deadline": _deadline(call.entry),
    }
    return {name: value for name, value in found.items() if value}


def _employer(actor: Actor, employer_id: int) -> Employer:
    statement = visible(Employer, actor).where(Employer.id == employer_id).options(joinedload(Employer.warned_by))
    return current_session().scalars(statement).unique().one()


def _number(employer: Employer, position: Position | None) -> str | None:
    if position is not None:
        return None if position.person.do_not_call else position.person.phone or employer.phone
    return employer.phone


def _source(call: Call, brief: Briefing) -> str:
    """Where we have the name from: whoever gave it and may be mentioned, else what stands with the employer."""
    named = who_named(call.employer_id)
    if named is not None:
        return named.from_person.name if named.from_person else named.from_employer.name
    return brief.employer.source or ""


def _agreed(walk: Walk, language: str) -> str:
    """The day and time that was noted last on the way."""
    noted = [step.fields.get(Field.DATE_TIME) for step in walk.steps] + [walk.fields.get(Field.DATE_TIME)]
    last = next((each for each in reversed(noted) if each), None)
    if last is None:
        return ""
    at = local_time(last)
    with force_locale(language):
        return f"{show_weekday(at.date())} {at:%H:%M}"


def _deadline(entry: CallEntry | None) -> str:
    return show_date(entry.call_list.deadline, "long") if entry is not None and entry.call_list.deadline else ""

"""Calls of the sample installation: one that goes on, and one that named another employer and promised a sheet."""

from collections.abc import Mapping, Sequence
from datetime import time

from sqlalchemy import select

from crm import clock
from crm.accounts.current import actor_for
from crm.accounts.models import Staff
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.employers.reach_queries import may_be_called_in_numbers, person_may_be_mailed
from crm.languages import in_language
from outreach.calling.models import Call
from outreach.calling.services.closing import close_call
from outreach.calling.services.drafts import Draft, answer_step, keep_typed
from outreach.calling.services.outcome import NO_MAIL, Closing, MaterialChoice
from outreach.calling.services.starting import call_employer
from outreach.lists.sampling import last_working_day
from outreach.materials.queries import sheets_on_offer
from outreach.scripts.models import CallScript
from outreach.scripts.shipped import SCRIPTS

_Answer = tuple[str, Mapping[str, str]]
_NEEDS = {"sv": "Två personer i köket på förmiddagarna", "nb": "To personer på kjøkkenet om formiddagen"}
_NAMED = {"sv": "Åkessons Måleri, 010-555 01 23", "nb": "Aker Maling, 55 50 12 34"}
_NOTE = {"sv": "Vill gärna läsa på först.", "nb": "Vil gjerne lese først."}
_AT_WORK = time(15, 30)
_ON_THE_WAY = {"sv": "Kom fram genom växeln.", "nb": "Kom fram via sentralbordet."}


def add_calls() -> None:
    """Add the calls of both coordinators. Runs outside ``transaction()``."""
    with transaction():
        statement = select(Staff).where(Staff.email.in_(["coordinator@example.org", "coordinator.no@example.org"]))
        for staff in current_session().scalars(statement.order_by(Staff.id)).all():
            unit = staff.unit
            day = last_working_day(clock.today(unit.time_zone), unit.country)
            with clock.travelling(min(clock.now(), clock.local_instant(day, _AT_WORK, unit.time_zone))):
                _fill(actor_for(staff))


def _fill(actor: Actor) -> None:
    script_id = current_session().scalar(select(CallScript.id).where(CallScript.key == SCRIPTS[0]))
    employers = _employers(actor)
    if script_id is None or len(employers) < 2:
        return
    (first, person_id), (second, other_id) = employers[-2:]
    saved = call_employer(actor, employer_id=first, script_id=script_id, person_id=person_id)
    _walk(actor, saved, _whole_way(actor))
    _close(actor, saved, person_id)
    going_on = call_employer(actor, employer_id=second, script_id=script_id, person_id=other_id)
    _walk(actor, going_on, [("go", {})])
    note = in_language(_ON_THE_WAY, actor.language)
    keep_typed(actor, call_id=going_on.id, draft=Draft(going_on.version_id, note, place="greet"))


def _whole_way(actor: Actor) -> Sequence[_Answer]:
    language = actor.language
    agreed = f"{clock.today().replace(day=1).year + 1}-01-11T10:00"
    return [
        ("go", {}), ("yes", {}), ("next", {}), ("next", {"needs_text": in_language(_NEEDS, language)}), ("good", {}),
        ("next", {}), ("maybe", {}), ("agreed", {"date_time": agreed, "preferred_information": "general"}),
        ("yes", {"referral_company": in_language(_NAMED, language), "referral_may_mention": "yes"}), ("done", {}),
    ]  # fmt: skip


def _walk(actor: Actor, call: Call, answers: Sequence[_Answer]) -> None:
    for key, fields in answers:
        draft = Draft(call.version_id, call.note, dict(fields), call.walk["here"]["node"], base=call.draft_number)
        answer_step(actor, call_id=call.id, draft=draft, key=key)


def _close(actor: Actor, call: Call, person_id: int) -> None:
    sheets = sheets_on_offer(actor)
    sheet = next((each for each in sheets if call.language in each.languages), None)
    material = MaterialChoice(receiver=NO_MAIL)
    if sheet is not None:
        material = MaterialChoice(sheet.version_id, call.language, str(person_id))
    note = in_language(_NOTE, actor.language)
    close_call(actor, call_id=call.id, closing=Closing(None, note=note, person_id=person_id, material=material))


def _employers(actor: Actor) -> list[tuple[int, int]]:
    """Employers of the coordinator's own that may be called, each with a person who may be mailed."""
    statement = (
        select(Employer.id, Position.person_id)
        .join(EmployerRelationship, EmployerRelationship.employer_id == Employer.id)
        .join(Position, Position.employer_id == Employer.id)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(
            EmployerRelationship.owner_id == actor.staff_id, may_be_called_in_numbers(), person_may_be_mailed(),
            Position.left_on.is_(None), ContactPerson.do_not_call.is_(False),
        )
        .order_by(Employer.id, Position.id)
    )  # fmt: skip
    found: dict[int, int] = {}
    for employer_id, person_id in current_session().execute(statement):
        found.setdefault(employer_id, person_id)
    return list(found.items())

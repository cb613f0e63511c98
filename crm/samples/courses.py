"""What has been written down about the sample placements: clarifications, meetings, check-ins, a job that followed."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from crm.actors import Actor
from crm.db import current_session
from crm.participants.models import Enrolment, EnrolmentStage
from crm.placements.following_services import CheckInFields, save_check_in
from crm.placements.models import Placement
from crm.placements.preparing_services import (
    ClarificationFields,
    MeetingFields,
    approve_instruction,
    save_clarification,
    save_instruction,
    save_meeting,
)
from crm.placements.schemes import scheme_of
from crm.placements.services import PlacementFields, begin_placement, start_placement
from crm.placements.step_models import Party
from crm.samples.organisation import Organisation

_PLANNED_IN = 10
_AGREED = ClarificationFields(
    goal="Try full working days and learn the till",
    expected_of_employer="A mentor on every shift",
    expected_of_us="A call every second week, and a visit in the first month",
    training_need="Till and food hygiene",
    who_to_call="The coordinator, and the shift leader on the spot",
)


def prepare(actor: Actor, placement_id: int, day: date) -> None:
    """The clarification, the meeting of all three, and the work instruction where the kind needs one."""
    save_clarification(actor, placement_id=placement_id, given=_AGREED, version=None)
    meeting = MeetingFields(day, participant_there=True, employer_there=True, coordinator_there=True)
    save_meeting(actor, placement_id=placement_id, given=meeting)


def begin(actor: Actor, placement_id: int, day: date) -> None:
    """It begins, with an approved work instruction where the kind needs one."""
    placement = _placement(placement_id)
    if scheme_of(placement.kind, placement.starts_on).needs_instruction:
        text = "Unpack and price goods, serve customers together with the mentor."
        save_instruction(actor, placement_id=placement_id, text=text, version=None)
        for party, name in zip(Party, ("Eva Lund", "Nils Moe", "Kari Haug"), strict=True):
            approve_instruction(actor, placement_id=placement_id, party=party, name=name, on_date=day)
    begin_placement(actor, placement_id=placement_id)


def write_check_ins(actor: Actor, placement_id: int, go: Callable[[int], date], today: date) -> None:
    """Each talk whose day has come was held on it, but for the latest."""
    due = [row for row in _placement(placement_id).check_ins if row.due_on < today]
    for row in due[:-1]:
        go((today - row.due_on).days)
        given = CheckInFields(done=True, done_on=row.due_on, channel="phone", note="Both are content.")
        save_check_in(actor, check_in_id=row.id, given=given, version=None)


def hire(actor: Actor, enrolment: Enrolment, employer_id: int, day: date) -> None:
    """A job follows at the same employer: the next link of a chain."""
    given = PlacementFields(employer_id=employer_id, kind="ordinary_work", starts_on=day, fte_percent=100)
    start_placement(actor, participant_id=enrolment.participant_id, given=given, enrolment_id=enrolment.id)


def plan_one(organisation: Organisation, employer_id: int, today: date) -> None:
    """A placement of the coming weeks, of which only half is agreed."""
    unit = organisation.swedish
    statement = select(Enrolment).where(
        Enrolment.programme_id == organisation.running.id,
        Enrolment.stage == EnrolmentStage.MATCHING,
        Enrolment.unit_id == unit.id,
    )
    enrolment = current_session().scalars(statement.order_by(Enrolment.id).limit(1)).one()
    actor = organisation.actor(unit)
    given = PlacementFields(
        employer_id=employer_id, kind="se_work_training", starts_on=today + timedelta(days=_PLANNED_IN), fte_percent=50
    )
    placement = start_placement(actor, participant_id=enrolment.participant_id, given=given, enrolment_id=enrolment.id)
    half = ClarificationFields(goal="Find out whether the work suits", expected_of_employer="Short days at first")
    save_clarification(actor, placement_id=placement.id, given=half, version=None)


def _placement(placement_id: int) -> Placement:
    return current_session().get_one(Placement, placement_id)

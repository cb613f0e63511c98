"""The sample placements: one is planned and lacks things, some are running, some have ended, some are chains."""

from datetime import date, timedelta
from itertools import cycle

from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session
from crm.participants.models import Enrolment, EnrolmentStage
from crm.placements.services import PlacementFields, end_placement, start_placement
from crm.samples.courses import begin, hire, plan_one, prepare, write_check_ins
from crm.samples.days import on_days
from crm.samples.employers import employers_with_places
from crm.samples.organisation import Organisation

_KINDS = {"SE": ("se_work_training", "se_praktik"), "NO": ("no_work_training", "no_wage_subsidy_temp")}
_ENDS = ("hired", "completed", "attendance", "completed", "employer_withdrew", "hired")
_AT_WORK = (EnrolmentStage.WORK_TRAINING, EnrolmentStage.WORK_OR_STUDIES)
_LONGEST_RUNNING = 80


def fill_placements(organisation: Organisation) -> None:
    """Place everybody who is in work training or at work. Runs inside ``transaction()``."""
    statement = (
        select(Enrolment)
        .where(Enrolment.programme_id == organisation.running.id, Enrolment.stage.in_(_AT_WORK))
        .order_by(Enrolment.id)
    )
    employers = cycle(employers_with_places())
    with on_days() as go:
        today = go(0)
        for number, enrolment in enumerate(current_session().scalars(statement).all()):
            started_ago = min(_LONGEST_RUNNING - 3 * number, (today - enrolment.starts_on).days)
            day = go(max(started_ago, 0))
            employer_id = next(employers)
            placement_id = _start(organisation, enrolment, employer_id, number, day)
            actor = organisation.actor(_unit(organisation, enrolment))
            if number % 4:
                prepare(actor, placement_id, day)
            begin(actor, placement_id, day)
            write_check_ins(actor, placement_id, go, today)
            if number % 3 == 2:
                ended_on = go(max(started_ago // 2, 0))
                reason = _ENDS[number % len(_ENDS)]
                _end(organisation, enrolment, placement_id, ended_on, reason)
                if reason == "hired":
                    hire(actor, enrolment, employer_id, ended_on)
        go(0)
        plan_one(organisation, next(employers), today)


def _start(organisation: Organisation, enrolment: Enrolment, employer_id: int, number: int, day: date) -> int:
    unit = _unit(organisation, enrolment)
    given = PlacementFields(
        employer_id=employer_id,
        kind=_KINDS[unit.country][number % 2],
        starts_on=day,
        ends_on=day + timedelta(days=150),
        fte_percent=(50, 75, 100)[number % 3],
        may_tell_employer=number % 4 == 0,
    )
    placement = start_placement(
        organisation.actor(unit),
        participant_id=enrolment.participant_id,
        given=given,
        enrolment_id=enrolment.id,
    )
    return placement.id


def _end(organisation: Organisation, enrolment: Enrolment, placement_id: int, day: date, reason: str) -> None:
    actor = organisation.actor(_unit(organisation, enrolment))
    end_placement(actor, placement_id=placement_id, ends_on=day, reason=reason)


def _unit(organisation: Organisation, enrolment: Enrolment) -> Unit:
    units = (organisation.swedish, organisation.norwegian)
    return next(unit for unit in units if unit.id == enrolment.unit_id)

"""Finding what was forgotten: the guarantee behind the fast path.

Events plan the surveys of an exit at once; a listener that failed, a plugin that was off, an import or a restored
backup leaves gaps. These jobs find them, mend them and tell managers what people have to look at.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.participants.models import Enrolment, EnrolmentExit
from surveys.dispositions import DueState
from surveys.due_rows import BEGUN
from surveys.installing import content_is_missing, ensure_content
from surveys.models import DueRow, FollowUpPlan
from surveys.planning import recompute_many
from surveys.plans.queries import plans_in_force
from surveys.staff_tasks import tell_managers
from surveys.sweeping import BATCH, has_message, zones

_ACTOR = system_actor("surveys.reconcile")
_JOB = "a job of the system, which looks at every unit"
STUCK_AFTER_DAYS = 2
DOUBT_AFTER_DAYS = 1
_MAY_CHANGE = (DueState.NOT_YET_DUE, DueState.DUE, DueState.NOT_POSSIBLE, DueState.SUPERSEDED, *sorted(BEGUN))


def catch_up() -> str:
    """Plan the surveys of exits that have none. Cheap; runs every hour and at the start."""
    if content_is_missing():
        with transaction():
            ensure_content(_ACTOR)
    return f"{plan_missing()} exits planned"


def reconcile() -> str:
    """Plan what is missing, compare every open row with the facts, and tell managers what they must look at.

    Runs once a day. May be repeated: it changes nothing that is right.
    """
    planned = catch_up()
    looked_at = recheck_open_rows()
    told = report_to_managers()
    return f"{planned}, {looked_at} looked at, {told} units told"


def plan_missing() -> int:
    """Plan every exit that lacks the row of a wave with a plan in force. Returns how many exits."""
    count = 0
    for wave in plans_in_force().waves:
        count += _in_batches(_without_row(wave))
    return count


def recheck_open_rows() -> int:
    """Compare every row that is not final with the facts. Returns how many exits were looked at."""
    return _in_batches(
        select(EnrolmentExit.id)
        .where(exists().where(DueRow.exit_id == EnrolmentExit.id, DueRow.state.in_(_MAY_CHANGE)))
        .where(or_(EnrolmentExit.reopened_at.is_(None), _begun_row()))
    )


def report_to_managers() -> int:
    """Give each unit where something waits for people a task. Returns how many units were told."""
    told = 0
    for zone in zones():
        late, stuck, doubt = waiting_by_unit(zone.today, zone.name)
        for unit_id in sorted({*late, *stuck, *doubt}):
            with transaction() as session:
                unit = session.get_one(Unit, unit_id)
                tell_managers(_ACTOR, unit, late=late[unit_id], stuck=stuck[unit_id], in_doubt=doubt[unit_id])
                told += 1
    return told


def waiting_by_unit(today: date, zone: str) -> tuple[Counter[int], Counter[int], Counter[int]]:
    """How many rows of each unit in a time zone are late, due without a message, and in doubt for too long."""
    units = DueRow.unit_id.in_(select(Unit.id).where(Unit.time_zone == zone))
    due = and_(DueRow.state == DueState.DUE, units)
    late: Counter[int] = Counter()
    stuck: Counter[int] = Counter()
    for plan in current_session().scalars(select(FollowUpPlan)).all():
        oldest = today - timedelta(days=plan.self_sending_days)
        of_plan = and_(due, DueRow.plan_id == plan.id, ~has_message())
        late += _count(of_plan & (DueRow.due_on < oldest) & DueRow.confirmed_at.is_(None))
        recent = DueRow.due_on.between(oldest, today - timedelta(days=STUCK_AFTER_DAYS))
        stuck += _count(and_(of_plan, recent))
    before = clock.now() - timedelta(days=DOUBT_AFTER_DAYS)
    doubt = _count(and_(DueRow.state == DueState.IN_DOUBT, DueRow.changed_at < before, units))
    return late, stuck, doubt


def _count(condition: ColumnElement[bool]) -> Counter[int]:
    statement = select(DueRow.unit_id, func.count()).where(condition).group_by(DueRow.unit_id)
    rows = current_session().execute(trusted(statement, because="counts without persons"))
    return Counter(dict(rows.all()))


def _without_row(wave: str) -> Select[int]:
    row = exists().where(DueRow.exit_id == EnrolmentExit.id, DueRow.wave == wave)
    return select(EnrolmentExit.id).join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id).where(~row)


def _begun_row() -> ColumnElement[bool]:
    return exists().where(DueRow.exit_id == EnrolmentExit.id, DueRow.state.in_(BEGUN))


def _in_batches(statement: Select[int]) -> int:
    count, last = 0, 0
    while True:
        with transaction() as session:
            batch = statement.where(EnrolmentExit.id > last).order_by(EnrolmentExit.id).limit(BATCH)
            ids: Sequence[int] = session.scalars(trusted(batch, because=_JOB)).all()
            if not ids:
                return count
            recompute_many(_ACTOR, ids)
            count += len(ids)
            last = ids[-1]

"""Call lists of the sample installation: one that is being called, with a callback, and one that is closed.

Nothing of it leaves lines in histories: a list without calls would show nothing, and calls of the samples are made up.
"""

from datetime import date, time, timedelta

from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff, StaffRole, Unit, staff_roles
from crm.accounts.queries import unit_tree_ids
from crm.actors import Actor, ActorKind, Role
from crm.db import current_session, transaction
from crm.employers.list_queries import EmployerFilter
from crm.tasks.working_days import add_working_days, is_working_day
from outreach.lists.building import build_list, close_list
from outreach.lists.fields import ListFields
from outreach.lists.models import CallList, EntryState, Wanted
from outreach.lists.services import finish_entry, next_entry
from outreach.scripts.models import CallScript
from outreach.scripts.published import newest_version

_OUTCOMES = (
    "visit_booked",
    "no_answer",
    "declined",
    "interested",
    "callback_requested",
    "material_sent",
    "visit_booked",
)
_CLOSED = ("interested", "declined", "no_answer", "interested", "not_now")
_A_DAY = timedelta(days=1)
_TEN = time(10)


def add_lists() -> None:
    """Two lists of the unit of the first coordinator. Does nothing where there are any, or no script."""
    session = current_session()
    script = session.scalar(select(CallScript).where(CallScript.key == "employer_first_call"))
    caller = _somebody(Role.COORDINATOR)
    if script is None or caller is None or session.scalar(select(CallList.id).limit(1)) is not None:
        return
    _running(caller, script.id)
    _finished(caller, script.id)


def _running(caller: Actor, script_id: int) -> None:
    today = clock.today()
    given = ListFields(
        name="Summer jobs", script_id=script_id, wanted=Wanted.VISIT_BOOKED, target=6, cooldown_days=2,
        deadline=today + timedelta(days=6), caller_ids=_callers(caller),
    )  # fmt: skip
    list_id = _build(caller, given, EmployerFilter(), "owner=all")
    _call(caller, list_id, script_id, _OUTCOMES, days_ago=24)


def _finished(caller: Actor, script_id: int) -> None:
    given = ListFields(
        name="Information meeting", script_id=script_id, wanted=Wanted.SIGNED_UP, target=2, cooldown_days=0,
        caller_ids=_callers(caller),
    )  # fmt: skip
    list_id = _build(caller, given, EmployerFilter(owner="unit"), "owner=unit")
    _call(caller, list_id, script_id, _CLOSED, days_ago=70)
    with transaction():
        close_list(caller, list_id=list_id)


def _build(caller: Actor, given: ListFields, filters: EmployerFilter, query: str) -> int:
    with transaction():
        return build_list(caller, unit_id=caller.unit_id or 0, given=given, filters=filters, view_query=query).id


def _call(caller: Actor, list_id: int, script_id: int, outcomes: tuple[str, ...], *, days_ago: int) -> None:
    """Call one after another, one each few days, until yesterday or until nobody is left."""
    version = newest_version(script_id)
    version_id = version.id if version else None
    with transaction() as session:
        unit = session.get_one(Unit, caller.unit_id)
        country, zone = unit.country, unit.time_zone
        today = clock.today(zone)
        made = last_working_day(today - timedelta(days=days_ago + 3), country)
        session.get_one(CallList, list_id).created_at = clock.local_instant(made, _TEN, zone)
    tomorrow = clock.local_instant(add_working_days(today, 1, country), _TEN, zone)
    for number, outcome in enumerate(outcomes):
        with transaction():
            entry = next_entry(caller, list_id=list_id)
            if entry is None:
                return
            again = tomorrow if outcome == "callback_requested" else None
            finish_entry(
                caller, entry, outcome=outcome, contact_id=None, callback_at=again, script_version_id=version_id
            )
            if entry.state is EntryState.CALLBACK and again is None:
                entry.state, entry.callback_at = EntryState.DONE, None
            day = last_working_day(today - timedelta(days=max(days_ago - 4 * number, 1)), country)
            entry.done_at = entry.first_called_at = clock.local_instant(day, _TEN, zone)


def last_working_day(day: date, country: str) -> date:
    """The day itself, or the last working day before it: nobody calls employers on a Sunday."""
    while not is_working_day(day, country):
        day -= _A_DAY
    return day


def _callers(caller: Actor) -> frozenset[int]:
    manager = _somebody(Role.MANAGER)
    same = manager is not None and manager.unit_id == caller.unit_id
    return frozenset({caller.staff_id or 0} | ({manager.staff_id or 0} if manager and same else set()))


def _somebody(role: Role) -> Actor | None:
    """The first person of a role, as an actor. The samples' own people come first."""
    statement = (
        select(Staff)
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .join(Unit, Unit.id == Staff.unit_id)
        .where(StaffRole.name == role.value, Staff.active)
        .order_by(Staff.id)
        .limit(1)
    )
    staff = current_session().scalar(statement)
    if staff is None:
        return None
    units = unit_tree_ids(staff.unit_id)
    return Actor(ActorKind.STAFF, staff.name, staff.id, staff.unit_id, units, staff.role_names, staff.language)

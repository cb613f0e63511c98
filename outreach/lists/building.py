"""Making a call list from a view of the list of employers, changing it, closing and reopening it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.queries import unit_tree_ids
from crm.accounts.scopes import condition, locked, scoped, visible
from crm.actors import Actor
from crm.db import Base, current_session, new_public_id
from crm.employers.list_queries import EmployerFilter, employer_ids
from crm.employers.models import Employer
from crm.employers.queries import staff_of_units
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.many_rows import among, count_rows_anew
from crm.web.clean import clean_line
from outreach.lists.fields import Listed, ListFields
from outreach.lists.models import CallEntry, CallList, CallListCaller, EntryState, LeftOut
from outreach.lists.reasons import first_day, whom_to_ask_for, why_not_listed
from outreach.scripts.models import CallScript

MOST = 50_000
"""So many employers a list holds at most."""
_BATCH = 1000


def build_list(
    actor: Actor,
    *,
    unit_id: int,
    given: ListFields,
    filters: EmployerFilter,
    view_query: str,
    submission_key: str | None = None,
) -> CallList:
    """A call list of a unit with every employer that ``filters`` show, in their order.

    Those who are not called stand behind them, with the reason, so that the list adds up to what the view showed. The
    same form sent twice makes one list. Raises DomainError for a field that is wrong, and for an empty view.
    """
    session = current_session()
    there = submission_key and session.scalar(visible(CallList, actor).where(CallList.submission_key == submission_key))
    if there:
        return there
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    checked = _checked(actor, unit_id, given)
    listed = who_is_listed(actor, unit_id=unit_id, cooldown_days=checked.cooldown_days, filters=filters)
    if not listed:
        raise DomainError(_("This view shows no employer. Choose another one."), field="view")
    call_list = CallList(
        unit_id=unit_id, view_query=view_query[:1000], submission_key=submission_key, created_by_id=actor.staff_id,
        created_at=clock.now(), **_columns(checked),
    )  # fmt: skip
    session.add(call_list)
    session.flush()  # Entries and callers name the list.
    _set_callers(call_list, checked.caller_ids)
    _insert_entries(call_list.id, listed)
    _record(actor, call_list, "call_list.built", rows=len(listed))
    return call_list


def who_is_listed(actor: Actor, *, unit_id: int, cooldown_days: int, filters: EmployerFilter) -> list[Listed]:
    """The employers that ``filters`` show, in their order, each with the reason if it is left out. Changes nothing."""
    session = current_session()
    ids = employer_ids(actor, filters, limit=MOST)
    today = clock.today(session.get_one(Unit, unit_id).time_zone)
    because = why_not_listed(actor, unit_ids=unit_tree_ids(unit_id), since=first_day(today, cooldown_days))
    statement = scoped(select(Employer.id, because, whom_to_ask_for()), condition(Employer, actor))
    found: dict[int, Listed] = {}
    for first in range(0, len(ids), _BATCH):
        some = among(session.connection(), Employer.id, ids[first : first + _BATCH])
        found |= {row[0]: Listed(row[0], row[2], row[1]) for row in session.execute(statement.where(some))}
    return [found[each] for each in ids if each in found]


def reasons_counted(listed: Sequence[Listed]) -> Mapping[LeftOut, int]:
    """How many would be left out, by reason, in the order in which the reasons weigh."""
    counted = Counter(each.reason for each in listed if each.reason)
    return {reason: counted[reason.value] for reason in LeftOut if counted[reason.value]}


def change_list(actor: Actor, *, list_id: int, version: int | None, given: ListFields) -> CallList:
    """Change what a list is to reach and who calls. Who stands in it stays. What somebody holds who calls no longer
    goes back to the list. Raises DomainError, EditConflict when somebody saved after ``version``, NotVisible.
    """
    call_list = _own(actor, list_id)
    if version is not None and call_list.version_id != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=values_of(call_list),
        )
    checked = _checked(actor, call_list.unit_id, given, kept_ids=_caller_ids(call_list), script_id=call_list.script_id)
    for name, value in _columns(checked).items():
        setattr(call_list, name, value)
    _release(call_list.id, _caller_ids(call_list) - checked.caller_ids)
    _set_callers(call_list, checked.caller_ids)
    call_list.version_id += 1
    _record(actor, call_list, "call_list.changed")
    return call_list


def close_list(actor: Actor, *, list_id: int) -> CallList:
    """Nobody gets anybody from this list any more; what callers hold they may finish. May be repeated."""
    call_list = _own(actor, list_id)
    if call_list.closed_at is None:
        call_list.closed_at = clock.now()
        call_list.version_id += 1
        _record(actor, call_list, "call_list.closed")
    return call_list


def reopen_list(actor: Actor, *, list_id: int) -> CallList:
    """Take back that a list was closed: everybody stands where they stood. May be repeated."""
    call_list = _own(actor, list_id)
    if call_list.closed_at is not None:
        call_list.closed_at = None
        call_list.version_id += 1
        _record(actor, call_list, "call_list.reopened")
    return call_list


def values_of(call_list: CallList) -> dict[str, object]:
    """What stands in the row by field name, with the version and the callers."""
    names = [name for name in ListFields.__dataclass_fields__ if name != "caller_ids"]
    values: dict[str, object] = {name: getattr(call_list, name) for name in names}
    return values | {"caller_ids": _caller_ids(call_list), "version": call_list.version_id}


def may_change(actor: Actor, call_list: CallList) -> bool:
    """Whether the list is one of the actor's units; whoever only calls from it leaves it as it is."""
    return actor.is_system or call_list.unit_id in actor.unit_ids


def _own(actor: Actor, list_id: int) -> CallList:
    call_list = locked(CallList, actor, list_id)
    if not may_change(actor, call_list):
        raise NotAllowed(_("This list is another unit's. You call from it, and they change it."))
    return call_list


def _checked(
    actor: Actor, unit_id: int, given: ListFields, *, kept_ids: frozenset[int] = frozenset(), script_id: int = 0
) -> ListFields:
    """The fields as they are saved. ``kept_ids`` and ``script_id`` stand there already and may stay."""
    name = clean_line(given.name)[:120]
    if not name:
        raise DomainError(_("Give the list a name."), field="name")
    in_use = visible(CallScript, actor).where(CallScript.id == given.script_id, CallScript.archived_at.is_(None))
    if given.script_id != script_id and current_session().scalar(in_use) is None:
        raise DomainError(_("Choose a script."), field="script_id")
    fit = {each.id for each in staff_of_units(unit_tree_ids(unit_id))} | kept_ids
    if not given.caller_ids or not given.caller_ids <= fit:
        raise DomainError(_("Choose who calls: at least one colleague of the unit."), field="caller_ids")
    if given.target is not None and given.target < 1:
        raise DomainError(_("The target is a number above zero."), field="target")
    return replace(given, name=name)


def _columns(given: ListFields) -> dict[str, object]:
    return {name: value for name, value in asdict(given).items() if name != "caller_ids"}


def _caller_ids(call_list: CallList) -> frozenset[int]:
    return frozenset(each.staff_id for each in call_list.callers)


def _set_callers(call_list: CallList, caller_ids: frozenset[int]) -> None:
    kept = [each for each in call_list.callers if each.staff_id in caller_ids]
    new = caller_ids - {each.staff_id for each in kept}
    call_list.callers = [*kept, *(CallListCaller(staff_id=each) for each in sorted(new))]


def _release(list_id: int, staff_ids: frozenset[int]) -> None:
    """What these hold can be taken by anybody at once."""
    held = update(CallEntry).where(
        CallEntry.list_id == list_id, CallEntry.state == EntryState.TAKEN, CallEntry.taken_by_id.in_(staff_ids)
    )
    if staff_ids:
        current_session().execute(held.values(taken_until=clock.now()))


def _insert_entries(list_id: int, listed: Sequence[Listed]) -> None:
    session, now = current_session(), clock.now()
    rows = [
        {
            "public_id": new_public_id(), "list_id": list_id, "employer_id": each.employer_id,
            "person_id": each.person_id, "position": number, "reason": each.reason, "attempts": 0, "added_at": now,
            "state": EntryState.LEFT_OUT if each.reason else EntryState.WAITING,
        }
        for number, each in enumerate(sorted(listed, key=_is_left_out), start=1)
    ]  # fmt: skip
    session.execute(insert(CallEntry), rows)
    count_rows_anew(session.connection(), [Base.metadata.tables[CallEntry.__tablename__]])


def _is_left_out(each: Listed) -> bool:
    # Those who are called stand first, so that the page begins with them.
    return each.reason is not None


def _record(actor: Actor, call_list: CallList, action: str, **details: object) -> None:
    record(actor, action, subject_type="call_list", subject_id=call_list.id, unit_id=call_list.unit_id, details=details)

"""What is read for campaigns: calls grouped by list, version, caller and outcome, and what came of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import aliased

from crm import clock
from crm.accounts.queries import unit_tree_ids
from crm.accounts.scopes import condition, scoped, trusted
from crm.actors import Actor
from crm.agreements.models import Agreement
from crm.db import current_session
from crm.employers.models import Contact, Employer
from crm.placements.models import Placement
from outreach.calling.models import Call, Referral
from outreach.campaigns.counting import Came, Group, Kind, is_within
from outreach.lists.models import CallEntry, CallList
from outreach.lists.progress import COUNTED
from outreach.scripts.models import CallScriptVersion

VISIT = "visit"
_COUNT = "counts without persons, for employers of call lists that the caller sees"


def groups_of(actor: Actor, list_ids: Collection[int]) -> list[Group]:
    """The calls of some lists, grouped. An entry counts once, by its last call."""
    what = (
        CallEntry.list_id, CallList.wanted, CallScriptVersion.number, CallEntry.done_by_id, CallEntry.outcome,
    )  # fmt: skip
    statement = (
        select(*what, func.count())
        .join(CallList, CallList.id == CallEntry.list_id)
        .outerjoin(CallScriptVersion, CallScriptVersion.id == CallEntry.script_version_id)
        .where(CallEntry.list_id.in_(list_ids), CallEntry.state.in_(COUNTED), CallEntry.done_at.is_not(None))
        .group_by(*what)
    )
    return [Group(*row) for row in current_session().execute(scoped(statement, condition(CallEntry, actor)))]


def came_of(actor: Actor, lists: Sequence[CallList]) -> list[Came]:
    """Visits, signed agreements and placements of the lists' units, made for their employers in the 180 days after the
    first call. The newest first."""
    units = {each.unit_id: unit_tree_ids(each.unit_id) for each in lists}
    zones = {each.id: ZoneInfo(each.unit.time_zone) for each in lists}
    unit_of = {each.id: each.unit_id for each in lists}
    found = []
    for kind, source_id, on, unit_id, row in _made(actor, [each.id for each in lists]):
        entry_id, list_id, version, caller_id, called_at, employer, public_id = row
        zone = zones[list_id]
        day = on.astimezone(zone).date() if isinstance(on, datetime) else on
        called_on, is_ours = called_at.astimezone(zone).date(), unit_id in units[unit_of[list_id]]
        if is_ours and is_within(called_on, day) and day <= clock.today(zone.key):
            found.append(Came(kind, day, entry_id, list_id, version, caller_id, employer, public_id, source_id))
    return sorted(found, key=lambda each: (each.on, each.source_id), reverse=True)


def calls_by_day(actor: Actor, call_list: CallList) -> list[tuple[date, str | None]]:
    """Day, in the unit's zone, and outcome of the last call of every entry that was called."""
    statement = select(CallEntry.done_at, CallEntry.outcome).where(
        CallEntry.list_id == call_list.id, CallEntry.state.in_(COUNTED), CallEntry.done_at.is_not(None)
    )
    zone = ZoneInfo(call_list.unit.time_zone)
    rows = current_session().execute(scoped(statement, condition(CallEntry, actor)))
    return [(done_at.astimezone(zone).date(), outcome) for done_at, outcome in rows if done_at is not None]


@dataclass(frozen=True)
class Named:
    """An employer that another one named during a call of a list."""

    by: str
    name: str
    public_id: str


def referred(actor: Actor, call_list: CallList) -> list[Named]:
    """Who named whom, by names: those that stand on the list for it, and those that somebody has found since."""
    session, mine = current_session(), condition(CallEntry, actor)
    source, by, named = aliased(CallEntry), aliased(Employer), aliased(Employer)
    columns = select(by.name, named.name, named.public_id)
    on_list = (
        columns.select_from(CallEntry)
        .join(source, source.id == CallEntry.referred_by_id)
        .join(by, by.id == source.employer_id)
        .join(named, named.id == CallEntry.employer_id)
    )
    found_since = (
        columns.select_from(Referral)
        .join(Call, Call.id == Referral.call_id)
        .join(CallEntry, CallEntry.id == Call.entry_id)
        .join(by, by.id == Referral.from_employer_id)
        .join(named, named.id == Referral.to_employer_id)
    )
    rows = {
        tuple(row)
        for statement in (on_list, found_since)
        for row in session.execute(scoped(statement.where(CallEntry.list_id == call_list.id), mine))
    }
    return [Named(*row) for row in sorted(rows, key=lambda row: (row[0].casefold(), row[1].casefold()))]


def named_and_not_found(actor: Actor, call_list: CallList) -> int:
    """How many employers were named in calls of a list that nobody has found or laid aside yet."""
    statement = (
        select(func.count())
        .select_from(Referral)
        .join(Call, Call.id == Referral.call_id)
        .join(CallEntry, CallEntry.id == Call.entry_id)
        .where(CallEntry.list_id == call_list.id, Referral.settled_at.is_(None))
    )
    return current_session().scalar(scoped(statement, condition(CallEntry, actor))) or 0


def _made(actor: Actor, list_ids: Collection[int]) -> Iterator[tuple[Kind, int, Any, int, Any]]:
    """Kind, id, day and unit of everything that was made for employers that were called, each with its entry."""
    for kind, row_id, on, unit_id, employer_id, narrowed in (
        (Kind.VISIT, Contact.id, Contact.on_date, Contact.unit_id, Contact.employer_id, _visits),
        (Kind.AGREEMENT, Agreement.id, Agreement.signed_at, Agreement.unit_id, Agreement.employer_id, _signed),
        (Kind.PLACEMENT, Placement.id, Placement.starts_on, Placement.unit_id, Placement.employer_id, _begun),
    ):
        # So many columns that their types cannot be told apart any more.
        statement: Any = (
            select(
                literal(kind.value), row_id, on, unit_id, CallEntry.id, CallEntry.list_id, CallScriptVersion.number,
                CallEntry.done_by_id, CallEntry.first_called_at, Employer.name, Employer.public_id,
            )
            .join(CallEntry, CallEntry.employer_id == employer_id)
            .join(Employer, Employer.id == employer_id)
            .outerjoin(CallScriptVersion, CallScriptVersion.id == CallEntry.script_version_id)
            .where(CallEntry.list_id.in_(list_ids), CallEntry.first_called_at.is_not(None))
            .where(condition(CallEntry, actor))
        )  # fmt: skip
        for row in current_session().execute(trusted(narrowed(statement), because=_COUNT)):
            yield kind, row[1], row[2], row[3], row[4:]


def _visits(statement: Select[Any]) -> Select[Any]:
    return statement.where(Contact.channel == VISIT, Contact.archived_at.is_(None))


def _signed(statement: Select[Any]) -> Select[Any]:
    return statement.where(Agreement.signed_at.is_not(None))


def _begun(statement: Select[Any]) -> Select[Any]:
    return statement.where(Placement.cancelled.is_(False))

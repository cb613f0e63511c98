"""One campaign, and all campaigns of a period, put together for pages and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.queries import modules_on, names_of
from crm.accounts.scopes import visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.measures.overview import may_see_coordinators
from outreach.campaigns.answers import StepCount, answers_in
from outreach.campaigns.counting import Came, Figures, Week, change, per_month, summed, weeks_of
from outreach.campaigns.modules import BY_CALLER
from outreach.campaigns.queries import Named, calls_by_day, came_of, groups_of, named_and_not_found, referred
from outreach.lists.list_queries import progress_of
from outreach.lists.models import CallList
from outreach.lists.progress import Progress

MOST_LISTS = 200
_ZONE = "Europe/Stockholm"


@dataclass(frozen=True)
class Campaign:
    """What a list has come to."""

    call_list: CallList
    progress: Progress
    total: Figures
    by_version: Sequence[tuple[int | None, Figures]]
    by_caller: Sequence[tuple[str, Figures]]
    """Those whose figures the reader may see, by name; their own alone where it is not switched on."""
    weeks: Sequence[Week]
    answers: Sequence[StepCount]
    came: Sequence[Came]
    referred: Sequence[Named]
    not_found: int
    """So many were named in calls and are still to be found."""
    per_month: float | None
    """How many of what is wanted come in 30 days, counted from the first call until now or the closing."""

    @property
    def fewer_waiting(self) -> float | None:
        """How many fewer wait than at the start: -0.512 from 82 to 40."""
        return change(self.progress.to_call, self.not_called)

    @property
    def not_called(self) -> int:
        """Those who have not been called to an end."""
        return self.progress.to_call - self.progress.done


@dataclass(frozen=True)
class Period:
    """Which lists the overview holds: made or called in a period, of one unit or of all."""

    since: date
    until: date
    unit_id: int | None = None


@dataclass(frozen=True)
class Campaigns:
    """Every list of a period with its figures, and all of them together."""

    lines: Sequence[tuple[CallList, Progress, Figures]]
    total: Figures
    is_cut: bool


def campaign(actor: Actor, call_list: CallList) -> Campaign:
    """The figures of a list that the caller has checked."""
    groups, came = groups_of(actor, [call_list.id]), came_of(actor, [call_list])
    total = summed(groups, came, lambda each: None).get(None, Figures())
    by_version = summed(groups, came, lambda each: each.version)
    days = calls_by_day(actor, call_list)
    progress = progress_of(actor, [call_list])[call_list.id]
    return Campaign(
        call_list=call_list,
        progress=progress,
        total=total,
        by_version=sorted(by_version.items(), key=lambda pair: -(pair[0] or 0)),
        by_caller=_callers(actor, call_list, summed(groups, came, lambda each: each.caller_id)),
        weeks=weeks_of(days, call_list.wanted),
        answers=answers_in(actor, call_list),
        came=came,
        referred=referred(actor, call_list),
        not_found=named_and_not_found(actor, call_list),
        per_month=_per_month(call_list, progress.achieved, [day for day, _outcome in days]),
    )


def campaigns(actor: Actor, period: Period) -> Campaigns:
    """The lists that were open in a period, the newest first."""
    closed_later = or_(CallList.closed_at.is_(None), CallList.closed_at >= _beginning(period.since))
    statement = visible(CallList, actor).where(CallList.created_at <= _end(period.until), closed_later)
    if period.unit_id is not None:
        statement = statement.where(CallList.unit_id == period.unit_id)
    statement = statement.options(joinedload(CallList.unit), joinedload(CallList.script))
    found = list(current_session().scalars(statement.order_by(CallList.id.desc()).limit(MOST_LISTS + 1)))
    lists = found[:MOST_LISTS]
    groups, came = groups_of(actor, [each.id for each in lists]), came_of(actor, lists)
    figures, progress = summed(groups, came, lambda each: each.list_id), progress_of(actor, lists)
    return Campaigns(
        lines=[(each, progress[each.id], figures.get(each.id, Figures())) for each in lists],
        total=summed(groups, came, lambda each: None).get(None, Figures()),
        is_cut=len(found) > MOST_LISTS,
    )


def shows_callers(actor: Actor, call_list: CallList) -> bool:
    """Whether the reader sees figures of single callers: a manager, where it is switched on and staff agreed."""
    return BY_CALLER.key in modules_on(call_list.unit_id) and bool(
        actor.has_role(Role.MANAGER) and may_see_coordinators(actor, frozenset({call_list.unit_id}))
    )


def _callers(actor: Actor, call_list: CallList, figures: Mapping[int | None, Figures]) -> Sequence[tuple[str, Figures]]:
    everybody = shows_callers(actor, call_list)
    shown = {key: each for key, each in figures.items() if key is not None and (everybody or key == actor.staff_id)}
    names = names_of(shown)
    return sorted(((names.get(key, ""), each) for key, each in shown.items()), key=lambda pair: pair[0].casefold())


def _per_month(call_list: CallList, achieved: int, days: Sequence[date]) -> float | None:
    if not days:
        return None
    zone = call_list.unit.time_zone
    until = call_list.closed_at.date() if call_list.closed_at else clock.today(zone)
    return per_month(achieved, min(days), until)


def _beginning(day: date) -> datetime:
    return clock.local_instant(day, time.min, _ZONE)


def _end(day: date) -> datetime:
    return clock.local_instant(day, time.max, _ZONE)

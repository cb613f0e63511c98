"""What a call plans: its effects with days in the place of "some time", and what remains when somebody has said no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Unit
from crm.employers.fields import NextStep
from crm.employers.stages import NOT_REACHED
from crm.tasks.working_days import add_working_days
from outreach.scripts.effects import (
    AddTask,
    BookVisit,
    Effect,
    SendMaterial,
    SetDoNotCall,
    SetDoNotContact,
    TaskKind,
)

NOT_REACHED_LATER = frozenset({"no_answer"})
"""Outcomes after which a list tries again by itself."""
REFUSED = "do_not_contact"
NOT_CALLED = "not_called"
_LATER = frozenset({"not_now", "declined"})
_HALF_A_YEAR = timedelta(days=182)
_DAYS = 3
MORNING = time(9)
_REFUSALS = (SetDoNotCall, SetDoNotContact)


@dataclass(frozen=True)
class Planned:
    """Something that will be done on a day; ``at`` is there where a time was agreed with them."""

    effect: AddTask | BookVisit
    on: date
    at: time | None = None

    @property
    def is_repair(self) -> bool:
        """Whether it is the task to put right what went wrong."""
        return isinstance(self.effect, AddTask) and self.effect.task is TaskKind.REPAIR

    @property
    def is_callback(self) -> bool:
        """Whether they are to be called again."""
        return isinstance(self.effect, AddTask) and self.effect.task is TaskKind.CALLBACK

    def instant(self, zone: str) -> datetime:
        """When it begins, in UTC; in the morning where no time was agreed."""
        return clock.local_instant(self.on, self.at or MORNING, zone)

    def as_step(self) -> NextStep:
        """The same as a next step, in the language of who wrote it."""
        return NextStep(due_on=self.on, text=self.title())

    def title(self) -> str:
        """What is to be done, with the time where one was agreed."""
        values = {"time": self.at.strftime("%H:%M")} if self.at else {}
        if self.is_callback:
            return str(_("Call them back at %(time)s", **values) if values else _("Call them back"))
        return str(_("Visit them at %(time)s", **values) if values else _("Agree on a visit"))


def usual_day(outcome: str | None, unit: Unit) -> date:
    """When they are called again if nobody has said when: the next working day where nobody answered, in half a year
    where it is not the time now, else in three working days."""
    today = clock.today(unit.time_zone)
    if outcome in NOT_REACHED:
        return add_working_days(today, 1, unit.country)
    if outcome in _LATER:
        return add_working_days(today + _HALF_A_YEAR, 0, unit.country)
    return add_working_days(today, _DAYS, unit.country)


def planned(effects: Sequence[Effect], outcome: str | None, unit: Unit, *, on: date | None = None) -> list[Planned]:
    """What the effects plan, visits first, then callbacks. ``on``: the day of what has none, else the usual one."""
    usual = on or usual_day(outcome, unit)
    repair = add_working_days(clock.today(unit.time_zone), _DAYS, unit.country)
    found = []
    for effect in effects:
        if isinstance(effect, AddTask | BookVisit):
            day = effect.at.date() if effect.at else repair if _is_repair(effect) else usual
            found.append(Planned(effect, day, effect.at.time() if effect.at else None))
    return sorted(found, key=lambda each: (each.is_repair, each.is_callback))


def has_open_day(effects: Sequence[Effect]) -> bool:
    """Whether something of it is planned and nobody has said when."""
    plans = (each for each in effects if isinstance(each, AddTask | BookVisit))
    return any(each.at is None and not _is_repair(each) for each in plans)


def refuses(effects: Sequence[Effect], outcome: str | None) -> bool:
    """Whether they have said that they want no calls, by the script or by what the caller chose."""
    return outcome == REFUSED or any(isinstance(each, _REFUSALS) for each in effects)


def as_chosen(effects: Sequence[Effect], outcome: str) -> tuple[Effect, ...]:
    """The effects of a call with this outcome. "Wants no contact" counts as if the script had said so."""
    if outcome != REFUSED or any(isinstance(each, _REFUSALS) for each in effects):
        return tuple(effects)
    kept = [each for each in effects if not isinstance(each, BookVisit | SendMaterial)]
    return (*(each for each in kept if not isinstance(each, AddTask) or _is_repair(each)), SetDoNotCall())


def _is_repair(effect: AddTask | BookVisit) -> bool:
    return isinstance(effect, AddTask) and effect.task is TaskKind.REPAIR

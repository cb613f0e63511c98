"""What a call has come to, in words: announced before it is saved, so that nothing is written unseen."""

from flask_babel import gettext as _

from crm.accounts.models import Unit
from crm.employers.stage_queries import stages_of
from crm.employers.ways import BAD
from crm.web.filters import show_weekday
from outreach.calling.services.plans import NOT_REACHED_LATER, Planned, planned
from outreach.lists.services import CALLBACK_REQUESTED
from outreach.scripts.effects import (
    ChangeStage,
    Effect,
    Field,
    FillField,
    MakeReferral,
    SendMaterial,
    SetDoNotCall,
    SetDoNotContact,
)
from outreach.scripts.results import Result


def announced(found: Result, unit: Unit, *, of_list: bool) -> list[str]:
    """One line for each thing that closing the call writes besides the contact itself."""
    plans = planned(found.effects, found.outcome, unit)
    lines = [_of_plan(each, of_list=of_list, outcome=found.outcome) for each in plans]
    lines += [line for line in (_of_effect(each, unit) for each in found.effects) if line]
    if found.fields.get(Field.PRIOR_EXPERIENCE) == BAD and not any(each.is_repair for each in plans):
        lines.append(str(_("A task to put right what went wrong")))
    return list(dict.fromkeys(lines))


def _of_plan(plan: Planned, *, of_list: bool, outcome: str | None) -> str:
    if plan.is_repair:
        return str(_("A task to put right what went wrong"))
    if plan.is_callback and of_list and plan.at is None and outcome != CALLBACK_REQUESTED:
        if outcome in NOT_REACHED_LATER:
            return str(_("The list tries them again later"))
        return str(_("They come up again in the list: %(day)s", day=show_weekday(plan.on)))
    return f"{plan.title()}, {show_weekday(plan.on)}"


def _of_effect(effect: Effect, unit: Unit) -> str | None:
    if isinstance(effect, SendMaterial):
        return str(_("The information sheet by mail"))
    if isinstance(effect, MakeReferral):
        return str(_("The employer that they named, with a task to find it"))
    if isinstance(effect, ChangeStage):
        return str(_("Stage: %(stage)s", stage=str(stages_of(unit.id).label(effect.stage))))
    if isinstance(effect, SetDoNotCall):
        return str(_("Not called again"))
    if isinstance(effect, SetDoNotContact):
        return str(_("No contact at all any more"))
    if isinstance(effect, FillField) and effect.field in (Field.PRIOR_EXPERIENCE, Field.PREFERRED_INFORMATION):
        return str(_("What they want and how it went before"))
    return None

"""Choosing the stages of a unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Stage
from crm.employers.stage_queries import stages_of
from crm.employers.stages import StageSet, long_list, new_own_code, shipped, stage_label
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible

MOST_STAGES = 15


@dataclass(frozen=True)
class OwnStage:
    """A stage as a unit wants it. Without a ``code`` it is a new one; its meaning cannot be changed later."""

    name: str
    meaning: Stage
    code: str | None = None
    in_use: bool = True


def choose_stages(
    actor: Actor, *, unit_id: int, version: int | None, which: str, own: Sequence[OwnStage] = ()
) -> StageSet:
    """Give a unit the five stages ("five"), the long list ("long") or its own, in this order ("own").

    No relationship is moved and no history is changed: a stage that is no longer used stands under the one that means
    the same. Raises NotAllowed, NotVisible, EditConflict, DomainError.
    """
    if not actor.has_role(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed(_("Only managers and administrators choose the stages."))
    if not (actor.is_system or unit_id in actor.unit_ids):
        raise NotVisible("Not found, or not visible to you.")
    unit = current_session().get_one(Unit, unit_id, with_for_update=True, populate_existing=True)
    if version is not None and version != unit.version_id:
        raise EditConflict(_("Somebody else changed the unit meanwhile. Look, and save again."), current={})
    rows = _own_rows(own) if which == "own" else _shipped_rows(which)
    unit.stages = rows + _retired(unit_id, rows)
    unit.version_id += 1
    record(actor, "stages.chosen", subject_type="unit", subject_id=unit_id, unit_id=unit_id)
    return stages_of(unit_id)


def _shipped_rows(which: str) -> list[dict[str, object]]:
    if which not in ("five", "long"):
        raise DomainError(_("Choose one of the alternatives."), field="which")
    chosen = shipped() if which == "five" else long_list()
    return [{"code": code, "name": "", "off": False} for code in chosen.codes]


def _own_rows(own: Sequence[OwnStage]) -> list[dict[str, object]]:
    used = [stage for stage in own if stage.in_use]
    names = [stage.name.casefold() for stage in used]
    if len(used) < 2:
        raise DomainError(_("Two stages are needed at least."), field="which")
    if len(used) > MOST_STAGES:
        raise DomainError(_("%(num)d stages are too many for a board. Leave some out.", num=len(used)), field="which")
    if not all(names) or len(set(names)) < len(names):
        raise DomainError(_("Every stage needs a name of its own."), field="which")
    if used[0].meaning is not Stage.NEW:
        raise DomainError(_("The first stage is where employers begin: it has to mean “New”."), field="which")
    return [
        {"code": stage.code or new_own_code(stage.meaning), "name": _own_name(stage), "off": not stage.in_use}
        for stage in own
    ]


def _own_name(stage: OwnStage) -> str:
    """What was written; nothing where that is the usual name, which every reader sees in their own language."""
    usual = stage.code is not None and stage.name == str(stage_label(stage.code))
    return "" if usual else stage.name


def _retired(unit_id: int, rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """The stages that were used until now and are no longer: their names are kept for the history."""
    now, kept = stages_of(unit_id), {row["code"] for row in rows}
    names = {stage.code: str(stage.name) for stage in now.stages if stage.code.startswith("own.")} | dict(now.retired)
    return [{"code": code, "name": name, "off": True} for code, name in names.items() if code not in kept]

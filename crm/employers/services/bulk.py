"""The same for many employers at once: who is left out and why is said before, and all of it can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.list_queries import OfReader, relationships_of_reader
from crm.employers.models import EmployerRelationship
from crm.employers.services.relationships import (
    StageAnswers,
    change_stage,
    restore_responsible,
    undo_stage_change,
)
from crm.employers.services.responsible import check_works_there, hand_over_relationship
from crm.employers.stage_queries import missing_for, stages_of
from crm.employers.stages import is_stage
from crm.employers.view_models import BulkAction
from crm.employers.ways import NEEDS_REASON
from crm.errors import DomainError, NotVisible
from crm.extension_points import Text
from crm.tasks.services import add_task, cancel_tasks

OWNER, DEPUTY, STAGE, TASK = KINDS = ("owner", "deputy", "stage", "task")
TASK_KIND = "employer.bulk"
MOST = 500


@dataclass(frozen=True)
class BulkWish:
    """What is to be done: ``kind`` with its value. ``staff_id`` None as owner or deputy means the unit."""

    kind: str
    staff_id: int | None = None
    stage: str = ""
    reason: str | None = None
    title: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class BulkRow:
    """An employer of the preview: what stands there now and then, or why it is left out.

    ``warnings``: what a stage asks for and is not there, without holding anybody up.
    """

    name: str
    relationship_id: int | None
    now: Text = ""
    left_out: Text = ""
    then: Text = ""
    warnings: Sequence[Text] = ()


@dataclass(frozen=True)
class BulkPlan:
    """Who would be changed, and who would not."""

    will: Sequence[BulkRow]
    left_out: Sequence[BulkRow]


@dataclass(frozen=True)
class BulkUndone:
    """How many were taken back, and how many somebody has changed since."""

    undone: int
    kept: int


def plan_bulk(actor: Actor, *, employer_ids: Sequence[int], wish: BulkWish) -> BulkPlan:
    """Who would be changed by ``wish``, and who is left out and why. Changes nothing. Raises DomainError."""
    if wish.kind not in KINDS:
        raise DomainError(_("Choose what is to be done."), field="kind")
    if len(employer_ids) > MOST:
        raise DomainError(_("At most %(num)d employers at once. Narrow the list down.", num=MOST), field="kind")
    rows = [_planned(actor, each, wish) for each in relationships_of_reader(actor, employer_ids)]
    return BulkPlan([row for row in rows if not row.left_out], [row for row in rows if row.left_out])


def do_bulk(
    actor: Actor, *, employer_ids: Sequence[int], wish: BulkWish, submission_key: str | None = None
) -> BulkAction:
    """Do it for everybody of the plan, and keep what undoing needs. The same key does it once.

    Raises DomainError for a wish that cannot be, and when nobody is left.
    """
    session = current_session()
    if submission_key is not None:
        there = session.scalar(visible(BulkAction, actor).where(BulkAction.submission_key == submission_key))
        if there is not None:
            return there
    plan = plan_bulk(actor, employer_ids=employer_ids, wish=wish)
    if not plan.will or actor.staff_id is None:
        raise DomainError(_("Nobody is left for whom this can be done."), field="kind")
    bulk = BulkAction(
        staff_id=actor.staff_id, kind=wish.kind, memory=[], submission_key=submission_key, done_at=clock.now()
    )
    session.add(bulk)
    # Tasks are named by the public id, which the database row gets here.
    session.flush()
    bulk.memory = [_done(actor, bulk, row.relationship_id, wish) for row in plan.will if row.relationship_id]
    record(actor, "employers.bulk_done", subject_type="employer", details={"kind": wish.kind, "rows": len(bulk.memory)})
    return bulk


def undo_bulk(actor: Actor, *, bulk_id: int) -> BulkUndone:
    """Take back what was done to many, but for those that somebody has changed since. May be repeated.

    Raises NotVisible for what somebody else did.
    """
    bulk = locked(BulkAction, actor, bulk_id)
    # What else keeps its undoing there has a way of its own: crm.employers.registers.by_hand.
    if bulk.undone_at is not None or bulk.kind not in KINDS:
        return BulkUndone(0, 0)
    results = [_undone(actor, bulk, memory) for memory in bulk.memory]
    bulk.undone_at = clock.now()
    record(actor, "employers.bulk_undone", subject_type="employer", details={"kind": bulk.kind, "rows": sum(results)})
    return BulkUndone(sum(results), len(results) - sum(results))


def _planned(actor: Actor, each: OfReader, wish: BulkWish) -> BulkRow:
    relationship = each.relationship
    if relationship is None:
        return BulkRow(each.name, None, left_out=_("Nobody in your unit works with them yet."))
    row = BulkRow(each.name, relationship.id, now=_now(each, relationship, wish))
    if wish.kind == STAGE:
        return _with_stage(row, relationship, wish.stage)
    return replace(row, left_out=_why_not(actor, each, relationship, wish), then=_then(wish))


def _now(each: OfReader, relationship: EmployerRelationship, wish: BulkWish) -> Text:
    if wish.kind == STAGE:
        return stages_of(relationship.unit_id).label(relationship.stage)
    if wish.kind == DEPUTY:
        return each.deputy or _("The unit")
    return each.owner or _("The unit")


def _why_not(actor: Actor, each: OfReader, relationship: EmployerRelationship, wish: BulkWish) -> Text:
    if wish.kind == TASK:
        return _no_task(each)
    holders = {relationship.owner_id, relationship.deputy_id} - {None}
    if holders and actor.staff_id not in holders and not actor.has_role(Role.MANAGER):
        return _("Only the person responsible or a manager hands over.")
    if wish.staff_id == (relationship.owner_id if wish.kind == OWNER else relationship.deputy_id):
        return _("It is so already.")
    if wish.kind == DEPUTY and wish.staff_id is not None and wish.staff_id == relationship.owner_id:
        return _("They are responsible already, and cannot be their own deputy.")
    try:
        check_works_there(relationship.unit_id, wish.staff_id, "staff_id")
    except DomainError:
        return _("The person you chose does not work in this unit.")
    return ""


def _no_task(each: OfReader) -> Text:
    if each.do_not_contact:
        return _("They do not want contact.")
    return "" if each.may_be_approached else NEEDS_REASON


def _with_stage(row: BulkRow, relationship: EmployerRelationship, wanted: str) -> BulkRow:
    """The row with the stage of its own unit that the one wished for is there."""
    if not is_stage(wanted):
        return replace(row, left_out=_("Their unit has no such stage."))
    stages = stages_of(relationship.unit_id)
    stage = stages.entered(wanted, relationship.stage)
    if relationship.stage == stage:
        return replace(row, left_out=_("It is so already."))
    missing = missing_for(relationship.id, stage)
    return replace(
        row,
        then=stages.label(stage),
        left_out=" ".join(str(each.text) for each in missing if each.blocks),
        warnings=[each.text for each in missing if not each.blocks],
    )


def _then(wish: BulkWish) -> Text:
    if wish.kind == TASK:
        return wish.title
    staff = current_session().get(Staff, wish.staff_id) if wish.staff_id is not None else None
    return staff.name if staff else _("The unit")


def _done(actor: Actor, bulk: BulkAction, relationship_id: int, wish: BulkWish) -> dict[str, Any]:
    relationship = locked(EmployerRelationship, actor, relationship_id)
    before = {"id": relationship.id, "owner": relationship.owner_id, "deputy": relationship.deputy_id}
    if wish.kind == STAGE:
        stage = stages_of(relationship.unit_id).entered(wish.stage, relationship.stage)
        answers = StageAnswers(reason=wish.reason)
        change_stage(actor, relationship_id=relationship.id, stage=stage, answers=answers)
    elif wish.kind == TASK:
        add_task(
            actor, kind=TASK_KIND, source_ref=_task_ref(bulk, relationship.id), title={"": wish.title},
            due_on=wish.due_on or clock.today(), unit_id=relationship.unit_id,
            owner_id=relationship.owner_id, employer_id=relationship.employer_id,
        )  # fmt: skip
    else:
        owner = wish.staff_id if wish.kind == OWNER else relationship.owner_id
        deputy = wish.staff_id if wish.kind == DEPUTY else relationship.deputy_id
        # Who was the deputy and is responsible now leaves the deputy's place free.
        deputy = None if wish.kind == OWNER and deputy == owner else deputy
        hand_over_relationship(
            actor, relationship_id=relationship.id, version=None, owner_id=owner, deputy_id=deputy
        )  # fmt: skip
    return before | {"version": relationship.version_id}


def _undone(actor: Actor, bulk: BulkAction, memory: dict[str, Any]) -> bool:
    relationship_id, version = int(memory["id"]), int(memory["version"])
    try:
        if bulk.kind == TASK:
            return cancel_tasks(actor, kind=TASK_KIND, source_ref=_task_ref(bulk, relationship_id)) > 0
        if bulk.kind == STAGE:
            undo_stage_change(actor, relationship_id=relationship_id, version=version)
        else:
            restore_responsible(
                actor, relationship_id=relationship_id, version=version, owner_id=memory["owner"],
                deputy_id=memory["deputy"],
            )  # fmt: skip
    except (DomainError, NotVisible):
        # Somebody has changed it since, or it is gone: theirs stays, and the count says so.
        return False
    return True


def _task_ref(bulk: BulkAction, relationship_id: int) -> str:
    return f"{bulk.public_id}:{relationship_id}"

"""One unit's relationship to an employer: owner, deputy, stage. Somebody is always responsible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship, StageChange
from crm.employers.rules import check_version, what_it_became
from crm.employers.services.employers import restore_employer
from crm.employers.services.lines import write_employer_line
from crm.employers.services.responsible import (
    check_somebody_leads,
    check_works_there,
    employer_of,
    is_told,
    record_relationship,
    tell_manager,
    write_owner_line,
)
from crm.employers.stage_queries import missing_for, stages_of
from crm.employers.stages import STAGES, meaning_of
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.extension_points import Text
from crm.languages import in_all_languages
from crm.tasks.services import add_task, cancel_tasks

CONTACT_AGAIN = "employer.contact_again"


@dataclass(frozen=True)
class StageAnswers:
    """What was answered when a stage was entered. ``again_on``: a task to contact them then."""

    reason: str | None = None
    again_on: date | None = None


class StageBlocked(DomainError):
    """A stage cannot be entered: ``missing`` says in words what is not there."""

    def __init__(self, missing: Sequence[Text]) -> None:
        super().__init__(" ".join(str(text) for text in missing), field="stage")
        self.missing = list(missing)


def take_relationship(actor: Actor, *, employer_id: int, unit_id: int, owner_id: int | None) -> EmployerRelationship:
    """Give a unit a relationship to an employer, or its owner where it has none. May be repeated.

    An archived employer is in use again; whoever was merged is the one that they became. Raises NotVisible,
    NotAllowed for a unit that is not the actor's, DomainError when a colleague owns it already or the owner does not
    work there.
    """
    employer = what_it_became(locked(Employer, actor, employer_id))
    if employer.archived_at is not None:
        restore_employer(actor, employer_id=employer.id)
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise NotAllowed(_("Choose one of your own units."))
    check_works_there(unit_id, owner_id, "owner_id")
    relationship = find_relationship(actor, employer.id, unit_id)
    if relationship is None:
        relationship = _begin(actor, employer, unit_id, owner_id)
    elif owner_id is not None and relationship.owner_id is None:
        relationship.owner_id = owner_id
        relationship.version_id += 1
        write_owner_line(actor, relationship)
        record_relationship(actor, relationship, "relationship.taken")
    elif owner_id not in (None, relationship.owner_id):
        raise DomainError(_("A colleague is responsible already. Ask them to hand over."))
    return relationship


def restore_responsible(
    actor: Actor, *, relationship_id: int, version: int, owner_id: int | None, deputy_id: int | None
) -> EmployerRelationship:
    """Take a handover back that the caller knows ``actor`` has done. Raises EditConflict when it was changed since,
    NotVisible, DomainError when who was responsible works there no longer, or nobody leads the unit that was.
    """
    relationship = locked(EmployerRelationship, actor, relationship_id)
    check_version(relationship, version, {"owner_id": relationship.owner_id, "deputy_id": relationship.deputy_id})
    check_works_there(relationship.unit_id, owner_id, "owner_id")
    check_works_there(relationship.unit_id, deputy_id, "deputy_id")
    changed = relationship.owner_id != owner_id
    if changed and owner_id is None:
        check_somebody_leads(relationship.unit_id, "owner_id")
    before = (relationship.owner_id, relationship.deputy_id)
    relationship.owner_id, relationship.deputy_id = owner_id, deputy_id
    relationship.version_id += 1
    record_relationship(actor, relationship, "relationship.given_back", before=before)
    if changed:
        write_owner_line(actor, relationship)
    if changed and owner_id is None and not is_told(relationship):
        tell_manager(actor, relationship)
    return relationship


def change_stage(
    actor: Actor,
    *,
    relationship_id: int,
    stage: str,
    version: int | None = None,
    answers: StageAnswers | None = None,
) -> EmployerRelationship:
    """Move a relationship to another stage; the move is kept with its time. May be repeated.

    ``stage`` is one of the unit's, or one of the five that are shipped, which means the unit's own of that meaning.
    Raises NotVisible, EditConflict, DomainError for a stage that does not exist, StageBlocked when something is
    missing without which the stage cannot be entered.
    """
    relationship = locked(EmployerRelationship, actor, relationship_id)
    stages = stages_of(relationship.unit_id)
    if version is not None and relationship.version_id != version:
        now = str(stages.label(relationship.stage))
        raise EditConflict(
            _("Somebody else changed this meanwhile. The stage is now: %(stage)s. Look, and move it again.", stage=now),
            current={"stage": relationship.stage},
        )
    if stages.get(stage) is None and stage not in STAGES:
        raise DomainError(_("Choose one of the stages."), field="stage")
    place = stage if stages.get(stage) else stages.place_of(stage).code
    if place != relationship.stage:
        _check_requirements(relationship, place)
        move_to_stage(actor, relationship, stage, answers)
    return relationship


def move_to_stage(
    actor: Actor, relationship: EmployerRelationship, stage: str, answers: StageAnswers | None = None
) -> None:
    """Move a relationship that the caller has locked, with its row of the stage history and its line.

    ``stage`` may be one of the five that are shipped: the unit's own of that meaning is entered, unless the
    relationship stands in one that means the same already.
    """
    stages = stages_of(relationship.unit_id)
    if stages.get(stage) is None:
        same = meaning_of(stage) is meaning_of(relationship.stage)
        stage = relationship.stage if same else stages.place_of(stage).code
    if stage == relationship.stage:
        return
    answers = answers or StageAnswers()
    before, now, session = relationship.stage, clock.now(), current_session()
    change = StageChange(
        relationship_id=relationship.id, from_stage=before, to_stage=stage, at=now, by_id=actor.staff_id,
        reason=answers.reason, since_before=relationship.stage_since,
    )  # fmt: skip
    session.add(change)
    relationship.stage, relationship.stage_since = stage, now
    relationship.version_id += 1
    record_relationship(actor, relationship, "relationship.moved")
    write_employer_line(
        actor,
        kind="stage",
        employer_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        summary=lambda: _(
            "Stage: %(new)s (before: %(old)s)", new=str(stages.label(stage)), old=str(stages.label(before))
        ),
        detail=answers.reason,
    )
    if answers.again_on is not None:
        # The task is named by the move, so that undoing finds it.
        session.flush()
        _contact_again(actor, relationship, change, answers.again_on)


def undo_stage_change(actor: Actor, *, relationship_id: int, version: int | None) -> EmployerRelationship:
    """Take the last move back: stage and time are as they were, and the move stands no longer in the stage history.

    Raises NotVisible, EditConflict when something was changed after the move, DomainError when there is no move.
    """
    relationship = locked(EmployerRelationship, actor, relationship_id)
    stages, session = stages_of(relationship.unit_id), current_session()
    statement = select(StageChange).where(StageChange.relationship_id == relationship.id)
    change = session.scalars(statement.order_by(StageChange.id.desc()).limit(1)).first()
    if version is not None and relationship.version_id != version:
        now = str(stages.label(relationship.stage))
        raise EditConflict(
            _("It cannot be undone: somebody else changed this meanwhile. The stage is now: %(stage)s.", stage=now),
            current={"stage": relationship.stage},
        )
    if change is None or change.from_stage is None or change.to_stage != relationship.stage:
        raise DomainError(_("There is nothing to undo."))
    relationship.stage = change.from_stage
    relationship.stage_since = change.since_before or relationship.stage_since
    relationship.version_id += 1
    cancel_tasks(actor, kind=CONTACT_AGAIN, source_ref=_again_ref(relationship, change))
    session.delete(change)
    record_relationship(actor, relationship, "relationship.move_undone")
    write_employer_line(
        actor,
        kind="stage",
        employer_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        summary=lambda: _("Undone. Stage: %(stage)s", stage=str(stages.label(relationship.stage))),
    )
    return relationship


def _check_requirements(relationship: EmployerRelationship, stage: str) -> None:
    blocking = [each.text for each in missing_for(relationship.id, stage) if each.blocks]
    if blocking:
        raise StageBlocked(blocking)


def _again_ref(relationship: EmployerRelationship, change: StageChange) -> str:
    return f"{relationship.public_id}:{change.id}"


def _contact_again(actor: Actor, relationship: EmployerRelationship, change: StageChange, due_on: date) -> None:
    name = employer_of(relationship).name
    add_task(
        actor,
        kind=CONTACT_AGAIN,
        source_ref=_again_ref(relationship, change),
        title=in_all_languages(lambda: _("Contact %(name)s again", name=name)),
        due_on=due_on,
        unit_id=relationship.unit_id,
        owner_id=relationship.owner_id,
        employer_id=relationship.employer_id,
    )


def find_relationship(actor: Actor, employer_id: int, unit_id: int) -> EmployerRelationship | None:
    """The relationship of a unit to an employer, locked, if there is one that the actor sees."""
    statement = visible(EmployerRelationship, actor).where(
        EmployerRelationship.employer_id == employer_id, EmployerRelationship.unit_id == unit_id
    )
    return current_session().scalar(statement.with_for_update(of=EmployerRelationship))


def _begin(actor: Actor, employer: Employer, unit_id: int, owner_id: int | None) -> EmployerRelationship:
    now, session = clock.now(), current_session()
    stage = stages_of(unit_id).first.code
    relationship = EmployerRelationship(
        employer_id=employer.id, unit_id=unit_id, owner_id=owner_id, stage=stage, stage_since=now, created_at=now
    )
    session.add(relationship)
    # The first row of the stage history needs the number of the relationship.
    session.flush()
    session.add(StageChange(relationship_id=relationship.id, to_stage=stage, at=now, by_id=actor.staff_id))
    record_relationship(actor, relationship, "relationship.begun")
    if owner_id is not None:
        write_owner_line(actor, relationship)
    else:
        tell_manager(actor, relationship)
    return relationship

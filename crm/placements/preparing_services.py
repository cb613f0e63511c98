"""Before a placement begins: clarification, meeting of all three, work instruction with its approvals."""

from dataclasses import asdict, dataclass
from datetime import date
from functools import partial

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, EditConflict
from crm.languages import in_all_languages
from crm.participants.services.editing import unit_of
from crm.placements.check_ins import FOLLOW_UP, FOLLOWED_UP, coordinator_of, follow_up_ref, task_employer
from crm.placements.gaps import GapKind, missing_parties
from crm.placements.models import BEFORE_START, Placement
from crm.placements.services import blocking_gaps, refresh_preparation
from crm.placements.step_models import NEEDED, Approval, Clarification, Party, ThreePartyMeeting, WorkInstruction
from crm.tasks.services import add_task
from crm.tasks.working_days import add_working_days


@dataclass(frozen=True)
class ClarificationFields:
    """What was agreed. The first four answers are needed before the start; all may be filled in bit by bit."""

    goal: str | None = None
    expected_of_employer: str | None = None
    expected_of_us: str | None = None
    who_to_call: str | None = None
    participant_expectations: str | None = None
    employer_expectations: str | None = None
    training_need: str | None = None


@dataclass(frozen=True)
class MeetingFields:
    """Who was at a meeting before the start. ``plan_follow_up`` adds a talk shortly after the start and a visit."""

    on_date: date
    participant_there: bool = False
    employer_there: bool = False
    coordinator_there: bool = False
    plan_follow_up: bool = False
    submission_key: str | None = None


def save_clarification(
    actor: Actor, *, placement_id: int, given: ClarificationFields, version: int | None
) -> Clarification:
    """Write down what everybody expects; the placement is then clarified, or stays planned while an answer is missing.

    ``version`` is 0 for a form that showed none yet; None says that nothing was shown. Raises EditConflict,
    NotVisible, and DomainError for an answer taken away that the unit insists on, once the placement has begun.
    """
    placement = locked(Placement, actor, placement_id)
    row = placement.clarification
    _check_version(row.version_id if row else 0, version, asdict(given) if row is None else clarification_values(row))
    missing = set(row.missing if row else NEEDED)
    row = row or Clarification(version_id=0)
    for name, value in asdict(given).items():
        setattr(row, name, value or None)
    row.version_id += 1
    row.saved_at, row.saved_by_id = clock.now(), actor.staff_id
    placement.clarification = row
    if placement.status not in BEFORE_START and set(row.missing) - missing:
        blocking = blocking_gaps(placement, GapKind.CLARIFICATION)
        if blocking:
            raise DomainError(_("The placement has begun. %(reasons)s", reasons=" ".join(blocking)))
    refresh_preparation(placement)
    _record(actor, placement, "placement_clarified")
    return row


def save_meeting(actor: Actor, *, placement_id: int, given: MeetingFields) -> ThreePartyMeeting:
    """Write down a meeting before the start. Only one with all three counts.

    The same ``submission_key`` makes one meeting. Raises DomainError when nobody was there; NotVisible.
    """
    placement = locked(Placement, actor, placement_id)
    there = _sent_before(given.submission_key, placement)
    if there is not None:
        return there
    if not (given.participant_there or given.employer_there or given.coordinator_there):
        raise DomainError(_("Tick who was there."), field="participant_there")
    values = {name: value for name, value in asdict(given).items() if name != "plan_follow_up"}
    row = ThreePartyMeeting(**values, saved_at=clock.now(), saved_by_id=actor.staff_id)
    placement.meetings.append(row)
    if given.plan_follow_up:
        plan_follow_up(actor, placement)
    refresh_preparation(placement)
    _record(actor, placement, "placement_meeting_held")
    return row


def plan_follow_up(actor: Actor, placement: Placement) -> None:
    """Two tasks: a talk shortly after the start, and a visit. May be repeated."""
    country = unit_of(placement.unit_id).country
    for key, after in FOLLOWED_UP.items():
        add_task(
            actor,
            title=in_all_languages(partial(_follow_up_title, key)),
            due_on=add_working_days(placement.starts_on + after, 0, country),
            unit_id=placement.unit_id,
            owner_id=coordinator_of(placement),
            kind=FOLLOW_UP,
            source_ref=follow_up_ref(placement, key),
            employer_id=task_employer(placement),
            participant_id=placement.participant_id,
        )
    _record(actor, placement, "placement_follow_up_planned")


def save_instruction(actor: Actor, *, placement_id: int, text: str, version: int | None) -> WorkInstruction:
    """Write the work instruction. A text that changes loses its approvals: nobody has agreed to the new one.

    Raises EditConflict, NotVisible, and DomainError for an empty text.
    """
    placement = locked(Placement, actor, placement_id)
    if not text:
        raise DomainError(_("Write what the person is to do."), field="text")
    row = placement.instruction
    _check_version(row.version_id if row else 0, version, {"text": row.text if row else text})
    row = row or WorkInstruction(text="", version_id=0)
    if row.text != text:
        placement.approvals.clear()
    row.text = text
    row.version_id += 1
    row.saved_at, row.saved_by_id = clock.now(), actor.staff_id
    placement.instruction = row
    refresh_preparation(placement)
    _record(actor, placement, "placement_instruction_saved")
    return row


def approve_instruction(actor: Actor, *, placement_id: int, party: Party, name: str, on_date: date) -> Placement:
    """Write down that a party has approved the work instruction as it reads. May be repeated: the first yes stays.

    Raises DomainError without an instruction or a name, or for a day to come; NotVisible.
    """
    placement = locked(Placement, actor, placement_id)
    if placement.instruction is None:
        raise DomainError(_("Write the work instruction first."))
    if not name:
        raise DomainError(_("Write who approved."), field="name")
    if on_date > clock.today(unit_of(placement.unit_id).time_zone):
        raise DomainError(_("The day is still to come."), field="on_date")
    if party in missing_parties(placement):
        approval = Approval(
            party=party, name=name, on_date=on_date, recorded_at=clock.now(), recorded_by_id=actor.staff_id
        )
        placement.approvals.append(approval)
        refresh_preparation(placement)
        _record(actor, placement, "placement_instruction_approved")
    return placement


def clarification_values(row: Clarification) -> dict[str, object]:
    """What stands in a clarification by field name, with its version."""
    return {name: getattr(row, name) for name in ClarificationFields.__dataclass_fields__} | {"version": row.version_id}


def _check_version(stands: int, shown: int | None, current: dict[str, object]) -> None:
    if shown is not None and shown != stands:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current={**current, "version": stands})


def _sent_before(key: str | None, placement: Placement) -> ThreePartyMeeting | None:
    if not key:
        return None
    statement = select(ThreePartyMeeting).where(
        ThreePartyMeeting.submission_key == key, ThreePartyMeeting.placement_id == placement.id
    )
    return current_session().scalar(trusted(statement, because="of a placement already checked"))


def _follow_up_title(key: str) -> str:
    if key == "visit":
        return str(_("Visit the placement"))
    return str(_("Talk to both shortly after the start of the placement"))


def _record(actor: Actor, placement: Placement, action: str) -> None:
    record(
        actor,
        action,
        subject_type="participant",
        subject_id=placement.participant_id,
        unit_id=placement.unit_id,
        details={"placement_id": placement.id},
    )

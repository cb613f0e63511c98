"""During and after a placement: check-ins, evaluations, closing, certificate."""

from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.errors import DomainError, EditConflict
from crm.glossary import picklists
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages
from crm.participants.services.editing import moment_of, unit_of
from crm.placements.check_ins import call_off_tasks, close_task_of
from crm.placements.gaps import GapKind, Level, gaps_before_closing
from crm.placements.models import Placement
from crm.placements.queries import levels_for
from crm.placements.services import ended_status
from crm.placements.step_models import CheckIn, Evaluator, PlacementCertificate, PlacementEvaluation
from crm.placements.words import EVALUATORS


@dataclass(frozen=True)
class CheckInFields:
    """Whether a talk took place, when and how (a code of contact_channel)."""

    done: bool
    done_on: date | None = None
    channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class EvaluationFields:
    """The four answers of one side: what worked, what was hard, what it means for the way on, what it clarified."""

    evaluator: Evaluator
    worked: str
    challenges: str
    way_on: str
    clarification_value: str


@dataclass(frozen=True)
class CertificateFields:
    """What the certificate says that no placement knows. There is no field for health or benefits."""

    tasks: str
    skills: str
    supervisor: str
    issued_on: date
    hours_per_week: float | None = None


def save_check_in(actor: Actor, *, check_in_id: int, given: CheckInFields, version: int | None) -> CheckIn:
    """Write down that a talk took place, or did not; its task is done. May be corrected.

    Raises DomainError for a field that is wrong, EditConflict, NotVisible.
    """
    row = locked(CheckIn, actor, check_in_id)
    placement = row.placement
    _check_version(row.version_id, version, {"note": row.note})
    if given.done:
        _check_day(placement, given.done_on)
        if given.channel not in picklists.codes("contact_channel"):
            raise DomainError(_("Choose one of the alternatives."), field="channel")
    row.done, row.note = given.done, given.note or None
    row.done_on, row.channel = (given.done_on, given.channel) if given.done else (None, None)
    row.version_id += 1
    row.saved_by_id = actor.staff_id
    close_task_of(actor, row)
    _check_in_line(actor, row)
    _record(actor, placement, "placement_check_in_saved")
    return row


def save_evaluation(actor: Actor, *, placement_id: int, given: EvaluationFields, version: int | None) -> Placement:
    """Keep one side's evaluation of a placement that has ended. With both, the placement is evaluated.

    Writes a line with the answers for the participant. The employer's line says only whose evaluation it is: answers
    about a person, and so perhaps about health, are on no employer's page.

    Raises DomainError for an answer that is missing or a placement that runs, EditConflict, NotVisible.
    """
    placement = _ended(actor, placement_id)
    values = {name: value for name, value in asdict(given).items() if name != "evaluator"}
    for name, value in values.items():
        if not value:
            raise DomainError(_("Write an answer."), field=name)
    row = evaluation_by(placement, given.evaluator)
    _check_version(row.version_id if row else 0, version, values)
    new = row is None
    row = row or PlacementEvaluation(evaluator=given.evaluator, version_id=0)
    for name, value in values.items():
        setattr(row, name, value)
    row.version_id += 1
    row.saved_at, row.saved_by_id = clock.now(), actor.staff_id
    if new:
        placement.evaluations.append(row)
    placement.status = ended_status(placement)
    _evaluation_lines(actor, placement, row)
    _record(actor, placement, "placement_evaluated")
    return placement


def close_placement(actor: Actor, *, placement_id: int, reason: str | None = None) -> Placement:
    """Nothing more is to be done about a placement. Without the evaluations of both it needs a reason in words.

    May be repeated. Raises DomainError for what is missing that the unit insists on, and for a missing reason.
    """
    placement = _ended(actor, placement_id)
    today = clock.today(unit_of(placement.unit_id).time_zone)
    if placement.closed_on is not None:
        return placement
    gaps = gaps_before_closing(placement, levels_for(placement.unit_id), today)
    blocking = [gap.reason for gap in gaps if gap.blocks]
    if blocking:
        raise DomainError(_("The placement cannot be closed yet. %(reasons)s", reasons=" ".join(blocking)))
    complete = len({each.evaluator for each in placement.evaluations}) == len(Evaluator)
    asked = levels_for(placement.unit_id)[GapKind.EVALUATION] is not Level.OFF
    if not complete and asked and not reason:
        raise DomainError(_("Write why it is closed without the evaluations of both."), field="reason")
    placement.closed_on = today
    placement.no_evaluation_reason = None if complete else reason or None
    placement.version_id += 1
    call_off_tasks(actor, placement, placement.ends_on or today)
    _record(actor, placement, "placement_closed")
    return placement


def issue_certificate(
    actor: Actor, *, placement_id: int, given: CertificateFields, version: int | None
) -> PlacementCertificate:
    """Make the certificate of a placement, or correct it. It never says why the placement ended.

    Raises DomainError for a field that is wrong or a placement that runs, EditConflict, NotVisible.
    """
    placement = _ended(actor, placement_id)
    for name in ("tasks", "skills", "supervisor"):
        if not getattr(given, name):
            raise DomainError(_("Write an answer."), field=name)
    if given.hours_per_week is not None and not 0 < given.hours_per_week <= 60:
        raise DomainError(_("Write a number between 1 and 60."), field="hours_per_week")
    row = placement.certificate
    _check_version(row.version_id if row else 0, version, asdict(given))
    row = row or PlacementCertificate(version_id=0)
    for name, value in asdict(given).items():
        setattr(row, name, value)
    row.version_id += 1
    row.saved_by_id = actor.staff_id
    placement.certificate = row
    placement.status = ended_status(placement)
    _record(actor, placement, "placement_certified")
    return row


def evaluation_by(placement: Placement, evaluator: Evaluator) -> PlacementEvaluation | None:
    """What one side said of a placement."""
    return next((each for each in placement.evaluations if each.evaluator is evaluator), None)


def _ended(actor: Actor, placement_id: int) -> Placement:
    placement = locked(Placement, actor, placement_id)
    if not placement.has_ended:
        raise DomainError(_("The placement has not ended. Write down its end first."))
    return placement


def _check_day(placement: Placement, day: date | None) -> None:
    if day is None:
        raise DomainError(_("Write the day."), field="done_on")
    if day > clock.today(unit_of(placement.unit_id).time_zone):
        raise DomainError(_("The day is still to come."), field="done_on")


def _check_version(stands: int, shown: int | None, current: dict[str, object]) -> None:
    if shown is not None and shown != stands:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current={**current, "version": stands})


def _check_in_line(actor: Actor, row: CheckIn) -> None:
    placement = row.placement
    week = str(row.week)
    done = row.done
    write_line(
        actor,
        kind="placement_check_in",
        source_ref=f"check_in:{row.public_id}",
        at=moment_of(row.done_on or row.due_on, unit_of(placement.unit_id).time_zone),
        summary=in_all_languages(
            lambda: (
                _("Check-in of week %(week)s", week=week)
                if done
                else _("Check-in of week %(week)s did not take place", week=week)
            )
        ),
        unit_id=placement.unit_id,
        subjects=[Subject(participant_id=placement.participant_id)],
    )


def _evaluation_lines(actor: Actor, placement: Placement, row: PlacementEvaluation) -> None:
    def answers() -> str:
        said = (
            (_("What worked"), row.worked),
            (_("What was hard"), row.challenges),
            (_("The way on"), row.way_on),
            (_("What it clarified"), row.clarification_value),
        )
        return "\n".join(f"{label}: {answer}" for label, answer in said)

    of_person = Subject(participant_id=placement.participant_id), in_all_languages(answers)
    for subject, detail in (of_person, (Subject(employer_id=placement.employer_id), None)):
        side = "employer" if detail is None else "person"
        write_line(
            actor,
            kind="placement_evaluated",
            source_ref=f"placement:{placement.id}:{row.evaluator.value}:{side}",
            at=row.saved_at,
            summary=in_all_languages(lambda: _("Evaluation of a placement: %(who)s", who=EVALUATORS[row.evaluator])),
            detail=detail,
            unit_id=placement.unit_id,
            subjects=[subject],
        )


def _record(actor: Actor, placement: Placement, action: str) -> None:
    record(
        actor,
        action,
        subject_type="participant",
        subject_id=placement.participant_id,
        unit_id=placement.unit_id,
        details={"placement_id": placement.id},
    )

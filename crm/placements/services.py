"""Starting, changing and ending placements."""

from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import gettext as _

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, Workplace
from crm.errors import DomainError, EditConflict
from crm.events import PlacementChanged, emit
from crm.glossary import picklists
from crm.history.services import Subject, remove_line, write_line
from crm.languages import in_all_languages
from crm.participants.models import Enrolment, Participant
from crm.participants.services.editing import moment_of, unit_of
from crm.placements.around_models import Occupation
from crm.placements.check_ins import bring_tasks_back, call_off_tasks, plan_check_ins
from crm.placements.gaps import GapKind, gaps_before_start, prepared_status
from crm.placements.models import BEFORE_START, Placement
from crm.placements.queries import HIRED, levels_for, placements_in_full, placements_of_chain
from crm.placements.step_models import Evaluator
from crm.settings import LANGUAGES

_LINES = {
    "ended": lambda: _("Placement ended"),
    "planned": lambda: _("Placement planned"),
    "started": lambda: _("Placement started"),
}
_AS_PLANNED = frozenset({"completed", HIRED, "education"})


@dataclass(frozen=True)
class PlacementFields:
    """What is said of a placement. ``kind`` is a code of placement_type, ``fte_percent`` 1 to 100."""

    employer_id: int
    kind: str
    starts_on: date
    ends_on: date | None = None
    workplace_id: int | None = None
    fte_percent: int | None = None
    may_tell_employer: bool = False
    occupation_id: int | None = None


def start_placement(
    actor: Actor, *, participant_id: int, given: PlacementFields, enrolment_id: int | None = None
) -> Placement:
    """A participant begins at an employer. Without an enrolment it belongs to the open one that started last.

    Where the unit has placements in full, one that starts later, or lacks what the unit insists on, is planned until
    ``begin_placement``; every other has begun. It goes on from the person's last placement at the same employer.

    Writes a line for the participant and one for the employer, which does not name the person. Tells everyone
    (``PlacementChanged``). Raises DomainError for a field that is wrong; NotVisible. Not repeatable.
    """
    person = locked(Participant, actor, participant_id)
    _check(actor, given)
    enrolment = _enrolment(actor, person, enrolment_id)
    placement = Placement(
        **asdict(given),
        participant_id=person.id,
        enrolment_id=enrolment.id if enrolment else None,
        unit_id=enrolment.unit_id if enrolment else person.unit_id,
        created_at=clock.now(),
    )
    session = current_session()
    session.add(placement)
    session.flush()  # The id is part of the history lines and of the event.
    link_chain(placement.participant_id, placement.employer_id)
    placement.status = _first_status(placement)
    if placement.has_begun:
        plan_check_ins(actor, placement)
    _started_lines(actor, placement)
    _audit(actor, placement, "placement_started")
    emit(PlacementChanged(placement_id=placement.id))
    return placement


def change_placement(actor: Actor, *, placement_id: int, version: int | None, given: PlacementFields) -> Placement:
    """Correct a placement. Raises DomainError, EditConflict when somebody saved after ``version``, NotVisible."""
    placement = locked(Placement, actor, placement_id)
    if version is not None and placement.version_id != version:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current=values_of(placement))
    _check(actor, given)
    if placement.end_reason is not None and given.ends_on is None:
        raise DomainError(_("The placement has ended. Write when."), field="ends_on")
    before = placement.employer_id
    for name, value in asdict(given).items():
        setattr(placement, name, value)
    placement.version_id += 1
    current_session().flush()  # The lines are written of the row as it now stands.
    for employer_id in {before, placement.employer_id}:
        link_chain(placement.participant_id, employer_id)
    refresh_preparation(placement)
    if placement.has_begun and not placement.has_ended:
        plan_check_ins(actor, placement)
    _started_lines(actor, placement)
    _audit(actor, placement, "placement_changed")
    emit(PlacementChanged(placement_id=placement.id))
    return placement


def end_placement(actor: Actor, *, placement_id: int, ends_on: date, reason: str) -> Placement:
    """A placement ends, for a reason of the picklist placement_end_reason. Called again, it corrects both.

    The reason stands in the participant's history only; employers' pages say that it ended.

    Raises DomainError, NotVisible.
    """
    placement = locked(Placement, actor, placement_id)
    if ends_on < placement.starts_on:
        raise DomainError(_("The end date is before the start date."), field="ends_on")
    if reason not in picklists.codes("placement_end_reason"):
        raise DomainError(_("Choose one of the alternatives."), field="reason")
    if placement.status in BEFORE_START:
        placement.cancelled = True
        placement.closed_on = clock.today(unit_of(placement.unit_id).time_zone)
    placement.ends_on, placement.end_reason = ends_on, reason
    placement.end_proposed = False
    placement.status = ended_status(placement)
    placement.version_id += 1
    call_off_tasks(actor, placement, ends_on)
    _ended_lines(actor, placement)
    _audit(actor, placement, "placement_ended")
    emit(PlacementChanged(placement_id=placement.id))
    return placement


def begin_placement(actor: Actor, *, placement_id: int) -> Placement:
    """A planned placement has begun. May be repeated: one that has begun stays as it is.

    Raises DomainError with what is missing that the unit insists on, or for a start day that is still to come;
    NotVisible.
    """
    placement = locked(Placement, actor, placement_id)
    if placement.status not in BEFORE_START:
        return placement
    blocking = blocking_gaps(placement)
    if blocking:
        raise DomainError(_("The placement stays planned. %(reasons)s", reasons=" ".join(blocking)))
    if placement.starts_on > clock.today(unit_of(placement.unit_id).time_zone):
        raise DomainError(_("The start day is still to come. Change it if the placement has begun earlier."))
    placement.status = "active"
    placement.version_id += 1
    current_session().flush()  # The lines are written of the row as it now stands.
    plan_check_ins(actor, placement)
    _started_lines(actor, placement)
    _audit(actor, placement, "placement_begun")
    emit(PlacementChanged(placement_id=placement.id))
    return placement


def take_back_end(actor: Actor, *, placement_id: int, planned_end: date | None = None) -> Placement:
    """The end was a mistake: the placement goes on, until ``planned_end`` where one was planned, or is planned again.

    May be repeated. Raises DomainError with what is missing that the unit insists on by now, for nothing runs without
    it; NotVisible.
    """
    placement = locked(Placement, actor, placement_id)
    if not placement.has_ended:
        return placement
    goes_on = not placement.cancelled
    blocking = blocking_gaps(placement) if goes_on else []
    if blocking:
        reasons = " ".join(blocking)
        raise DomainError(_("The placement can go on when this has been written down. %(reasons)s", reasons=reasons))
    placement.end_reason = placement.closed_on = placement.no_evaluation_reason = None
    placement.ends_on = planned_end
    placement.cancelled = placement.end_proposed = False
    placement.status = "active" if goes_on else "planned"
    placement.version_id += 1
    refresh_preparation(placement)
    for ref in ("person", "employer"):
        remove_line("placement_ended", f"placement:{placement.id}:{ref}")
    bring_tasks_back(actor, placement)
    _audit(actor, placement, "placement_end_taken_back")
    emit(PlacementChanged(placement_id=placement.id))
    return placement


def link_chain(participant_id: int, employer_id: int) -> None:
    """Let each placement of a person at an employer name the one before it. May be repeated."""
    previous: int | None = None
    for each in placements_of_chain(participant_id, employer_id):
        if each.previous_id != previous:
            each.previous_id = previous
        previous = each.id


def blocking_gaps(placement: Placement, *kinds: GapKind) -> list[str]:
    """What is missing before the start that the placement's unit insists on, in words; only of ``kinds`` if given."""
    if not placements_in_full(placement.unit_id):
        return []
    found = [gap for gap in gaps_before_start(placement, levels_for(placement.unit_id)) if gap.blocks]
    return [gap.reason for gap in found if not kinds or gap.kind in kinds]


def refresh_preparation(placement: Placement) -> None:
    """Let the status of a placement that has not begun say how far its preparation has come."""
    if placement.status in BEFORE_START:
        placement.status = prepared_status(placement, levels_for(placement.unit_id))


def ended_status(placement: Placement) -> str:
    """The status of a placement that has ended, by what has been written down about it since."""
    if placement.certificate is not None:
        return "certified"
    if len({each.evaluator for each in placement.evaluations}) == len(Evaluator):
        return "evaluated"
    as_planned = placement.end_reason in _AS_PLANNED and not placement.cancelled
    return "completed" if as_planned else "ended_early"


def _first_status(placement: Placement) -> str:
    if not placements_in_full(placement.unit_id):
        return "active"
    later = placement.starts_on > clock.today(unit_of(placement.unit_id).time_zone)
    if later or blocking_gaps(placement):
        return prepared_status(placement, levels_for(placement.unit_id))
    return "active"


def values_of(placement: Placement) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = PlacementFields.__dataclass_fields__
    return {name: getattr(placement, name) for name in names} | {"version": placement.version_id}


def _check(actor: Actor, given: PlacementFields) -> None:
    if given.kind not in picklists.codes("placement_type"):
        raise DomainError(_("Choose one of the alternatives."), field="kind")
    if given.ends_on is not None and given.ends_on < given.starts_on:
        raise DomainError(_("The end date is before the start date."), field="ends_on")
    if given.fte_percent is not None and not 1 <= given.fte_percent <= 100:
        raise DomainError(_("Write a number between 1 and 100."), field="fte_percent")
    session = current_session()
    if session.scalar(visible(Employer, actor).where(Employer.id == given.employer_id)) is None:
        raise DomainError(_("Choose an employer."), field="employer")
    if given.occupation_id is not None and session.get(Occupation, given.occupation_id) is None:
        raise DomainError(_("Choose one of the alternatives."), field="occupation_id")
    if given.workplace_id is not None:
        of_employer = Workplace.employer_id == given.employer_id
        if session.scalar(visible(Workplace, actor).where(Workplace.id == given.workplace_id, of_employer)) is None:
            raise DomainError(_("Choose one of the employer's workplaces."), field="workplace_id")


def _enrolment(actor: Actor, person: Participant, enrolment_id: int | None) -> Enrolment | None:
    statement = visible(Enrolment, actor).where(Enrolment.participant_id == person.id)
    if enrolment_id is not None:
        found = current_session().scalar(statement.where(Enrolment.id == enrolment_id))
        if found is None:
            raise DomainError(_("Choose an enrolment of the participant."), field="enrolment_id")
        return found
    newest = statement.where(Enrolment.exited_on.is_(None)).order_by(Enrolment.starts_on.desc(), Enrolment.id.desc())
    return current_session().scalar(newest.limit(1))


def _started_lines(actor: Actor, placement: Placement) -> None:
    employer = current_session().scalars(visible(Employer, actor).where(Employer.id == placement.employer_id)).one()
    kind = _labels("placement_type", placement.kind)
    _line(
        actor,
        placement,
        ended=False,
        person_detail={lang: f"{employer.name}: {label}" for lang, label in kind.items()},
        employer_detail=kind,
    )


def _ended_lines(actor: Actor, placement: Placement) -> None:
    reason = _labels("placement_end_reason", placement.end_reason or "other")
    _line(actor, placement, ended=True, person_detail=reason, employer_detail=None)


def _line(
    actor: Actor,
    placement: Placement,
    *,
    ended: bool,
    person_detail: dict[str, str],
    employer_detail: dict[str, str] | None,
) -> None:
    """One line for the participant, and one for the employer that does not say who it is."""
    kind = "placement_ended" if ended else "placement_started"
    day = placement.ends_on if ended and placement.ends_on else placement.starts_on
    word = "ended" if ended else "planned" if placement.status in BEFORE_START else "started"
    summary = in_all_languages(lambda: _LINES[word]())
    for subject, ref, detail in (
        (Subject(participant_id=placement.participant_id), "person", person_detail),
        (Subject(employer_id=placement.employer_id), "employer", employer_detail),
    ):
        write_line(
            actor,
            kind=kind,
            source_ref=f"placement:{placement.id}:{ref}",
            at=moment_of(day, unit_of(placement.unit_id).time_zone),
            summary=summary,
            detail=detail,
            unit_id=placement.unit_id,
            subjects=[subject],
        )


def _labels(list_name: str, code: str) -> dict[str, str]:
    return {language: picklists.label(list_name, code, language) for language in LANGUAGES}


def _audit(actor: Actor, placement: Placement, action: str) -> None:
    audit.record(
        actor,
        action,
        subject_type="participant",
        subject_id=placement.participant_id,
        unit_id=placement.unit_id,
        details={"placement_id": placement.id},
    )

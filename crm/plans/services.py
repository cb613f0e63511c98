"""Writing down what a participant wants and can, revising papers, showing a competence card to an employer."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, EditConflict, NotVisible
from crm.participants.models import Participant
from crm.placements.around_models import SharingEntry
from crm.placements.around_services import note_sharing
from crm.placements.models import Placement
from crm.plans.models import PaperKind, ParticipantProfile, PlanPaper
from crm.plans.queries import papers_of, profile_of
from crm.plans.words import QUESTIONS

MOST_LINES, LONGEST_LINE = 20, 100


@dataclass(frozen=True)
class ProfileFields:
    """What a participant wants and can: one short line each, and where the CV is."""

    wishes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    training_needs: tuple[str, ...] = ()
    cv_url: str | None = None


def save_profile(
    actor: Actor, *, participant_id: int, given: ProfileFields, version: int | None = None
) -> ParticipantProfile:
    """Keep what a participant wants and can. Empty lines and repetitions fall away. May be repeated.

    Raises DomainError for a line or address that is wrong, EditConflict when somebody saved after ``version`` (0: a
    form that showed none yet), NotVisible.
    """
    person = locked(Participant, actor, participant_id)
    row = profile_of(person.id)
    values = {name: _lines(name, lines) for name, lines in asdict(given).items() if name != "cv_url"}
    _check_version(row.version_id if row else 0, version, profile_values(row))
    if given.cv_url and not given.cv_url.startswith(("https://", "http://")):
        raise DomainError(_("Write an address that begins with https://."), field="cv_url")
    row = row or ParticipantProfile(participant_id=person.id, version_id=0)
    for name, lines in values.items():
        setattr(row, name, lines)
    row.cv_url = given.cv_url or None
    row.version_id += 1
    row.saved_at, row.saved_by_id = clock.now(), actor.staff_id
    current_session().add(row)
    _record(actor, person, "profile_saved")
    return row


def save_paper(
    actor: Actor, *, participant_id: int, kind: PaperKind, answers: Mapping[str, str | None], based_on: int | None
) -> PlanPaper:
    """Keep a new version of a participant's paper; the same answers again make none.

    ``based_on`` is the number of the version that was shown (0: none yet). Raises DomainError when nothing is
    answered, EditConflict when there is a newer version, NotVisible.
    """
    person = locked(Participant, actor, participant_id)
    kept = {key: (answers.get(key) or "").strip() for key in QUESTIONS[kind]}
    kept = {key: answer for key, answer in kept.items() if answer}
    if not kept:
        raise DomainError(_("Answer at least one of the questions."))
    newest = next(iter(papers_of(person.id, kind)), None)
    if newest is not None and newest.answers == kept:
        return newest
    _check_version(newest.number if newest else 0, based_on, dict(newest.answers) if newest else {})
    paper = PlanPaper(
        participant_id=person.id, kind=kind, number=newest.number + 1 if newest else 1, answers=kept,
        created_at=clock.now(), created_by_id=actor.staff_id,
    )  # fmt: skip
    current_session().add(paper)
    _record(actor, person, "plan_paper_saved", kind=kind.value, number=paper.number)
    return paper


def show_card_to_employer(
    actor: Actor, *, paper_id: int, placement_id: int, told: str, submission_key: str | None = None
) -> SharingEntry:
    """Write down that an employer is given a competence card. Refused unless the participant agreed to it.

    Raises DomainError for a plan, which is for no employer, and without consent; NotVisible.
    """
    paper = locked(PlanPaper, actor, paper_id)
    placement = locked(Placement, actor, placement_id)
    if placement.participant_id != paper.participant_id:
        raise NotVisible(_("That is not there."))
    if paper.kind is not PaperKind.COMPETENCE_CARD:
        raise DomainError(_("An individual plan is not shown to employers."))
    return note_sharing(
        actor, placement_id=placement.id, items=["skills"], told=told, submission_key=submission_key
    )  # fmt: skip


def profile_values(row: ParticipantProfile | None) -> dict[str, object]:
    """What stands in a profile by field name, one line each; empty without one."""
    names = ("wishes", "skills", "training_needs")
    texts: dict[str, object] = {name: "\n".join(getattr(row, name)) if row else "" for name in names}
    return texts | {"cv_url": row.cv_url if row else None}


def _lines(field: str, given: Iterable[str]) -> list[str]:
    lines = list(dict.fromkeys(line.strip() for line in given if line.strip()))
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise DomainError(_("Write short lines, 20 at most."), field=field)
    return lines


def _check_version(stands: int, shown: int | None, current: dict[str, object]) -> None:
    if shown is not None and shown != stands:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current={**current, "version": stands})


def _record(actor: Actor, person: Participant, action: str, **details: object) -> None:
    record(
        actor, action, subject_type="participant", subject_id=person.id, unit_id=person.unit_id, details=details
    )  # fmt: skip

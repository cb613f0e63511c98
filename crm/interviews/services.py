"""Writing down interviews."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import DomainError, EditConflict
from crm.interviews.guide import GUIDE, Answer
from crm.interviews.models import EmployerInterview


@dataclass(frozen=True)
class InterviewFields:
    """The day, an answer to each topic that was talked about, as crm.interviews.guide keeps it, and a note."""

    on_date: date
    answers: Mapping[str, str]
    note: str | None = None


def add_interview(
    actor: Actor, *, employer_id: int, given: InterviewFields, submission_key: str | None = None
) -> EmployerInterview:
    """Keep an interview of the actor's unit. The same ``submission_key`` makes one.

    Raises DomainError for what is wrong, NotVisible.
    """
    employer = locked(Employer, actor, employer_id)
    if submission_key:
        statement = select(EmployerInterview).where(EmployerInterview.submission_key == submission_key)
        there = current_session().scalar(trusted(statement, because="named by the random key of the actor's form"))
        if there is not None:
            return there
    if actor.unit_id is None:
        raise DomainError(_("Choose one of your own units."))
    _check(given)
    row = EmployerInterview(
        employer_id=employer.id, unit_id=actor.unit_id, on_date=given.on_date, answers=dict(given.answers),
        note=given.note or None, submission_key=submission_key, created_at=clock.now(), by_id=actor.staff_id,
        version_id=1,
    )  # fmt: skip
    current_session().add(row)
    _record(actor, row, "interview_added")
    return row


def change_interview(
    actor: Actor, *, interview_id: int, given: InterviewFields, version: int | None = None
) -> EmployerInterview:
    """Correct an interview. Raises DomainError, EditConflict when somebody saved after ``version``, NotVisible."""
    row = locked(EmployerInterview, actor, interview_id)
    if version is not None and row.version_id != version:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current=interview_values(row))
    _check(given)
    # An answer to a topic that is no longer in the guide is no less an answer.
    kept = {key: answer for key, answer in row.answers.items() if key not in GUIDE}
    row.on_date, row.answers, row.note = given.on_date, kept | dict(given.answers), given.note or None
    row.version_id += 1
    _record(actor, row, "interview_changed")
    return row


def interview_values(row: EmployerInterview) -> dict[str, object]:
    """What stands in an interview by field name, with its version."""
    several = {key: topic for key, topic in GUIDE.items() if topic.answer is Answer.SEVERAL}
    codes = {key: topic.codes_of(row.answers.get(key)) for key, topic in several.items()}
    return {**row.answers, **codes, "on_date": row.on_date, "note": row.note, "version": row.version_id}


def _check(given: InterviewFields) -> None:
    if given.on_date > clock.today():
        raise DomainError(_("The day is still to come."), field="on_date")
    for key, answer in given.answers.items():
        if key not in GUIDE or not GUIDE[key].allows(answer):
            raise DomainError(_("Choose one of the alternatives."), field=key)
    if not given.answers:
        raise DomainError(_("Answer at least one of the questions."))


def _record(actor: Actor, row: EmployerInterview, action: str) -> None:
    record(actor, action, subject_type="employer", subject_id=row.employer_id, unit_id=row.unit_id)

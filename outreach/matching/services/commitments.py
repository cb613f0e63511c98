"""What mentors promise: written down, ticked, taken back, ended."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.web.clean import clean_line
from outreach.matching.fields import PromiseFields
from outreach.matching.models import Match, Mentor
from outreach.matching.promises import CommitmentDone, MentorCommitment
from outreach.matching.services.writing import check_version, made_before, write_down
from outreach.matching.words import COMMITMENTS

LONGEST_INTERVAL = 366
MOST_TIMES = 100


def add_commitment(
    actor: Actor, *, mentor_id: int, given: PromiseFields, submission_key: str | None = None
) -> MentorCommitment:
    """Write down what a mentor promises. The same ``submission_key`` makes one. Raises DomainError, NotVisible."""
    mentor = locked(Mentor, actor, mentor_id)
    there = made_before(MentorCommitment, submission_key)
    if there is not None:
        return there
    row = MentorCommitment(
        mentor_id=mentor.id, submission_key=submission_key, created_at=clock.now(), version_id=1,
        **_checked(mentor, given),
    )  # fmt: skip
    current_session().add(row)
    _still_seen(actor, row)
    write_down(actor, mentor, "mentor_promise_added")
    return row


def change_commitment(
    actor: Actor, *, commitment_id: int, given: PromiseFields, version: int | None = None
) -> MentorCommitment:
    """Correct what was promised. Raises DomainError, EditConflict when somebody saved after ``version``, NotVisible."""
    row = locked(MentorCommitment, actor, commitment_id)
    check_version(row.version_id, version, commitment_values(row))
    for name, value in _checked(row.mentor, given).items():
        setattr(row, name, value)
    row.version_id += 1
    _still_seen(actor, row)
    write_down(actor, row.mentor, "mentor_promise_changed")
    return row


def tick(actor: Actor, *, commitment_id: int, on_date: date | None = None) -> CommitmentDone:
    """The mentor did it on this day (today). Ticking twice is ticking once. Raises DomainError, NotVisible."""
    row = locked(MentorCommitment, actor, commitment_id)
    today = clock.today(row.mentor.unit.time_zone)
    day = on_date or today
    if day > today:
        raise DomainError(_("The day is still to come."), field="on_date")
    if row.ended_on is not None:
        raise DomainError(_("This promise has ended."))
    statement = visible(CommitmentDone, actor)
    statement = statement.where(CommitmentDone.commitment_id == row.id, CommitmentDone.on_date == day)
    done = current_session().scalar(statement)
    if done is None:
        done = CommitmentDone(commitment_id=row.id, on_date=day, staff_id=actor.staff_id, created_at=clock.now())
        current_session().add(done)
        current_session().flush()  # Undo names it.
    elif done.removed_at is None:
        return done
    done.removed_at = None
    write_down(actor, row.mentor, "mentor_promise_kept")
    return done


def untick(actor: Actor, *, done_id: int) -> CommitmentDone:
    """Take a tick back. May be repeated. Raises NotVisible."""
    done = locked(CommitmentDone, actor, done_id)
    if done.removed_at is None:
        done.removed_at = clock.now()
        write_down(actor, done.commitment.mentor, "mentor_promise_not_kept")
    return done


def end_commitment(actor: Actor, *, commitment_id: int, ended: bool = True) -> MentorCommitment:
    """A promise holds no more, or holds again. May be repeated. Raises NotVisible."""
    row = locked(MentorCommitment, actor, commitment_id)
    if ended != (row.ended_on is not None):
        row.ended_on = clock.today(row.mentor.unit.time_zone) if ended else None
        row.version_id += 1
        write_down(actor, row.mentor, "mentor_promise_ended" if ended else "mentor_promise_goes_on")
    return row


def commitment_values(row: MentorCommitment) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = PromiseFields.__dataclass_fields__
    return {name: getattr(row, name) for name in names} | {"version": row.version_id}


def _checked(mentor: Mentor, given: PromiseFields) -> dict[str, Any]:
    if given.kind not in COMMITMENTS:
        raise DomainError(_("Choose one of the alternatives."), field="kind")
    if (given.every_days is None) == (given.times is None):
        raise DomainError(_("Write either how often, or how many times."), field="every_days")
    if given.every_days is not None and not 0 < given.every_days <= LONGEST_INTERVAL:
        raise DomainError(_("Write a number between 1 and %(most)s.", most=LONGEST_INTERVAL), field="every_days")
    if given.times is not None and not 0 < given.times <= MOST_TIMES:
        raise DomainError(_("Write a number between 1 and %(most)s.", most=MOST_TIMES), field="times")
    if given.due_on is not None and given.due_on < given.starts_on:
        raise DomainError(_("The end date is before the start date."), field="due_on")
    if given.match_id is not None:
        _check_match(mentor, given.match_id)
    return {
        "kind": given.kind,
        "text": clean_line(given.text or "")[:200] or None,
        "every_days": given.every_days,
        "times": given.times,
        "starts_on": given.starts_on,
        "due_on": given.due_on if given.times is not None else None,
        "match_id": given.match_id,
    }


def _check_match(mentor: Mentor, match_id: int) -> None:
    """A match of this mentor, whom the actor sees; the participant may be somebody else's. Raises DomainError."""
    statement = select(Match.mentor_id).where(Match.id == match_id)
    theirs = current_session().scalar(trusted(statement, because="only whether it is of a mentor already checked"))
    if theirs != mentor.id:
        raise DomainError(_("Choose one of the alternatives."), field="match_id")


def _still_seen(actor: Actor, row: MentorCommitment) -> None:
    """Nobody writes down what they may not read. Raises DomainError."""
    current_session().flush()  # What has been written is asked for.
    if current_session().scalar(visible(MentorCommitment, actor).where(MentorCommitment.id == row.id)) is None:
        message = _("Only who is responsible for the mentor writes down what is promised within a match.")
        raise DomainError(message, field="match_id")

"""Talks along the match guide: begun, gone on with, done."""

from collections.abc import Mapping

from flask_babel import gettext as _

from crm import clock
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.folding import fold
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.web.clean import clean_line, clean_text
from outreach.matching.fields import InterviewFields
from outreach.matching.guide import LONGEST, THEME_KEYS, TOPICS
from outreach.matching.models import MatchInterview, Mentor
from outreach.matching.services.writing import check_version, made_before, write_down

MOST_MINUTES = 600
FIRST_YEAR = 1900


def begin_interview(
    actor: Actor, *, mentor_id: int, given: InterviewFields, done: bool, submission_key: str | None = None
) -> MatchInterview:
    """Keep a talk, whole or half done. The same ``submission_key`` makes one. Raises DomainError, NotVisible."""
    mentor = locked(Mentor, actor, mentor_id)
    there = made_before(MatchInterview, submission_key)
    if there is not None:
        return there
    row = MatchInterview(
        mentor_id=mentor.id, staff_id=actor.staff_id, submission_key=submission_key, created_at=clock.now(),
        version_id=1,
    )  # fmt: skip
    _fill(row, given, done=done)
    current_session().add(row)
    current_session().flush()  # The page of the talk is opened next.
    write_down(actor, mentor, "match_interview_kept")
    return row


def go_on_with_interview(
    actor: Actor, *, interview_id: int, given: InterviewFields, done: bool, version: int | None = None
) -> MatchInterview:
    """Go on with a talk, or correct it. Raises DomainError, EditConflict when somebody saved after ``version``."""
    row = locked(MatchInterview, actor, interview_id)
    check_version(row.version_id, version, interview_values(row))
    _fill(row, given, done=done or row.done_at is not None)
    row.version_id += 1
    write_down(actor, row.mentor, "match_interview_changed")
    return row


def correct_contact(actor: Actor, *, mentor_id: int, said: Mapping[str, str], birth_year: int | None = None) -> Mentor:
    """Take over what a mentor said in a talk about how they are called (``name``) and reached (``phone``, ``email``).

    Writes only what is in ``said`` and different: what nobody touched in the talk may have been corrected by a
    colleague meanwhile. A year of birth that was not said stays. Raises DomainError, NotVisible.
    """
    mentor = locked(Mentor, actor, mentor_id)
    now = {key: getattr(mentor, key) for key in (*said, "birth_year")}
    new = now | {key: _as_kept(key, value, mentor.unit.country) for key, value in said.items()}
    if birth_year is not None:
        new["birth_year"] = birth_year
    if "name" in new and not new["name"]:
        raise DomainError(_("Write the name."), field="name")
    if birth_year is not None and not FIRST_YEAR <= birth_year <= clock.today().year:
        raise DomainError(_("Write the year of birth with four digits."), field="birth_year")
    if new != now:
        for key, value in new.items():
            setattr(mentor, key, value)
        if "name" in new:
            mentor.sort_name = fold(mentor.name)[:160]
        mentor.version_id += 1
        write_down(actor, mentor, "mentor_changed")
    return mentor


def interview_values(row: MatchInterview) -> dict[str, object]:
    """What stands in a talk by field name, with the version."""
    return {
        **{key: row.answers.get(key, "") for key in TOPICS},
        "on_date": row.on_date,
        "minutes": row.minutes,
        "weighs": list(row.weighs),
        "attention": row.attention or "",
        "version": row.version_id,
    }


def _as_kept(key: str, value: str, country: str) -> str | None:
    if key == "name":
        return clean_line(value)[:160]
    if not value:
        return None
    return normalise_phone(value, country) if key == "phone" else normalise_email(value)


def _fill(row: MatchInterview, given: InterviewFields, *, done: bool) -> None:
    if given.on_date > clock.today():
        raise DomainError(_("The day is still to come."), field="on_date")
    if not 0 < given.minutes <= MOST_MINUTES:
        raise DomainError(_("Write a number between 1 and %(most)s.", most=MOST_MINUTES), field="minutes")
    answers = {key: clean_text(text) for key, text in given.answers.items() if key in TOPICS and clean_text(text)}
    too_long = next((key for key, text in answers.items() if len(text) > LONGEST), None)
    if too_long is not None:
        raise DomainError(_("This is too long."), field=too_long)
    if done and not answers:
        raise DomainError(_("Answer at least one of the questions."))
    row.on_date, row.minutes = given.on_date, given.minutes
    # An answer to a topic that is no longer in the guide is no less an answer.
    row.answers = {key: text for key, text in (row.answers or {}).items() if key not in TOPICS} | answers
    row.weighs = [key for key in THEME_KEYS if key in given.weighs]
    row.attention = clean_text(given.attention or "")[:LONGEST] or None
    if done and row.done_at is None:
        row.done_at = clock.now()

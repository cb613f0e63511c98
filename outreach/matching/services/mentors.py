"""Mentors: taking them on, changing, pausing, stopping, erasing; notes on the work with them."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, NotAllowed
from crm.folding import fold
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.web.clean import clean_line, clean_text
from outreach.matching.fields import MentorFields
from outreach.matching.models import Match, MatchProfile, Mentor
from outreach.matching.promises import MentorNote
from outreach.matching.queries import running_by_mentor
from outreach.matching.services.profiles import forget_photo
from outreach.matching.services.writing import check_version, made_before, write_down
from outreach.matching.words import PAUSE_REASONS

MOST = 20


def add_mentor(actor: Actor, *, given: MentorFields, submission_key: str | None = None) -> Mentor:
    """Take a mentor on. The same ``submission_key`` makes one. Raises DomainError for what is wrong."""
    there = made_before(Mentor, submission_key)
    if there is not None:
        return there
    mentor = Mentor(submission_key=submission_key, created_at=clock.now(), version_id=1, **_checked(actor, given))
    current_session().add(mentor)
    current_session().flush()  # The audit log names the row.
    write_down(actor, mentor, "mentor_added")
    return mentor


def change_mentor(actor: Actor, *, mentor_id: int, given: MentorFields, version: int | None = None) -> Mentor:
    """Correct a mentor. Raises DomainError, EditConflict when somebody saved after ``version``, NotVisible."""
    mentor = locked(Mentor, actor, mentor_id)
    check_version(mentor.version_id, version, mentor_values(mentor))
    for name, value in _checked(actor, given).items():
        setattr(mentor, name, value)
    mentor.version_id += 1
    profile = current_session().scalar(_profile_of(mentor))
    if profile is not None:
        profile.unit_id = mentor.unit_id
    write_down(actor, mentor, "mentor_changed")
    return mentor


def pause_mentor(actor: Actor, *, mentor_id: int, reason: str, until: date | None, since: date | None = None) -> Mentor:
    """A mentor pauses, until a day (the last one of the pause) or until somebody says so. May be repeated."""
    mentor = locked(Mentor, actor, mentor_id)
    begun = since or clock.today(mentor.unit.time_zone)
    if reason not in PAUSE_REASONS:
        raise DomainError(_("Choose one of the alternatives."), field="reason")
    if until is not None and until < begun:
        raise DomainError(_("The end date is before the start date."), field="until")
    mentor.paused_on, mentor.pause_reason, mentor.pause_until = begun, reason, until
    mentor.stopped_on = None
    mentor.version_id += 1
    write_down(actor, mentor, "mentor_paused")
    return mentor


def stop_mentor(actor: Actor, *, mentor_id: int) -> Mentor:
    """A mentor is one no more. Matches that run are ended one by one, with their reasons. May be repeated."""
    mentor = locked(Mentor, actor, mentor_id)
    if mentor.stopped_on is None:
        mentor.stopped_on = clock.today(mentor.unit.time_zone)
        mentor.version_id += 1
        write_down(actor, mentor, "mentor_stopped")
    return mentor


def resume_mentor(actor: Actor, *, mentor_id: int) -> Mentor:
    """A mentor is back from a pause, or goes on after all. May be repeated."""
    mentor = locked(Mentor, actor, mentor_id)
    if mentor.paused_on is not None or mentor.stopped_on is not None:
        mentor.paused_on = mentor.pause_reason = mentor.pause_until = mentor.stopped_on = None
        mentor.version_id += 1
        write_down(actor, mentor, "mentor_resumed")
    return mentor


def erase_mentor(actor: Actor, *, mentor_id: int) -> None:
    """Delete a mentor for good: profile, photo, talks, promises, notes. Matches stay, without the name.

    Managers only. Raises NotAllowed, NotVisible, and DomainError while a match runs.
    """
    if not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only a manager may do this."))
    mentor = locked(Mentor, actor, mentor_id)
    if running_matches(mentor.id):
        raise DomainError(_("A match with this mentor still runs. End it first."))
    profile = current_session().scalar(_profile_of(mentor))
    if profile is not None:
        forget_photo(actor, profile)
    write_down(actor, mentor, "mentor_erased")
    current_session().flush()
    # On the table: the database cascades, and nothing has to be read first.
    current_session().execute(delete(Mentor).where(Mentor.id == mentor_id))
    current_session().expire_all()


def add_note(
    actor: Actor, *, mentor_id: int, text: str, match_id: int | None = None, submission_key: str | None = None
) -> MentorNote:
    """Write a note that nobody reads but its writer and who is responsible for the mentor now. Raises DomainError."""
    mentor = locked(Mentor, actor, mentor_id)
    there = made_before(MentorNote, submission_key)
    if there is not None:
        return there
    if not clean_text(text):
        raise DomainError(_("Write something, or leave the note out."), field="text")
    _check_match(mentor, match_id)
    note = MentorNote(
        mentor_id=mentor.id, match_id=match_id, staff_id=actor.staff_id, for_id=mentor.staff_id,
        text=clean_text(text)[:4000],
        submission_key=submission_key, created_at=clock.now(),
    )  # fmt: skip
    current_session().add(note)
    current_session().flush()  # What has been written is asked for.
    if current_session().scalar(visible(MentorNote, actor).where(MentorNote.id == note.id)) is None:
        raise DomainError(_("Choose one of the alternatives."), field="match_id")
    write_down(actor, mentor, "mentor_note_added")
    return note


def remove_note(actor: Actor, *, note_id: int, removed: bool = True) -> MentorNote:
    """Take a note away, or bring it back. May be repeated. Raises NotVisible."""
    note = locked(MentorNote, actor, note_id)
    note.removed_at = clock.now() if removed else None
    write_down(actor, note.mentor, "mentor_note_removed" if removed else "mentor_note_restored")
    return note


def mentor_values(mentor: Mentor) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = MentorFields.__dataclass_fields__
    return {name: getattr(mentor, name) for name in names} | {"version": mentor.version_id}


def running_matches(mentor_id: int) -> int:
    """How many matches of a mentor have not ended, whoever sees them. The caller has checked the mentor."""
    return running_by_mentor([mentor_id]).get(mentor_id, 0)


def _check_match(mentor: Mentor, match_id: int | None) -> None:
    """A match of this mentor, whom the actor sees. Raises DomainError."""
    if match_id is None:
        return
    statement = select(Match.mentor_id).where(Match.id == match_id)
    theirs = current_session().scalar(trusted(statement, because="only whether it is of a mentor already checked"))
    if theirs != mentor.id:
        raise DomainError(_("Choose one of the alternatives."), field="match_id")


def _profile_of(mentor: Mentor) -> Any:
    return trusted(
        select(MatchProfile).where(MatchProfile.mentor_id == mentor.id), because="of a mentor already checked"
    )


def _checked(actor: Actor, given: MentorFields) -> dict[str, Any]:
    """What is kept of the fields. Raises DomainError."""
    name = clean_line(given.name)[:160]
    if not name:
        raise DomainError(_("Write the name."), field="name")
    unit_id = given.unit_id or actor.unit_id
    if unit_id is None or not (actor.is_system or unit_id in actor.unit_ids):
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    country = current_session().get_one(Unit, unit_id).country
    if given.staff_id is not None and current_session().get(Staff, given.staff_id) is None:
        raise DomainError(_("Choose a colleague."), field="staff_id")
    if not 0 < given.capacity <= MOST:
        raise DomainError(_("Write a number between 1 and %(most)s.", most=MOST), field="capacity")
    for field in ("recruited_on", "told_on"):
        if (getattr(given, field) or clock.today()) > clock.today():
            raise DomainError(_("The day is still to come."), field=field)
    if given.birth_year is not None and not 1900 <= given.birth_year <= clock.today().year:
        raise DomainError(_("Write the year of birth with four digits."), field="birth_year")
    return {
        "name": name,
        "sort_name": fold(name)[:160],
        "unit_id": unit_id,
        "phone": normalise_phone(given.phone, country) if given.phone else None,
        "email": normalise_email(given.email) if given.email else None,
        "birth_year": given.birth_year,
        "municipality": clean_line(given.municipality or "")[:80] or None,
        "capacity": given.capacity,
        "recruited_on": given.recruited_on,
        "staff_id": given.staff_id,
        "told_on": given.told_on,
    }

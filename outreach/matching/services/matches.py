"""Matches: made by a choice, begun when they meet, ended with a reason."""

from collections.abc import Callable
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.history.services import Subject, remove_line, write_line
from crm.languages import in_all_languages
from outreach.matching.models import Match, MatchOffer, MatchProfile, Mentor
from outreach.matching.queries import running_by_mentor
from outreach.matching.services.writing import write_match_down
from outreach.matching.states import ChosenBy
from outreach.matching.words import END_REASONS

MATCH_LINE = "outreach.match"


def make_match(actor: Actor, *, offer: MatchOffer, profile: MatchProfile) -> Match:
    """The match that a choice makes. The caller has locked and checked the offer."""
    match = Match(
        participant_id=offer.participant_id, mentor_id=profile.mentor_id, employer_id=profile.employer_id,
        offer_id=offer.id, unit_id=offer.unit_id, staff_id=actor.staff_id,
        chosen_by=offer.chosen_by or ChosenBy.PARTICIPANT, made_on=clock.today(), created_at=clock.now(),
    )  # fmt: skip
    current_session().add(match)
    current_session().flush()  # The line in the history is named by it.
    tell_match(match, lambda: _("Match made"), actor=actor)
    write_match_down(actor, match, "match_made")
    return match


def begin_match(actor: Actor, *, match_id: int, on_date: date) -> Match:
    """They have met for the first time. May be repeated, and corrects the day. Raises DomainError, NotVisible."""
    match = locked(Match, actor, match_id)
    _check_day(match, on_date)
    if match.ended_on is not None:
        raise DomainError(_("The match has ended."))
    if match.begun_on != on_date:
        match.begun_on = on_date
        match.version_id += 1
        write_match_down(actor, match, "match_begun")
    return match


def take_beginning_back(actor: Actor, *, match_id: int) -> Match:
    """They have not met after all. May be repeated."""
    match = locked(Match, actor, match_id)
    if match.ended_on is not None:
        raise DomainError(_("The match has ended."))
    if match.begun_on is not None:
        match.begun_on = None
        match.version_id += 1
        write_match_down(actor, match, "match_not_begun")
    return match


def end_match(actor: Actor, *, match_id: int, on_date: date, reason: str) -> Match:
    """A match has ended. The reason is coarse, and stands in no history. May be repeated, and corrects both."""
    match = locked(Match, actor, match_id)
    _check_day(match, on_date)
    if match.begun_on is not None and on_date < match.begun_on:
        raise DomainError(_("The end date is before the start date."), field="on_date")
    if reason not in END_REASONS:
        raise DomainError(_("Choose one of the alternatives."), field="reason")
    if (match.ended_on, match.end_reason) != (on_date, reason):
        match.ended_on, match.end_reason = on_date, reason
        match.version_id += 1
        tell_match(match, lambda: _("Match ended"), actor=actor)
        write_match_down(actor, match, "match_ended")
    return match


def resume_match(actor: Actor, *, match_id: int) -> Match:
    """Take back that a match ended. May be repeated. Raises DomainError where the mentor has taken on another one."""
    match = locked(Match, actor, match_id)
    if match.ended_on is not None:
        _check_room(match)
        match.ended_on = match.end_reason = None
        match.version_id += 1
        tell_match(match, lambda: _("Match made"), actor=actor)
        write_match_down(actor, match, "match_resumed")
    return match


def tell_match(match: Match, summary: Callable[[], object] | None, *, actor: Actor | None = None) -> None:
    """The one line of a match in the participant's history, or none. When they met, and why it ended, is not told."""
    if summary is None or actor is None:
        remove_line(MATCH_LINE, match.public_id)
        return
    write_line(
        actor,
        kind=MATCH_LINE,
        source_ref=match.public_id,
        at=clock.now(),
        summary=in_all_languages(summary),
        unit_id=match.unit_id,
        subjects=[Subject(participant_id=match.participant_id)],
    )


def _check_room(match: Match) -> None:
    if match.mentor_id is None:
        return
    statement = select(Mentor).where(Mentor.id == match.mentor_id).with_for_update()
    mentor = current_session().scalars(trusted(statement, because="the mentor of a match already checked")).one()
    if running_by_mentor([mentor.id]).get(mentor.id, 0) >= mentor.capacity:
        raise DomainError(_("This mentor has no room for one more match now."))


def _check_day(match: Match, day: date) -> None:
    if day > clock.today():
        raise DomainError(_("The day is still to come."), field="on_date")
    if day < match.made_on:
        raise DomainError(_("The match was made later."), field="on_date")

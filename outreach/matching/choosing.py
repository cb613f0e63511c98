"""Why a profile cannot be chosen, in words that say what has changed since it was offered."""

from datetime import date

from flask_babel import gettext as _

from crm.employers.models import RegisterStatus
from outreach.matching.models import MatchProfile
from outreach.matching.profile_fields import is_agreed
from outreach.matching.queries import mentor_line, running_by_mentor
from outreach.matching.states import MentorState


def why_not(profile: MatchProfile, on: date) -> str:
    """Why a profile that the caller has checked cannot be chosen on a day."""
    advice = _("Choose another one, or make a new offer.")
    return f"{_reason(profile, on)} {advice}"


def _reason(profile: MatchProfile, on: date) -> str:
    if not is_agreed(profile):
        return str(_("This profile may not be shown: nobody has agreed to it, or not any more."))
    if profile.employer is not None:
        return _reason_of_employer(profile)
    return _reason_of_mentor(profile, on)


def _reason_of_employer(profile: MatchProfile) -> str:
    employer = profile.employer
    if employer is not None and employer.archived_at is not None:
        return str(_("The employer is archived."))
    if employer is not None and employer.register_status is not RegisterStatus.ACTIVE:
        return str(_("The employer has closed down."))
    if employer is not None and employer.do_not_contact:
        return str(_("The employer must not be contacted."))
    return str(_("They are matched already."))


def _reason_of_mentor(profile: MatchProfile, on: date) -> str:
    mentor = profile.mentor
    if mentor is None:
        return str(_("They are matched already."))
    line = mentor_line(mentor, running_by_mentor([mentor.id]).get(mentor.id, 0), on)
    if line.state is MentorState.STOPPED:
        return str(_("The mentor has stopped."))
    if line.state is MentorState.PAUSED:
        return str(_("The mentor is on pause."))
    if not line.has_room:
        return str(_("This mentor has no room for one more match now."))
    return str(_("They are matched already."))

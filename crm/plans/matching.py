"""Which employers may fit a participant, and why: a wish or a skill, in the participant's own words."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship, RegisterStatus
from crm.folding import fold
from crm.participants.models import Participant
from crm.placements.around_models import Occupation
from crm.placements.models import Placement
from crm.plans.models import ParticipantProfile

MOST = 20
_SHORTEST = 4
"""Shorter words say too little: "och", "med", "the"."""


@dataclass(frozen=True)
class Reason:
    """A line of the profile, and what of the employer it meets."""

    kind: Literal["wish", "skill"]
    line: str
    meets: str


@dataclass(frozen=True)
class Match:
    """An employer that may fit, with the reasons."""

    employer: Employer
    reasons: tuple[Reason, ...]


def employers_that_may_fit(actor: Actor, person: Participant, profile: ParticipantProfile) -> list[Match]:
    """Employers of the participant's unit with at least one reason, those with the most first; at most twenty.

    Looked at are name, industry, and the occupations of earlier placements there. Left out is who does not want
    contact, is archived, or has closed.
    """
    known = (
        select(EmployerRelationship.employer_id).where(EmployerRelationship.unit_id == person.unit_id).scalar_subquery()
    )
    statement = visible(Employer, actor).where(
        Employer.id.in_(known),
        Employer.archived_at.is_(None),
        ~Employer.do_not_contact,
        Employer.register_status == RegisterStatus.ACTIVE,
    )
    occupations = _occupations(person.unit_id)
    found = [
        Match(employer, reasons)
        for employer in current_session().scalars(statement)
        for reasons in [reasons_for(profile, [employer.industry_text, *occupations[employer.id], employer.name])]
        if reasons
    ]
    return sorted(found, key=lambda each: (-len(each.reasons), each.employer.sort_name))[:MOST]


def reasons_for(profile: ParticipantProfile, texts: Iterable[str | None]) -> tuple[Reason, ...]:
    """Why these texts of an employer fit: a word of a line begins as a word of a text does, or the other way round."""
    said = [text for text in texts if text]
    lines = [("wish", line) for line in profile.wishes] + [("skill", line) for line in profile.skills]
    found = []
    for kind, line in lines:
        meets = next((text for text in said if _have_in_common(line, text)), None)
        if meets is not None:
            found.append(Reason("wish" if kind == "wish" else "skill", line, meets))
    return tuple(found)


def _have_in_common(line: str, text: str) -> bool:
    return any(a.startswith(b) or b.startswith(a) for a in _words(line) for b in _words(text))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", fold(text)) if len(word) >= _SHORTEST]


def _occupations(unit_id: int) -> dict[int, list[str]]:
    statement = (
        select(Placement.employer_id, Occupation.name)
        .join(Occupation, Occupation.id == Placement.occupation_id)
        .where(Placement.unit_id == unit_id)
        .distinct()
    )
    found: dict[int, list[str]] = defaultdict(list)
    for employer_id, name in current_session().execute(
        trusted(statement, because="occupations at employers, without persons")
    ):
        found[employer_id].append(name)
    return found

"""Sample profiles, a plan, a competence card and interviews of employers; their modules are on for the Swedish unit."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.interviews.services import InterviewFields, add_interview
from crm.placements.models import Placement
from crm.plans.models import PaperKind
from crm.plans.services import ProfileFields, save_paper, save_profile
from crm.samples.organisation import Organisation

_ANSWERS = (
    {"prior_experience": "good", "knows_schemes": "well", "reachable": "yes", "would_take": "yes",
     "contact_person": "one", "goal_clear": "yes", "who_to_call": "yes", "relevance": "interest"},
    {"prior_experience": "mixed", "knows_schemes": "little", "reachable": "no", "information": "much",
     "contact_person": "changing", "made_bad": "not_reached,different_information",
     "proposals": "En och samma kontaktperson, även på sommaren"},
    {"prior_experience": "good", "knows_schemes": "none", "reachable": "partly", "information": "much",
     "meeting_before": "yes", "training_need": "no", "expects_of_us": "Ett samtal i veckan den första månaden"},
    {"prior_experience": "none", "knows_schemes": "none", "would_take": "perhaps", "information_wish": "case_based"},
)  # fmt: skip
_CARD = {
    "experience": "Två somrar på äldreboende, tre månader i butik",
    "general_skills": "Kommer i tid, arbetar bra i grupp",
    "work_skills": "Kassa, varuplock, bemötande av kunder",
    "languages": "Svenska, somaliska, engelska",
    "confirmed_by": "Handledaren i butiken",
}
_PLAN = {
    "goal": "Arbete i butik före sommaren",
    "resources": "Van vid kunder, talar tre språk",
    "adaptation": "Korta pass de första veckorna",
    "steps": "Kassautbildning i mars (koordinatorn bokar)",
    "review": "Vid uppföljningen vecka 8",
}


def fill_plans(organisation: Organisation) -> None:
    """Add what the Swedish unit shows of all this. Runs inside ``transaction()``."""
    unit = organisation.swedish
    unit.modules = sorted({*unit.modules, "plans", "interviews", "placements_list"})
    actor = organisation.actor(unit)
    statement = select(Placement).where(Placement.unit_id == unit.id).order_by(Placement.id)
    placements = current_session().scalars(trusted(statement, because="sample data")).all()
    for placement in _first(placements, 2):
        profile = ProfileFields(
            wishes=("Städservice", "Barnomsorg"), skills=("Livsmedel", "Kassa"), training_needs=("Truckkort",)
        )  # fmt: skip
        save_profile(actor, participant_id=placement.participant_id, given=profile)
        for kind, answers in ((PaperKind.INDIVIDUAL_PLAN, _PLAN), (PaperKind.COMPETENCE_CARD, _CARD)):
            save_paper(actor, participant_id=placement.participant_id, kind=kind, answers=answers, based_on=None)
    employers = list(dict.fromkeys(placement.employer_id for placement in placements))
    for number, (employer_id, answers) in enumerate(zip(employers, _ANSWERS, strict=False)):
        given = InterviewFields(clock.today() - timedelta(days=7 * number + 3), answers)
        add_interview(actor, employer_id=employer_id, given=given)


def _first(placements: Sequence[Placement], count: int) -> list[Placement]:
    people = {placement.participant_id: placement for placement in placements}
    return list(people.values())[:count]

"""A profile, a competence card and an interview for the route tests; their modules are switched on."""

from datetime import date

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.employers.models import Employer
from crm.interviews.models import EmployerInterview
from crm.participants.models import Participant
from crm.plans.models import PaperKind, ParticipantProfile, PlanPaper
from tests.world import World


def plan_objects(
    world: World, unit: Unit, staff: Staff, employer: Employer, participant: Participant, *, note: str
) -> dict[str, str]:
    """One row of each kind that a parameter of these features names, all of one unit."""
    unit.modules = [*unit.modules, "plans", "interviews"]
    world.save(unit)
    world.save(
        ParticipantProfile(
            participant_id=participant.id, wishes=[note], skills=[], training_needs=[], saved_at=clock.now()
        )
    )
    paper = world.save(
        PlanPaper(
            participant_id=participant.id, kind=PaperKind.COMPETENCE_CARD, number=1, answers={"experience": note},
            created_at=clock.now(),
        )
    )  # fmt: skip
    interview = world.save(
        EmployerInterview(
            employer_id=employer.id, unit_id=unit.id, on_date=date(2026, 4, 1), answers={"knows_schemes": "well"},
            note=note, created_at=clock.now(), by_id=staff.id,
        )
    )  # fmt: skip
    return {"plan-papers": paper.public_id, "interviews": interview.public_id}

"""Rows of partnerships, coverage and project cards for the route tests; their modules are switched on."""

from datetime import date

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.cooperation.models import Appearance, CooperationGroup, GroupAttendance, GroupMeeting, GroupMember
from crm.coverage.models import CoverageRegion, CoverageTarget
from crm.employers.models import Employer
from crm.partnerships.models import Commitment, CommitmentEvidence, Partnership, PartnershipReview, Testimonial
from crm.programmes.card_models import ProgrammeGoal, ProgrammeMilestone, ProgrammePartner
from crm.programmes.models import Programme
from tests.world import World

_BEGIN, _END = date(2026, 1, 1), date(2026, 12, 31)


def partnership_objects(world: World, unit: Unit, staff: Staff, employer: Employer, *, note: str) -> dict[str, str]:
    """One row of each kind that a parameter of these features names, all of one unit."""
    unit.modules = [*unit.modules, "partnerships", "coverage", "talks", "groups"]
    world.save(unit)
    partnership = world.save(
        Partnership(
            employer_id=employer.id, unit_id=unit.id, name=note, owner_id=staff.id, starts_on=_BEGIN, ends_on=_END,
            created_at=clock.now(),
        )
    )  # fmt: skip
    commitment = world.save(
        Commitment(
            partnership_id=partnership.id, kind="mentoring", text=note, quantity=2, starts_on=_BEGIN, ends_on=_END,
            created_at=clock.now(),
        )
    )  # fmt: skip
    evidence = CommitmentEvidence(commitment_id=commitment.id, on_date=_BEGIN, text=note, created_at=clock.now())
    testimonial = Testimonial(
        employer_id=employer.id, unit_id=unit.id, said_by=note, said_on=_BEGIN, text=note, created_at=clock.now()
    )
    target = CoverageTarget(
        unit_id=unit.id, name="Värmland", counted="contact", country="SE", level="municipality", starts_on=_BEGIN,
        deadline=_END, created_at=clock.now(), regions=[CoverageRegion(code="1780", name="Karlstad")],
    )  # fmt: skip
    review = PartnershipReview(partnership_id=partnership.id, on_date=date(2026, 6, 1))
    rows = {"evidence": evidence, "testimonials": testimonial, "coverage": target, "reviews": review}
    found = {kind: world.save(row).public_id for kind, row in rows.items()}
    found |= cooperation_objects(world, unit, staff, note=note)
    return found | {"partnerships": partnership.public_id, "commitments": commitment.public_id}


def cooperation_objects(world: World, unit: Unit, staff: Staff, *, note: str) -> dict[str, str]:
    """A talk, and a group with a member who missed a meeting."""
    talk = Appearance(
        unit_id=unit.id, kind="talk", on_date=_BEGIN, title=note, staff_id=staff.id, created_at=clock.now()
    )
    group = CooperationGroup(unit_id=unit.id, name=note, kind="steering", created_at=clock.now())
    member = GroupMember(group=group, name=note, joined_on=_BEGIN)
    meeting = GroupMeeting(group=group, on_date=_BEGIN, recorded_on=_BEGIN)
    absence = GroupAttendance(meeting=meeting, member=member, present=False)
    world.save(group)
    rows = {"talks": talk, "groups": group, "members": member, "meetings": meeting, "absences": absence}
    return {kind: world.save(row).public_id for kind, row in rows.items()}


def card_objects(world: World, programme: Programme) -> dict[str, str]:
    """What stands on the card of a project."""
    rows = {
        "partners": ProgrammePartner(programme_id=programme.id, name="Business centre"),
        "milestones": ProgrammeMilestone(programme_id=programme.id, on_date=_END, text="Final report"),
        "goals": ProgrammeGoal(programme_id=programme.id, text="Durable cooperation", changed_at=clock.now()),
    }
    return {kind: world.save(row).public_id for kind, row in rows.items()}

"""An inquiry with a person, and a number of workplaces, for the tests over every route."""

from datetime import date

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.employers.models import Employer
from crm.inquiries.models import Inquiry, InquiryPerson
from crm.measures.models import WorkplaceCount
from crm.participants.models import Participant
from tests.world import World


def inquiry_objects(
    world: World, unit: Unit, staff: Staff, employer: Employer, participant: Participant, *, note: str
) -> dict[str, str]:
    inquiry = world.save(
        Inquiry(
            unit_id=unit.id, received_on=date(2026, 6, 1), received_at=clock.now(), source="unknown", channel="phone",
            topic="advice", employer_id=employer.id, note=note, answer_within=3, answer_due_on=date(2026, 6, 4),
            created_by_id=staff.id, created_at=clock.now(),
        )
    )  # fmt: skip
    person = world.save(InquiryPerson(inquiry_id=inquiry.id, participant_id=participant.id))
    count = world.save(
        WorkplaceCount(municipality_code=f"M{unit.id}", municipality="Osby", year=2026, workplaces=400)
    )  # fmt: skip
    return {
        "inquiries": inquiry.public_id,
        "inquiry-persons": person.public_id,
        "workplace-counts": count.public_id,
        "measure": "contacts",
    }

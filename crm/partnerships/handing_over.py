"""What partnerships do when somebody else becomes responsible for their employer."""

from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.events import RelationshipHandedOver
from crm.partnerships.models import Partnership


def follow_the_relationship(event: RelationshipHandedOver) -> None:
    """Partnerships that go on are handed over with the employer, and come back with it. May be repeated.

    Who is responsible with us is whoever was for the employer, or the unit where the unit was. Partnerships that
    somebody else looks after stay theirs; who stands in for an employer has no part in its partnerships.
    """
    if event.as_deputy:
        return
    statement = select(Partnership).where(
        Partnership.employer_id == event.employer_id, Partnership.unit_id == event.unit_id,
        Partnership.owner_id == event.from_id, Partnership.ended_on.is_(None),
    )  # fmt: skip
    because = "partnerships with an employer whose responsibility the caller has just moved"
    for partnership in current_session().scalars(trusted(statement.with_for_update(of=Partnership), because=because)):
        partnership.owner_id = event.to_id
        partnership.version_id += 1

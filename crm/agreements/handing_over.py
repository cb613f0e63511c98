"""What agreements do when somebody else becomes responsible for their employer."""

from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement
from crm.agreements.services.rows import is_over
from crm.db import current_session
from crm.events import RelationshipHandedOver


def follow_the_relationship(event: RelationshipHandedOver) -> None:
    """Our contacts of an agreement that goes on are handed over with the employer. May be repeated.

    The text that both sides signed names whom it named; who is asked about it is somebody else now. Agreements that
    somebody else looks after stay theirs. Those that the unit looks after go to whoever takes the employer over from
    the unit, so that a handover to the unit can be taken back. Without a deputy there is nothing to take.
    """
    if event.from_id is None and event.as_deputy:
        return
    column = Agreement.deputy_id if event.as_deputy else Agreement.owner_id
    statement = select(Agreement).where(
        Agreement.employer_id == event.employer_id, Agreement.unit_id == event.unit_id, column == event.from_id
    )
    because = "agreements with an employer whose responsibility the caller has just moved"
    for agreement in current_session().scalars(trusted(statement.with_for_update(), because=because)):
        if is_over(agreement.status):
            continue
        if event.as_deputy:
            agreement.deputy_id = None if event.to_id == agreement.owner_id else event.to_id
        else:
            agreement.owner_id = event.to_id
            agreement.deputy_id = None if agreement.deputy_id == event.to_id else agreement.deputy_id
        agreement.version_id += 1

"""What this feature does when others say that something has happened."""

from sqlalchemy import func, select

from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session
from crm.events import OptedOut
from crm.participants.models import ConsentKind, Participant
from crm.participants.queries import consent_in_force
from crm.participants.services.consents import record_consent


def write_refusal_down(event: OptedOut) -> None:
    """Who answered STOP does not want to be asked: keep it as a refusal of everybody with that address.

    May be repeated: a refusal that holds already is not written twice.
    """
    column = Participant.phone if event.channel == "sms" else func.lower(Participant.email)
    address = event.address if event.channel == "sms" else event.address.lower()
    statement = select(Participant.id).where(column == address)
    found = current_session().scalars(trusted(statement, because="who said stop, named by their own address"))
    for participant_id in list(found):
        if consent_in_force(participant_id, ConsentKind.SURVEYS) is not False:
            record_consent(
                system_actor("participants.opted_out"),
                participant_id=participant_id,
                kind=ConsentKind.SURVEYS,
                given=False,
                source="stop_reply",
            )

"""What participants have said yes or no to."""

from sqlalchemy import select

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, ActorKind
from crm.db import current_session
from crm.errors import NotVisible
from crm.events import ParticipantChanged, emit
from crm.participants.models import Consent, ConsentKind, Participant
from crm.participants.queries import consent_in_force


def record_consent(actor: Actor, *, participant_id: int, kind: ConsentKind | str, given: bool, source: str) -> Consent:
    """Keep a yes or a no with its time and source (staff, opt_out_page, one_click, stop_reply, survey, import).

    Statements are never changed; the newest holds. Listeners hear of it (``ParticipantChanged`` with "consent")
    when what holds has changed. A respondent acts for the person whose link they hold: the caller has checked the
    token. May be repeated: each call leaves a statement of its own. Raises NotVisible.
    """
    kind = ConsentKind(kind)
    person = _person(actor, participant_id)
    before = consent_in_force(person.id, kind)
    said = Consent(
        participant_id=person.id,
        kind=kind,
        given=given,
        at=clock.now(),
        source=source,
        recorded_by_id=actor.staff_id,
    )
    session = current_session()
    session.add(said)
    session.flush()  # What holds is the statement with the highest id; listeners ask for it.
    audit.record(
        actor,
        "consent_recorded",
        subject_type="participant",
        subject_id=person.id,
        unit_id=person.unit_id,
        details={"kind": kind.value, "source": source},
    )
    if before is not given:
        emit(ParticipantChanged(participant_id=person.id, fields=("consent",)))
    return said


def _person(actor: Actor, participant_id: int) -> Participant:
    if actor.kind is not ActorKind.RESPONDENT:
        return locked(Participant, actor, participant_id)
    statement = select(Participant).where(Participant.id == participant_id).with_for_update()
    found = current_session().scalar(trusted(statement, because="named by a valid personal link"))
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found

"""Rows of messaging and surveys for the visibility test: one of every kind that a parameter of a route names."""

from datetime import date

from crm import clock
from crm.db import new_public_id
from crm.messaging.models import (
    Channel,
    MailboxItem,
    MessageState,
    OutboxMessage,
    SuppressedAddress,
)
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from surveys.dispositions import DueState
from surveys.models import DueRow, FollowUpPlan, MessageText, Questionnaire, QuestionnaireVersion, Translation
from surveys.shipped import shipped_questionnaires
from surveys.tokens import opt_out_token, survey_token, token_hash
from tests.world import World


def messaging_objects(world: World, participant: Participant, *, note: str) -> dict[str, str]:
    """A message in doubt, the same in the mailbox, and an address that is blocked."""
    message = OutboxMessage(
        purpose="surveys.invitation",
        purpose_ref=new_public_id(),
        channel=Channel.EMAIL,
        state=MessageState.UNKNOWN,
        unit_id=participant.unit_id,
        participant_id=participant.id,
        created_at=clock.now(),
        not_before=clock.now(),
        doubt_since=clock.now(),
        message_id=f"<{new_public_id()}@localhost>",
        return_token=new_public_id(),
    )
    item = MailboxItem(
        at=clock.now(),
        channel=Channel.EMAIL,
        message_id=f"<{new_public_id()}@localhost>",
        to=participant.email or "",
        subject=note,
        text=f"Hi {participant.first_name} {participant.last_name}",
        unit_id=participant.unit_id,
        participant_id=participant.id,
    )
    blocked = SuppressedAddress(
        channel=Channel.EMAIL, address_hash=new_public_id(), reason="hard_bounce", since=clock.now()
    )
    rows = {"messages": message, "mailbox": item, "blocked": blocked}
    return {kind: world.save(row).public_id for kind, row in rows.items()}


def survey_objects(world: World, enrolment: Enrolment, left: EnrolmentExit) -> dict[str, str]:
    """A due row that waits for an answer, and a plan, questionnaire and texts of the unit's own."""
    shipped = next(each for each in shipped_questionnaires() if each.authored.definition.key == "exit")
    questionnaire = world.save(Questionnaire(key=new_public_id(), created_at=clock.now()))
    version = world.save(
        QuestionnaireVersion(questionnaire_id=questionnaire.id, number=1, structure=_structure(shipped))
    )
    plan = world.save(_plan(enrolment, questionnaire))
    rows = {
        "translations": Translation(version_ref_id=version.id, language="sv", texts=dict(shipped.authored.texts["sv"])),
        "texts": MessageText(key=new_public_id(), channel="email", language="sv", subject="s", body="{link}"),
        "due": _due_row(enrolment, left, plan),
    }
    found = {kind: str(world.save(row).public_id) for kind, row in rows.items()}
    found |= {"questionnaires": questionnaire.public_id, "versions": version.public_id, "plans": plan.public_id}
    return found | {"interview": found["due"]}


def _structure(shipped: object) -> dict[str, object]:
    from surveys.definition import definition_to_json

    return dict(definition_to_json(shipped.authored.definition))  # type: ignore[attr-defined]  # a shipped questionnaire


def _plan(enrolment: Enrolment, questionnaire: Questionnaire) -> FollowUpPlan:
    return FollowUpPlan(
        key="exit",
        unit_id=enrolment.unit_id,
        questionnaire_id=questionnaire.id,
        days_after=0,
        channels=["email"],
        reminder_days=[5],
        close_days=21,
    )


def _due_row(enrolment: Enrolment, left: EnrolmentExit, plan: FollowUpPlan) -> DueRow:
    public_id = new_public_id()
    return DueRow(
        public_id=public_id,
        exit_id=left.id,
        enrolment_id=enrolment.id,
        participant_id=enrolment.participant_id,
        unit_id=enrolment.unit_id,
        programme_id=enrolment.programme_id,
        wave="exit",
        plan_id=plan.id,
        exit_on=left.exit_on,
        due_on=left.exit_on,
        state=DueState.SENT_WAITING,
        language="sv",
        token_hash=token_hash(survey_token(public_id, 1)),
        optout_hash=token_hash(opt_out_token(public_id, 1)),
        invited_at=clock.now(),
        closes_on=date(2027, 1, 1),
        changed_at=clock.now(),
    )

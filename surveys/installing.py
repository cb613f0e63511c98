"""Bringing the shipped questionnaires, texts and plans into the database, without touching what staff edited."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor
from crm.db import current_session
from surveys.definition import definition_to_json
from surveys.models import FollowUpPlan, MessageText, Questionnaire, QuestionnaireVersion, Translation
from surveys.shipped import (
    ShippedMessage,
    ShippedQuestionnaire,
    TextState,
    shipped_messages,
    shipped_questionnaires,
)

APPROVED_BY = "Brobygg"


@dataclass(frozen=True)
class _PlanDefaults:
    key: str
    days_after: int
    close_days: int
    reminder_days: tuple[int, ...]


_PLANS = (
    _PlanDefaults("exit", days_after=0, close_days=21, reminder_days=(5,)),
    _PlanDefaults("follow_up_90", days_after=90, close_days=28, reminder_days=(6,)),
)


def content_is_missing() -> bool:
    """Whether the shipped content was never brought in."""
    return current_session().scalar(select(Questionnaire.id).limit(1)) is None


def ensure_content(actor: Actor) -> int:
    """Add shipped questionnaires, translations, message texts and default plans that are not there.

    Never changes a row that exists: an edited text stays edited, an approval that was withdrawn stays withdrawn.
    Texts that the publisher has read come approved, drafts do not. Returns how many rows were added; may be
    repeated. Runs inside ``transaction()``.
    """
    added = sum(_ensure_questionnaire(shipped) for shipped in shipped_questionnaires())
    added += _ensure_messages()
    current_session().flush()  # The plans below name the questionnaires by id.
    added += sum(_ensure_plan(defaults) for defaults in _PLANS)
    if added:
        record(actor, "surveys_content_installed", subject_type="questionnaire", details={"rows": added})
    return added


def _ensure_questionnaire(shipped: ShippedQuestionnaire) -> int:
    definition = shipped.authored.definition
    found = current_session().scalar(select(Questionnaire).where(Questionnaire.key == definition.key))
    if found is not None:
        return _ensure_translations(found, shipped)
    version = QuestionnaireVersion(
        number=definition.version, structure=definition_to_json(definition), published_at=clock.now()
    )
    questionnaire = Questionnaire(key=definition.key, created_at=clock.now(), versions=[version])
    current_session().add(questionnaire)
    version.translations.extend(_translations(shipped, set()))
    return 2 + len(version.translations)


def _ensure_translations(questionnaire: Questionnaire, shipped: ShippedQuestionnaire) -> int:
    """Languages that a later release of the product brings, for the version that they were written for."""
    structure = definition_to_json(shipped.authored.definition)
    version = next((each for each in questionnaire.versions if each.structure == structure), None)
    if version is None:
        return 0
    new = list(_translations(shipped, {each.language for each in version.translations}))
    version.translations.extend(new)
    return len(new)


def _translations(shipped: ShippedQuestionnaire, there: set[str]) -> Iterator[Translation]:
    for language, texts in shipped.authored.texts.items():
        if language in there:
            continue
        approved = shipped.states.get(language) is TextState.SHIPPED
        yield Translation(
            language=language,
            texts=dict(texts),
            approved_at=clock.now() if approved else None,
            approved_by=APPROVED_BY if approved else None,
        )


def _ensure_messages() -> int:
    session = current_session()
    there = set(session.execute(select(MessageText.key, MessageText.channel, MessageText.language)).all())
    new = [
        text
        for shipped in shipped_messages()
        for text in _message_texts(shipped)
        if (text.key, text.channel, text.language) not in there
    ]
    session.add_all(new)
    return len(new)


def _message_texts(shipped: ShippedMessage) -> Iterator[MessageText]:
    for language, body in shipped.body.items():
        approved = shipped.states.get(language) is TextState.SHIPPED
        yield MessageText(
            key=shipped.key,
            channel=shipped.channel,
            language=language,
            subject=shipped.subject.get(language),
            body=body,
            approved_at=clock.now() if approved else None,
            approved_by=APPROVED_BY if approved else None,
        )


def _ensure_plan(defaults: _PlanDefaults) -> int:
    session = current_session()
    if session.scalar(select(FollowUpPlan.id).where(FollowUpPlan.key == defaults.key).limit(1)) is not None:
        return 0
    questionnaire = session.scalars(select(Questionnaire).where(Questionnaire.key == defaults.key)).one()
    session.add(
        FollowUpPlan(
            key=defaults.key,
            questionnaire_id=questionnaire.id,
            days_after=defaults.days_after,
            channels=["email", "sms"],
            reminder_days=list(defaults.reminder_days),
            close_days=defaults.close_days,
        )
    )
    return 1

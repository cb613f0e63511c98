"""Which plan is in force where, and in which languages its texts may be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Unit
from crm.db import current_session
from surveys.deciding import PlanTerms
from surveys.models import FollowUpPlan, MessageText, QuestionnaireVersion, Translation


@dataclass(frozen=True)
class SendableTexts:
    """The approved texts: languages of each questionnaire's newest published version, and of each message."""

    questionnaires: Mapping[int, frozenset[str]]
    messages: Mapping[tuple[str, str], frozenset[str]]

    def languages(self, wave: str, questionnaire_id: int, channel: str) -> frozenset[str]:
        """The languages in which a wave may be sent through a channel: everything it needs is approved."""
        form = self.questionnaires.get(questionnaire_id, frozenset())
        invitation = self.messages.get((f"{wave}_invitation", channel), frozenset())
        return form & invitation & self.messages.get((f"{wave}_reminder", channel), frozenset())


@dataclass(frozen=True)
class PlansInForce:
    """Every plan, the tree of units and the approved texts: read once, then asked for many exits."""

    plans: Mapping[tuple[int | None, str], FollowUpPlan]
    units: Mapping[int, Unit]
    texts: SendableTexts
    waves: tuple[str, ...] = field(default=())

    def plan_for(self, unit_id: int, wave: str) -> FollowUpPlan | None:
        """The plan in force: that of the nearest unit upwards; None when it is switched off or there is none."""
        found = self.nearest(unit_id, wave)
        return found if found is not None and found.active else None

    def nearest(self, unit_id: int, wave: str) -> FollowUpPlan | None:
        """The plan of the nearest unit upwards, switched on or off, else the one for every unit."""
        place: int | None = unit_id
        while place is not None:
            found = self.plans.get((place, wave))
            if found is not None:
                return found
            place = self.units[place].parent_id
        return self.plans.get((None, wave))

    def terms(self, plan: FollowUpPlan | None) -> PlanTerms | None:
        """What the plan says, in the form that ``decide`` takes."""
        if plan is None:
            return None
        sendable = {
            channel: self.texts.languages(plan.key, plan.questionnaire_id, channel) for channel in plan.channels
        }
        return PlanTerms(plan.days_after, tuple(plan.channels), sendable, plan.self_sending_days)


def all_plans() -> list[FollowUpPlan]:
    """Every plan with its questionnaire. One query."""
    statement = select(FollowUpPlan).options(joinedload(FollowUpPlan.questionnaire)).order_by(FollowUpPlan.id)
    return list(current_session().scalars(statement))


def plans_in_force() -> PlansInForce:
    """Read the plans, the units and the approved texts: four queries, whatever the number of exits."""
    session = current_session()
    plans = {(plan.unit_id, plan.key): plan for plan in all_plans()}
    units = {unit.id: unit for unit in session.scalars(select(Unit))}
    waves = tuple(sorted({wave for _unit, wave in plans}))
    return PlansInForce(plans, units, sendable_texts(), waves)


def sendable_texts() -> SendableTexts:
    """The approved languages of every questionnaire and every message."""
    forms = newest_translations().where(Translation.approved_at.is_not(None))
    messages = select(MessageText.key, MessageText.channel, MessageText.language).where(
        MessageText.approved_at.is_not(None)
    )
    session = current_session()
    by_form: dict[int, set[str]] = {}
    for questionnaire_id, language in session.execute(forms):
        by_form.setdefault(questionnaire_id, set()).add(language)
    by_message: dict[tuple[str, str], set[str]] = {}
    for key, channel, language in session.execute(messages):
        by_message.setdefault((key, channel), set()).add(language)
    return SendableTexts(
        {key: frozenset(found) for key, found in by_form.items()},
        {place: frozenset(found) for place, found in by_message.items()},
    )


def newest_translations() -> Select[int, str]:
    """Questionnaire and language of every translation of each questionnaire's newest published version."""
    newest = (
        select(QuestionnaireVersion.questionnaire_id, func.max(QuestionnaireVersion.number).label("number"))
        .where(QuestionnaireVersion.published_at.is_not(None))
        .group_by(QuestionnaireVersion.questionnaire_id)
        .subquery()
    )
    return (
        select(QuestionnaireVersion.questionnaire_id, Translation.language)
        .join(Translation, Translation.version_ref_id == QuestionnaireVersion.id)
        .join(
            newest,
            (newest.c.questionnaire_id == QuestionnaireVersion.questionnaire_id)
            & (newest.c.number == QuestionnaireVersion.number),
        )
    )


def newest_published(questionnaire_id: int) -> QuestionnaireVersion | None:
    """The version that a new response is answered in."""
    return current_session().scalar(
        select(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
            QuestionnaireVersion.published_at.is_not(None),
        )
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    )

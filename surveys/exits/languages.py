"""Why a survey does not go in the person's own language, in words for staff."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.db import current_session
from surveys.deciding import ExitFacts
from surveys.dispositions import DueState
from surveys.models import DueRow, FollowUpPlan, MessageText, Translation
from surveys.plans.queries import PlansInForce, newest_translations
from surveys.wording import language_in_sentence

_TOLD = frozenset({DueState.NOT_YET_DUE, DueState.DUE, DueState.SENT_WAITING})


@dataclass(frozen=True)
class _Written:
    """Which texts exist, approved or not: (questionnaire, language) and (message, channel, language)."""

    forms: frozenset[tuple[int, str]]
    messages: frozenset[tuple[str, str, str]]

    def complete(self, plan: FollowUpPlan, channel: str, language: str) -> bool:
        """Whether everything that a wave sends through a channel is written in a language."""
        keys = (f"{plan.key}_invitation", f"{plan.key}_reminder")
        return (plan.questionnaire_id, language) in self.forms and all(
            (key, channel, language) in self.messages for key in keys
        )


def language_notes(rows: Sequence[DueRow], facts: Mapping[int, ExitFacts], plans: PlansInForce) -> dict[str, str]:
    """For each row that goes in another language than the person's: why, by the row's address.

    Two queries, and none when everybody gets their own language.
    """
    other = [row for row in rows if row.state in _TOLD and row.language != facts[row.exit_id].languages[0]]
    if not other:
        return {}
    written = _written({facts[row.exit_id].languages[0] for row in other})
    notes = {row.public_id: _note(row, facts[row.exit_id], plans, written) for row in other}
    return {public_id: note for public_id, note in notes.items() if note}


def _note(row: DueRow, facts: ExitFacts, plans: PlansInForce, written: _Written) -> str:
    plan = plans.plan_for(row.unit_id, row.wave)
    terms = plans.terms(plan)
    if plan is None or terms is None:
        return ""
    own = facts.languages[0]
    channels = [each.channel for each in facts.channels if each.channel in terms.channels]
    if any(own in terms.sendable[channel] for channel in channels):
        # Sent before the text was approved, or before the person's language was changed.
        return ""
    wanted, used = language_in_sentence(own), language_in_sentence(row.language)
    if any(written.complete(plan, channel, own) for channel in channels):
        return str(
            _("Goes in %(used)s: the text in %(wanted)s is a draft that nobody has approved.", used=used, wanted=wanted)
        )
    return str(_("Goes in %(used)s: there is no complete text in %(wanted)s.", used=used, wanted=wanted))


def _written(languages: Collection[str]) -> _Written:
    forms = newest_translations().where(Translation.language.in_(languages))
    messages = select(MessageText.key, MessageText.channel, MessageText.language).where(
        MessageText.language.in_(languages)
    )
    session = current_session()
    return _Written(
        frozenset((key, language) for key, language in session.execute(forms)),
        frozenset((key, str(channel), language) for key, channel, language in session.execute(messages)),
    )

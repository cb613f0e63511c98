"""Words for staff: waves, states, reasons, channels, languages. Nothing here tells that somebody declined."""

from collections.abc import Mapping

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from crm.db import current_session
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.participants.rules import PARTICIPANT_LANGUAGES
from surveys.dispositions import StopReason
from surveys.models import FollowUpPlan, Questionnaire, QuestionnaireVersion, Translation
from surveys.shipped import FALLBACK_LANGUAGE, shipped_languages

CHANNELS: Mapping[str, Text] = {"email": _l("e-mail"), "sms": _l("SMS")}
REASONS: Mapping[StopReason, Text] = {
    StopReason.NO_ADDRESS: _l("there is no phone number and no e-mail address"),
    StopReason.BOUNCED: _l("the address does not work"),
    StopReason.OPTED_OUT: _l("the person wants no surveys"),
    StopReason.PROTECTED: _l("protected identity"),
    StopReason.NO_CONSENT: _l("there is no consent"),
    StopReason.LANGUAGE_NOT_APPROVED: _l("no text is approved"),
    StopReason.LANGUAGE_BARRIER: _l("no common language"),
    StopReason.ILLNESS: _l("illness"),
    StopReason.CLOSED_PROGRAMME: _l("the programme sends nothing"),
    StopReason.DECEASED: _l("the person has died"),
    StopReason.DUPLICATE: _l("registered twice"),
    StopReason.NEVER_ENROLLED: _l("never took part"),
    StopReason.LATER_EXIT: _l("the person came back"),
    StopReason.NEW_PLAN: _l("no plan asks for it any more"),
}


def reason_text(reason: str | None) -> str:
    """A reason in the reader's words; one without words of its own says nothing."""
    return str(REASONS.get(StopReason(reason), "")) if reason else ""


def channel_text(channel: str) -> str:
    """A channel in the reader's words."""
    return str(CHANNELS.get(channel, channel))


def channels_text(channels: tuple[str, ...] | list[str]) -> str:
    """Several channels, best first: "e-mail, then SMS"."""
    names = [channel_text(channel) for channel in channels]
    if len(names) < 2:
        return "".join(names)
    return str(_("%(first)s, then %(others)s", first=names[0], others=", ".join(names[1:])))


def language_text(language: str) -> str:
    """A language by the name that its speakers use."""
    shipped = {each.code: each.name for each in shipped_languages()}
    return shipped.get(language) or PARTICIPANT_LANGUAGES.get(language, language)


def language_in_sentence(language: str) -> str:
    """The name of a language in the reader's language, as it stands within a sentence."""
    try:
        return Locale.parse(language).get_display_name(get_locale()) or language
    except (ValueError, UnknownLocaleError):
        return language


def when_text(days_after: int) -> str:
    """When a plan asks, in words."""
    if days_after == 0:
        return str(_("At the exit"))
    return str(ngettext("%(num)d day after the exit", "%(num)d days after the exit", days_after))


def questionnaire_titles(language: str) -> dict[str, str]:
    """The title of each questionnaire's newest version, by key, in a staff language. One query."""
    statement = (
        select(Questionnaire.key, Translation.language, Translation.texts)
        .join(QuestionnaireVersion, QuestionnaireVersion.questionnaire_id == Questionnaire.id)
        .join(Translation, Translation.version_ref_id == QuestionnaireVersion.id)
        .where(Translation.language.in_((language, FALLBACK_LANGUAGE)))
        .order_by(QuestionnaireVersion.number)
    )
    titles: dict[tuple[str, str], str] = {}
    for key, spoken, texts in current_session().execute(statement):
        titles[(key, spoken)] = texts.get("title", "")
    keys = {key for key, _spoken in titles}
    return {key: titles.get((key, language)) or titles.get((key, FALLBACK_LANGUAGE)) or key for key in keys}


def plan_title(plan: FollowUpPlan | None, wave: str, titles: Mapping[str, str]) -> str:
    """What a wave is called: the title of its questionnaire, else its key."""
    key = plan.questionnaire.key if plan is not None else wave
    return titles.get(key, wave)


def message_title(key: str, titles: Mapping[str, str]) -> str:
    """What a message text is called: the title of its questionnaire, and which message it is."""
    for ending, kind in (("_invitation", _("invitation")), ("_reminder", _("reminder"))):
        wave = key.removesuffix(ending)
        if wave != key:
            return f"{titles.get(wave, wave)} – {kind}"
    return key

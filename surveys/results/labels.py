"""What states, reasons, waves and groups are called, in the reader's language."""

from collections.abc import Callable

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale

from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from surveys.dispositions import DueState, StopReason
from surveys.results.answering import OLDEST_BAND

STATES = {
    DueState.ANSWERED: _l("Answered"),
    DueState.PARTLY_ANSWERED: _l("Partly answered"),
    DueState.SENT_WAITING: _l("Sent, waiting for an answer"),
    DueState.IN_DOUBT: _l("In doubt whether it arrived"),
    DueState.DUE: _l("Due, not sent yet"),
    DueState.NOT_YET_DUE: _l("Not due yet"),
    DueState.DECLINED: _l("Declined"),
    DueState.NOT_POSSIBLE: _l("Not possible"),
    DueState.CLOSED_WITHOUT_ANSWER: _l("Closed without an answer"),
    DueState.SUPERSEDED: _l("Replaced by a later exit or a new plan"),
}
"""The rows of the ledger, in the order in which they are shown."""

_REASONS = {
    StopReason.OPTED_OUT: _l("wants no surveys"),
    StopReason.NO_ADDRESS: _l("no address"),
    StopReason.BOUNCED: _l("address does not work"),
    StopReason.PROTECTED: _l("protected identity"),
    StopReason.NO_CONSENT: _l("no consent"),
    StopReason.LANGUAGE_NOT_APPROVED: _l("texts not approved in the language"),
    StopReason.LANGUAGE_BARRIER: _l("language"),
    StopReason.ILLNESS: _l("illness"),
    StopReason.CLOSED_PROGRAMME: _l("the programme sends nothing"),
    StopReason.DECEASED: _l("deceased"),
    StopReason.DUPLICATE: _l("registered twice"),
    StopReason.NEVER_ENROLLED: _l("never took part"),
}
_WAVES = {"exit": _l("At the exit"), "follow_up_90": _l("After 90 days")}
_CHANNELS = {"email": _l("E-mail"), "sms": _l("SMS")}
_MODES = {
    "web": _l("On their own, by the link"),
    "tablet": _l("On the office's screen"),
    "phone": _l("By phone with staff"),
    "paper": _l("On paper"),
    "sms": _l("By SMS reply"),
}
_AGES = {
    "under_25": _l("Under 25"),
    "25_34": _l("25–34"),
    "35_44": _l("35–44"),
    "45_54": _l("45–54"),
    OLDEST_BAND: _l("55 or older"),
}
_SEXES = {"woman": _l("Women"), "man": _l("Men"), "other": _l("Other")}
_NOT_STATED = _l("Not stated")


def reason_label(reason: StopReason) -> str:
    """Why a survey was not possible."""
    return str(_REASONS.get(reason, reason.value))


def wave_label(wave: str) -> str:
    """The name of a wave; one that an organisation made itself is shown under its key."""
    return str(_WAVES.get(wave, wave))


def channel_label(channel: str | None) -> str:
    """How the invitation went."""
    return str(_l("No message was sent") if channel is None else _CHANNELS.get(str(channel), channel))


def mode_label(mode: str) -> str:
    """How the answers were given."""
    return str(_MODES.get(mode, mode))


def age_label(band: str | None) -> str:
    """An age band."""
    return str(_NOT_STATED if band is None else _AGES.get(band, band))


def sex_label(sex: str | None) -> str:
    """A sex, in the plural."""
    return str(_NOT_STATED if sex is None else _SEXES.get(sex, sex))


def language_label(code: str) -> str:
    """The name of a language in the reader's language."""
    try:
        name = Locale.parse(code).get_display_name(get_locale())
    except (ValueError, UnknownLocaleError):
        return code
    return name[:1].upper() + name[1:] if name else code


def exit_reason_label(code: str) -> str:
    """A reason for an exit, from the managed list."""
    return picklists.label("exit_reason", code, str(get_locale() or "en"))


LABELS: dict[str, Callable[..., str]] = {
    "reason": reason_label,
    "wave": wave_label,
    "channel": channel_label,
    "mode": mode_label,
    "age": age_label,
    "sex": sex_label,
    "language": language_label,
    "exit_reason": exit_reason_label,
}
"""The functions under the names by which templates call them."""

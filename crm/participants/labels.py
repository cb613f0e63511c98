"""Words that every page of participants uses, in the reader's language."""

from collections.abc import Sequence
from typing import Any

from flask_babel import get_locale

from crm.extension_points import Text
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.addresses import show_phone
from crm.participants.forms import CHANNEL_ORDERS, SEX_CHOICES
from crm.participants.rules import PARTICIPANT_LANGUAGES

SOURCES: dict[str, Text] = {
    "staff": _l("they told us"),
    "opt_out_page": _l("on the page for opting out"),
    "one_click": _l("in the mail program"),
    "stop_reply": _l("answered STOP"),
    "survey": _l("in a survey"),
    "import": _l("from a file"),
}


def page_words() -> dict[str, Any]:
    """What the templates of this feature find by these names."""
    locale = get_locale()
    language = str(locale) if locale else "en"
    return {
        "stage_labels": dict(picklists.options("participant_stage", language)),
        "reason_labels": dict(picklists.options("exit_reason", language)),
        "language_names": PARTICIPANT_LANGUAGES,
        "sex_labels": dict(SEX_CHOICES),
        "source_labels": SOURCES,
        "channel_label": channel_label,
        "phone_text": show_phone,
    }


def channel_label(channels: Sequence[str]) -> Text:
    """The wanted channels in words."""
    return dict(CHANNEL_ORDERS).get(",".join(channels), ", ".join(channels))

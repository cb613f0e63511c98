"""The questionnaires, messages and page texts that come with the product, read from ``content/``.

Every text has a state for its language: ``shipped`` texts were read by the publisher and may be sent,
``draft`` ones must be approved in the product first. Reading checks nothing but shape; the tests hold that
every language is complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from surveys.authored import AuthoredQuestionnaire, SharedAnswers, TextsByLanguage, read_authored

QUESTIONNAIRES = ("exit", "follow_up_90")
FALLBACK_LANGUAGE = "en"


class TextState(StrEnum):
    """Whether a translation may be sent as it comes."""

    SHIPPED = "shipped"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class ShippedLanguage:
    """A language of the shipped texts. ``direction`` is ``ltr`` or ``rtl``."""

    code: str
    name: str
    direction: str
    state: TextState


@dataclass(frozen=True, slots=True)
class ShippedQuestionnaire:
    """Structure and texts of one questionnaire, and the state of each language."""

    authored: AuthoredQuestionnaire
    states: Mapping[str, TextState]


@dataclass(frozen=True, slots=True)
class ShippedMessage:
    """One message for one channel: language to text. An SMS has no subject."""

    key: str
    channel: str
    subject: Mapping[str, str]
    body: Mapping[str, str]
    states: Mapping[str, TextState]


@dataclass(frozen=True, slots=True)
class DigitReplies:
    """The question that a one-digit reply answers, and the answer that each digit means."""

    question: str
    codes: Mapping[str, str]


@cache
def shipped_languages() -> tuple[ShippedLanguage, ...]:
    """The languages in the order of the language switch."""
    return tuple(
        ShippedLanguage(code, fields["name"], fields["direction"], TextState(fields["state"]))
        for code, fields in _read("languages.yaml").items()
    )


@cache
def shipped_questionnaires() -> tuple[ShippedQuestionnaire, ...]:
    """The questionnaires that are offered on the first start. Raises DefinitionError for a damaged file."""
    answers = _read("questionnaires/answers.yaml")
    shared = SharedAnswers(scales=answers["scales"], option_sets=answers["option_sets"])
    return tuple(_questionnaire(f"questionnaires/{key}.yaml", shared) for key in QUESTIONNAIRES)


@cache
def shipped_messages() -> tuple[ShippedMessage, ...]:
    """Every message of every channel."""
    return tuple(
        ShippedMessage(
            key=key,
            channel=channel,
            subject=_stripped(fields.get("subject", {})),
            body=_stripped(fields["body"]),
            states=_states(document),
        )
        for channel in ("email", "sms")
        for document in [_read(f"messages/{channel}.yaml")]
        for key, fields in document["messages"].items()
    )


@cache
def digit_replies() -> Mapping[str, DigitReplies]:
    """What a one-digit reply means, by the key of the message that asks for it."""
    return {
        key: DigitReplies(question=fields["question"], codes=fields["codes"])
        for key, fields in _read("messages/sms.yaml")["digit_replies"].items()
    }


@cache
def sms_stop_lines() -> Mapping[str, str]:
    """The line that says how to stop by a reply, by language; for senders that can be replied to."""
    return _stripped(_read("messages/sms.yaml")["stop_line"])


@cache
def shipped_page_texts() -> TextsByLanguage:
    """The fixed texts of the participant pages: language, then key, then text with ``{placeholders}``."""
    return _by_language(_read("page_texts.yaml")["texts"])


@cache
def shipped_privacy_texts() -> TextsByLanguage:
    """The privacy note and the long privacy page: language, then key, then text."""
    return _by_language(_read("privacy.yaml")["texts"])


def page_text(key: str, language: str, **values: object) -> str:
    """One page text in ``language``, or in English where it is missing.

    Raises KeyError for an unknown key.
    """
    by_language = shipped_page_texts()
    template = by_language.get(language, {}).get(key) or by_language[FALLBACK_LANGUAGE][key]
    return template.format_map(values) if values else template


def _questionnaire(path: str, shared: SharedAnswers) -> ShippedQuestionnaire:
    document = dict(_read(path))
    states = _states(document)
    del document["languages"]
    return ShippedQuestionnaire(authored=read_authored(document, shared), states=states)


def _states(document: Mapping[str, Any]) -> dict[str, TextState]:
    return {language: TextState(fields["state"]) for language, fields in document["languages"].items()}


def _by_language(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    languages = dict.fromkeys(language for translations in texts.values() for language in translations)
    return {
        language: {key: one[language].strip() for key, one in texts.items() if language in one}
        for language in languages
    }


def _stripped(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text.strip() for language, text in texts.items()}


def _read(path: str) -> Any:
    resource = files("surveys").joinpath("content").joinpath(path)
    return yaml.safe_load(resource.read_text(encoding="utf-8"))

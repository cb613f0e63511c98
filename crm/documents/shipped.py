"""The texts that come with the product, read from content/texts.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from crm.documents.models import DocumentKind

LANGUAGES = ("en", "sv", "nb", "da")
"""The languages that a text may be written in."""


@dataclass(frozen=True)
class ShippedText:
    """A template as it is shipped."""

    key: str
    kind: DocumentKind
    agreement_type: str | None
    titles: Mapping[str, str]
    bodies: Mapping[str, str]


def shipped_texts() -> Sequence[ShippedText]:
    """Every shipped template, agreements first."""
    return _read()[0]


def proposals(language: str) -> Mapping[str, str]:
    """What the form of an agreement proposes for the fields that are written by hand."""
    found = _read()[1]
    return found.get(language, found["en"])


def contacts_section(language: str) -> str:
    """The part of an agreement that names the contact persons of both sides, as the shipped agreements have it."""
    found = _sections()
    return found.get(language, found["en"])["contacts"]


def word(key: str, language: str) -> str:
    """A word that fills a gap in a text, in the language of the text."""
    found = _read()[2]
    return found.get(language, found["en"])[key]


def _sections() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = _content()["sections"]
    return found


@cache
def _content() -> Mapping[str, Any]:
    # A data file of the package, read once on first use; importing this module reads nothing.
    text = files("crm.documents").joinpath("content/texts.yaml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.safe_load(text))


@cache
def _read() -> tuple[Sequence[ShippedText], Mapping[str, Mapping[str, str]], Mapping[str, Mapping[str, str]]]:
    content = _content()
    agreements = [_agreement(code, each, content["sections"]) for code, each in content["agreements"].items()]
    others = [
        ShippedText(each["key"], DocumentKind(each["kind"]), None, each["titles"], each["bodies"])
        for each in content["others"]
    ]
    return (*agreements, *others), MappingProxyType(content["proposals"]), MappingProxyType(content["words"])


def _agreement(code: str, given: Mapping[str, Any], sections: Mapping[str, Mapping[str, str]]) -> ShippedText:
    bodies = {
        language: "\n\n".join([given["intro"][language], *(sections[language][name] for name in given["sections"])])
        for language in LANGUAGES
    }
    return ShippedText(f"agreement.{code}", DocumentKind.AGREEMENT, code, given["titles"], bodies)

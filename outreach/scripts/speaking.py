"""What the caller reads out: a step's text with the names filled in."""

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.scripts.definition import Texts, in_language
from outreach.scripts.text_checks import PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text with its names. ``unfilled`` are those that nobody knows; they stay in the text as they are written.

    Plain text: whoever shows it escapes it.
    """

    text: str
    unfilled: tuple[str, ...] = ()


def spoken(texts: Texts, language: str, values: Mapping[str, str]) -> Spoken:
    """The text in ``language``, or in another one where it is missing, with ``values`` in place of their names."""
    return fill(in_language(texts, language), values)


def fill(text: str, values: Mapping[str, str]) -> Spoken:
    """``text`` with ``values`` in place of ``{names}``. Braces within a value are left alone."""
    found = dict.fromkeys(PLACEHOLDER.findall(text))
    filled = PLACEHOLDER.sub(lambda match: values.get(match.group(1)) or match.group(), text)
    return Spoken(filled, tuple(name for name in found if not values.get(name)))

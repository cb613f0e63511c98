"""What can be wrong with the words of a script: missing languages, names that nobody fills, personal data."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import phonenumbers

from crm.note_guard.numbers import identity_numbers
from outreach.scripts.definition import KNOWN_PLACEHOLDERS, LANGUAGES, Script, Texts
from outreach.scripts.problems import Problem
from outreach.scripts.writes_checks import places

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_ ]{0,39})\}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_DAY_OR_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d\d)|\d{1,2}[:.]\d\d)\b(?![-.]?\d)")
_SHORTEST_PHONE = 6
_COUNTRIES = ("SE", "NO", "DK", "FI")


@dataclass(frozen=True, slots=True)
class Wording:
    """One text of a script in its languages. ``place`` is what people call it: ``greet`` or ``greet.yes``."""

    place: str
    path: str
    texts: Texts
    is_label: bool = False


def wordings(script: Script) -> Iterator[Wording]:
    """Every text of ``script``: its title if it has one, then each step and its answers."""
    if script.title:
        yield Wording("title", "title", script.title)
    for node in script.nodes:
        path = f"nodes.{node.key}"
        yield Wording(node.key, f"{path}.text", node.text)
        for number, answer in enumerate(node.answers):
            place = f"{node.key}.{answer.key}"
            yield Wording(place, f"{path}.answers[{number}].label", answer.label, is_label=True)


def missing_translations(script: Script) -> dict[str, tuple[str, ...]]:
    """Per language the places that have no text in it. Complete languages are left out."""
    missing = {language: tuple(_without(script, language)) for language in LANGUAGES}
    return {language: places for language, places in missing.items() if places}


def _without(script: Script, language: str) -> Iterator[str]:
    return (each.place for each in wordings(script) if not each.texts.get(language, "").strip())


def text_errors(script: Script) -> Iterator[Problem]:
    """Steps and answers without any words, and names in braces that the script does not declare."""
    for each in wordings(script):
        if not any(text.strip() for text in each.texts.values()):
            yield Problem("no_label" if each.is_label else "no_text", each.path, values={"place": each.place})
        for language, text in each.texts.items():
            for name in dict.fromkeys(PLACEHOLDER.findall(text)):
                if name not in script.placeholders:
                    values = {"name": f"{{{name}}}", "place": each.place}
                    yield Problem("unknown_placeholder", f"{each.path}.{language}", values=values)


def text_warnings(script: Script) -> Iterator[Problem]:
    """Missing translations, names that the call mode cannot fill, personal data (which is not repeated)."""
    for number, name in enumerate(script.placeholders):
        if name not in KNOWN_PLACEHOLDERS:
            yield Problem("nobody_fills", f"placeholders[{number}]", values={"name": f"{{{name}}}"})
    for each in wordings(script):
        if any(text.strip() for text in each.texts.values()):
            for language in LANGUAGES:
                if not each.texts.get(language, "").strip():
                    yield Problem("missing_translation", each.path, values={"language": language, "place": each.place})
    yield from personal_data(script)


def personal_data(script: Script) -> Iterator[Problem]:
    """Texts and fixed values with an e-mail address, a phone or an identity number in them: no script is to leave so.

    What was found is not repeated. Names of people are known to nobody here.
    """
    for each in wordings(script):
        for language, text in each.texts.items():
            yield from _pointed_out(text, f"{each.path}.{language}", each.place)
    for path, writes in places(script):
        for field, value in writes.fill.items():
            yield from _pointed_out(value, f"{path}.fill.{field}", field.value)


def _pointed_out(text: str, path: str, place: str) -> Iterator[Problem]:
    return (Problem(code, path, values={"place": place}) for code, is_found in _findings(text).items() if is_found)


def _findings(text: str) -> Mapping[str, bool]:
    identity = any(True for _number in identity_numbers(text))
    return {
        "personal_email": bool(_EMAIL.search(text)),
        "personal_identity": identity,
        # Many identity numbers read as telephone numbers too; one reason is enough to look again.
        "personal_phone": not identity and _holds_phone(text),
    }


def _holds_phone(text: str) -> bool:
    # "24-11-2026" is a telephone number in Denmark, as far as digits can tell.
    plain = _DAY_OR_TIME.sub(" ", text)
    if sum(letter.isdigit() for letter in plain) < _SHORTEST_PHONE:
        return False
    return any(phonenumbers.PhoneNumberMatcher(plain, country).has_next() for country in _COUNTRIES)

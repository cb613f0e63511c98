"""Everything that staff read is translated: each text of the code stands in each catalogue, with its placeholders."""

import ast
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LANGUAGES = ("sv", "nb", "da")
FOLDERS = ("crm", "surveys", "outreach", "plugins/elks46")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "_l": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "N_": None,
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@cache
def _texts_of(folder: str) -> frozenset[tuple[str, str | None]]:
    """The texts of the code, each with its context."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(ROOT / folder), methods, options, keywords=KEYWORDS)
    messages = ((message, context) for _file, _line, message, _comments, context in found)
    return frozenset((m[0] if isinstance(m, (tuple, list)) else m, context) for m, context in messages if m)


def _catalogue(folder: str, language: str) -> Catalog:
    path = ROOT / folder / "translations" / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=language)
    return read_po(BytesIO(path.read_bytes()), locale=language)


def _forms(message: Message) -> list[str]:
    string = message.string
    return [string] if isinstance(string, str) else list(string)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_is_translated(folder: str, language: str) -> None:
    catalogue = _catalogue(folder, language)
    missing = []
    for text, context in _texts_of(folder):
        message = catalogue.get(text, context)
        if message is None or message.fuzzy or not all(_forms(message)):
            missing.append(text)
    assert not missing, f"{len(missing)} texts without {language}: {sorted(missing)[:10]}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_text_hides_in_an_f_string(folder: str) -> None:
    """What stands inside the braces of an f-string is not found by whoever collects texts, and stays English."""
    hidden = []
    for path in (ROOT / folder).rglob("*.py"):
        for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(outer, ast.JoinedStr):
                calls = (each for each in ast.walk(outer) if isinstance(each, ast.Call))
                names = {each.func.id for each in calls if isinstance(each.func, ast.Name)}
                hidden += [f"{path.relative_to(ROOT)}:{outer.lineno}" for _name in names & set(KEYWORDS)]
    assert not hidden, hidden


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_its_placeholders(folder: str, language: str) -> None:
    wrong = []
    for message in _catalogue(folder, language):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = {name for each in ids for name in _PLACEHOLDER.findall(each)}
        for form in _forms(message):
            names = set(_PLACEHOLDER.findall(form))
            if names - wanted or (isinstance(message.id, str) and names != wanted):
                wrong.append(ids[0])
    assert not wrong, wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_as_new_as_its_source(language: str) -> None:
    source = ROOT / "crm" / "translations" / language / "LC_MESSAGES" / "messages.po"
    compiled = source.with_suffix(".mo")
    assert compiled.exists(), "run: make catalogues"
    catalogue = read_mo(BytesIO(compiled.read_bytes()))
    texts = [m for m in _catalogue("crm", language) if m.id and all(_forms(m))]
    assert len(list(catalogue)) >= len(texts)


@pytest.mark.parametrize(("folder", "context"), [("crm", "button"), ("surveys", "column")])
def test_a_word_with_two_meanings_is_two_texts(folder: str, context: str) -> None:
    """ "Count" is what a button does, and the heading over numbers."""
    words = {"button": ("Räkna", "Tell", "Tæl"), "column": ("Antal", "Antall", "Antal")}[context]
    for language, word in zip(LANGUAGES, words, strict=True):
        catalogue = _catalogue(folder, language)
        assert catalogue.get("Count") is None
        message = catalogue.get("Count", context)
        assert message is not None
        assert message.string == word

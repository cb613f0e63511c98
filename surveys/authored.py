"""Reads a questionnaire file that carries structure and wording together, as authors write it.

Such a file names texts beside what they label (``text: {en: ..., sv: ...}``) and may refer to answers that
several questionnaires share (``options: labour_status``, ``scale: yes5``). Reading takes the two apart.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.definition import Definition, DefinitionError
from surveys.definition_reading import definition_from_json
from surveys.definition_texts import FIXED_PATHS

TextsByLanguage = Mapping[str, Mapping[str, str]]

_LABEL = "label"
_TEXT = "text"


@dataclass(frozen=True, slots=True)
class SharedAnswers:
    """Answers that questionnaires refer to by name, each a list of options with labels."""

    scales: Mapping[str, list[Mapping[str, Any]]]
    option_sets: Mapping[str, list[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class AuthoredQuestionnaire:
    """A questionnaire and its texts: language, then path, then text."""

    definition: Definition
    texts: TextsByLanguage


def read_authored(document: Mapping[str, Any], shared: SharedAnswers) -> AuthoredQuestionnaire:
    """Take ``document`` apart. Raises DefinitionError with the path of the first fault."""
    questions = [
        _with_options(question, f"questions[{number}]", shared)
        for number, question in enumerate(document.get("questions", []))
    ]
    scale_keys = dict.fromkeys(question["scale"] for question in questions if "scale" in question)
    scales = {key: _named(shared.scales, key, "scales") for key in scale_keys}
    return AuthoredQuestionnaire(
        definition=definition_from_json(_structure(document, questions, scales)),
        texts=_by_language(_labels(document, questions, scales)),
    )


def _with_options(question: Mapping[str, Any], path: str, shared: SharedAnswers) -> Mapping[str, Any]:
    if not isinstance(question, Mapping):
        raise DefinitionError(path, "expected named fields")
    options = question.get("options")
    if not isinstance(options, str):
        return question
    return {**question, "options": _named(shared.option_sets, options, f"{path}.options")}


def _named(sets: Mapping[str, list[Mapping[str, Any]]], name: str, path: str) -> list[Mapping[str, Any]]:
    if name not in sets:
        raise DefinitionError(path, f"there are no answers named '{name}'")
    return sets[name]


def _structure(
    document: Mapping[str, Any],
    questions: list[Mapping[str, Any]],
    scales: Mapping[str, list[Mapping[str, Any]]],
) -> dict[str, Any]:
    fixed = {name: value for name, value in document.items() if name not in FIXED_PATHS}
    return fixed | {
        "scales": [{"key": key, "options": _bare_options(options)} for key, options in scales.items()],
        "questions": [_bare_question(question) for question in questions],
    }


def _bare_question(question: Mapping[str, Any]) -> dict[str, Any]:
    bare = {name: value for name, value in question.items() if name != _TEXT}
    if isinstance(bare.get("options"), list):
        bare["options"] = _bare_options(bare["options"])
    return bare


def _bare_options(options: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in option.items() if name != _LABEL} for option in options]


def _labels(
    document: Mapping[str, Any],
    questions: list[Mapping[str, Any]],
    scales: Mapping[str, list[Mapping[str, Any]]],
) -> Iterator[tuple[str, Mapping[str, str]]]:
    for path in FIXED_PATHS:
        yield path, document.get(path, {})
    for question in questions:
        place = f"q.{question.get('key')}"
        yield place, question.get(_TEXT, {})
        yield from _option_labels(f"{place}.o", question.get("options", []))
    for key, options in scales.items():
        yield from _option_labels(f"scale.{key}", options)


def _option_labels(prefix: str, options: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for option in options:
        yield f"{prefix}.{option.get('code')}", option.get(_LABEL, {})


def _by_language(labels: Iterator[tuple[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    texts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for path, translations in labels:
        if not isinstance(translations, Mapping):
            raise DefinitionError(path, "expected one text for each language")
        for language, text in translations.items():
            texts[language][path] = str(text).strip()
    return dict(texts)

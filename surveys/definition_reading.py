"""Reads questionnaires from plain values (YAML or JSON) and checks them; every fault names its place."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from surveys.definition import (
    DEFAULT_MAX_LENGTH,
    Definition,
    DefinitionError,
    Goal,
    Option,
    Question,
    QuestionType,
    Scale,
    Visibility,
)
from surveys.show_if import RESERVED_WORDS, Condition, ConditionError, check_references, parse_condition

MAX_QUESTIONS = 100
MAX_OPTIONS = 50
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_CODE = re.compile(r"[A-Za-z0-9_]{1,60}")
_QUESTIONNAIRE_FIELDS = frozenset({"key", "version", "minutes", "scales", "questions"})
_QUESTION_FIELDS = frozenset(
    {"key", "type", "visibility", "scale", "options", "goal", "show_if", "required", "max_length"}
    | {"creates_task_on", "counts_as_result"}
)
_GOAL_FIELDS = frozenset({"key", "target", "counts_as_yes", "excluded_from_base"})
_OPTION_FIELDS = frozenset({"code", "exclusive", "declines"})
_SCALE_FIELDS = frozenset({"key", "options"})
_Member = TypeVar("_Member", QuestionType, Visibility)


def definition_from_json(document: object) -> Definition:
    """The questionnaire that ``document`` describes.

    Raises DefinitionError with the path of the first fault.
    """
    fields = _mapping(document, "", allowed=_QUESTIONNAIRE_FIELDS)
    scales = _scales(fields.get("scales", []))
    return Definition(
        key=_key(fields.get("key"), "key"),
        version=_whole_number(fields.get("version"), "version", low=1, high=100_000),
        minutes=_whole_number(fields.get("minutes"), "minutes", low=1, high=120),
        scales=tuple(scales.values()),
        questions=_questions(fields.get("questions"), scales),
    )


def _scales(raw: object) -> dict[str, Scale]:
    scales: dict[str, Scale] = {}
    for number, item in enumerate(_sequence(raw, "scales")):
        path = f"scales[{number}]"
        fields = _mapping(item, path, allowed=_SCALE_FIELDS)
        key = _key(fields.get("key"), f"{path}.key")
        if key in scales:
            raise DefinitionError(f"{path}.key", f"'{key}' is used twice")
        scales[key] = Scale(key, _options(fields.get("options"), f"{path}.options"))
    return scales


def _questions(raw: object, scales: Mapping[str, Scale]) -> tuple[Question, ...]:
    items = _sequence(raw, "questions")
    if not 1 <= len(items) <= MAX_QUESTIONS:
        raise DefinitionError("questions", f"a questionnaire has 1 to {MAX_QUESTIONS} questions")
    earlier: dict[str, frozenset[str]] = {}
    questions: list[Question] = []
    for number, item in enumerate(items):
        path = f"questions[{number}]"
        question = _question(item, path, scales, earlier)
        if question.key in earlier:
            raise DefinitionError(f"{path}.key", f"'{question.key}' is used twice")
        earlier[question.key] = frozenset(question.codes)
        questions.append(question)
    return tuple(questions)


def _question(raw: object, path: str, scales: Mapping[str, Scale], earlier: Mapping[str, frozenset[str]]) -> Question:
    fields = _mapping(raw, path, allowed=_QUESTION_FIELDS)
    kind = _choice(fields.get("type"), QuestionType, f"{path}.type")
    options = _question_options(fields, path, kind, scales)
    codes = frozenset(option.code for option in options)
    return Question(
        key=_key(fields.get("key"), f"{path}.key"),
        type=kind,
        visibility=_choice(fields.get("visibility"), Visibility, f"{path}.visibility"),
        options=options,
        scale=str(fields["scale"]) if kind is QuestionType.SCALE else None,
        goal=_goal(fields.get("goal"), f"{path}.goal", kind=kind, codes=codes),
        show_if=_condition(fields.get("show_if"), f"{path}.show_if", earlier),
        required=_flag(fields.get("required", False), f"{path}.required"),
        max_length=_max_length(fields, path, kind),
        creates_task_on=_codes_of(fields.get("creates_task_on", []), f"{path}.creates_task_on", codes),
        counts_as_result=_codes_of(fields.get("counts_as_result", []), f"{path}.counts_as_result", codes),
    )


def _question_options(
    fields: Mapping[str, Any], path: str, kind: QuestionType, scales: Mapping[str, Scale]
) -> tuple[Option, ...]:
    if "scale" in fields and kind is not QuestionType.SCALE:
        raise DefinitionError(f"{path}.scale", "only a question of type 'scale' has a scale")
    if "options" in fields and kind in (QuestionType.SCALE, QuestionType.TEXT):
        raise DefinitionError(f"{path}.options", f"a question of type '{kind}' has no options of its own")
    if kind is QuestionType.TEXT:
        return ()
    if kind is not QuestionType.SCALE:
        return _options(fields.get("options"), f"{path}.options")
    scale = fields.get("scale")
    if not isinstance(scale, str) or scale not in scales:
        raise DefinitionError(f"{path}.scale", f"there is no scale '{scale}'")
    return scales[scale].options


def _options(raw: object, path: str) -> tuple[Option, ...]:
    items = _sequence(raw, path)
    if not 2 <= len(items) <= MAX_OPTIONS:
        raise DefinitionError(path, f"give 2 to {MAX_OPTIONS} answers to choose from")
    options: list[Option] = []
    for number, item in enumerate(items):
        place = f"{path}[{number}]"
        fields = _mapping(item, place, allowed=_OPTION_FIELDS)
        code = _code(fields.get("code"), f"{place}.code")
        if any(option.code == code for option in options):
            raise DefinitionError(f"{place}.code", f"'{code}' is used twice")
        exclusive = _flag(fields.get("exclusive", False), f"{place}.exclusive")
        declines = _flag(fields.get("declines", False), f"{place}.declines")
        options.append(Option(code, exclusive=exclusive, declines=declines))
    return tuple(options)


def _goal(raw: object, path: str, *, kind: QuestionType, codes: frozenset[str]) -> Goal | None:
    if raw is None:
        return None
    if kind not in (QuestionType.SCALE, QuestionType.SINGLE):
        raise DefinitionError(path, "only a question with exactly one answer can measure a goal")
    fields = _mapping(raw, path, allowed=_GOAL_FIELDS)
    yes = _codes_of(fields.get("counts_as_yes"), f"{path}.counts_as_yes", codes)
    excluded = _codes_of(fields.get("excluded_from_base", []), f"{path}.excluded_from_base", codes)
    if not yes:
        raise DefinitionError(f"{path}.counts_as_yes", "at least one answer has to count as yes")
    if set(yes) & set(excluded):
        raise DefinitionError(path, "an answer cannot count as yes and be left out of the base")
    return Goal(
        key=_key(fields.get("key"), f"{path}.key"),
        target=_whole_number(fields.get("target"), f"{path}.target", low=1, high=100),
        counts_as_yes=yes,
        excluded_from_base=excluded,
    )


def _condition(raw: object, path: str, earlier: Mapping[str, frozenset[str]]) -> Condition | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise DefinitionError(path, "expected text")
    try:
        condition = parse_condition(raw)
        check_references(condition, earlier)
    except ConditionError as error:
        raise DefinitionError(path, str(error)) from error
    return condition


def _max_length(fields: Mapping[str, Any], path: str, kind: QuestionType) -> int | None:
    if kind is QuestionType.TEXT:
        raw = fields.get("max_length", DEFAULT_MAX_LENGTH)
        return _whole_number(raw, f"{path}.max_length", low=1, high=10_000)
    if "max_length" in fields:
        raise DefinitionError(f"{path}.max_length", "only free text has a length")
    return None


def _codes_of(raw: object, path: str, codes: frozenset[str]) -> tuple[str, ...]:
    found = tuple(_code(item, f"{path}[{number}]") for number, item in enumerate(_sequence(raw, path)))
    unknown = [code for code in found if code not in codes]
    if unknown:
        raise DefinitionError(path, f"the question has no answer '{unknown[0]}'")
    return found


def _mapping(raw: object, path: str, *, allowed: frozenset[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise DefinitionError(path, "expected named fields")
    unknown = [name for name in raw if not isinstance(name, str) or (allowed is not None and name not in allowed)]
    if unknown:
        raise DefinitionError(path, f"unknown field '{unknown[0]}'")
    return raw


def _sequence(raw: object, path: str) -> Sequence[object]:
    if not isinstance(raw, list | tuple):
        raise DefinitionError(path, "expected a list")
    return raw


def _key(raw: object, path: str) -> str:
    if not isinstance(raw, str) or not _KEY.fullmatch(raw):
        raise DefinitionError(path, "expected a key of small letters, digits and '_', a letter first")
    if raw in RESERVED_WORDS:
        raise DefinitionError(path, f"'{raw}' is a word of the conditions and cannot be a key")
    return raw


def _code(raw: object, path: str) -> str:
    # YAML reads an unquoted yes or no as a boolean; naming that fault saves an hour of search.
    if isinstance(raw, bool):
        raise DefinitionError(path, "expected text; put yes and no in quotes")
    code = str(raw) if isinstance(raw, int | str) else ""
    if not _CODE.fullmatch(code):
        raise DefinitionError(path, "expected a code of letters, digits and '_'")
    return code


def _flag(raw: object, path: str) -> bool:
    if not isinstance(raw, bool):
        raise DefinitionError(path, "expected true or false")
    return raw


def _whole_number(raw: object, path: str, *, low: int, high: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
        raise DefinitionError(path, f"expected a whole number from {low} to {high}")
    return raw


def _choice(raw: object, members: type[_Member], path: str) -> _Member:
    try:
        return members(str(raw))
    except ValueError as error:
        known = ", ".join(f"'{member}'" for member in members)
        raise DefinitionError(path, f"expected one of {known}") from error

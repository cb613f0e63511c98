"""Reads a call script from YAML. Every fault is named at once, with its line, its path and a code for its words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import yaml

from outreach.scripts.definition import CLOSING, Answer, Creation, Node, NodeKind, Script, Texts, Writes
from outreach.scripts.effects import Field
from outreach.scripts.problems import Problem
from outreach.scripts.yaml_tree import KEY, Fields, Unreadable, compose, join

WRAPPER = "call_script"
MAX_NODES = 200
MAX_ANSWERS = 20
MAX_LABEL = 100
MAX_VERSION = 100_000

_SCRIPT_KEYS = ("key", "version", "title", "start", "required_on_close", "placeholders", "nodes")
_WRITES_KEYS = ("outcome", "creates", "stage", "do_not_call", "do_not_contact", "fill")
_NODE_KEYS = ("kind", "text", "log", "required", "answers", *_WRITES_KEYS)
_ANSWER_KEYS = ("key", "label", "goto", "required", *_WRITES_KEYS)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_STAGE = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_Code = TypeVar("_Code", bound=StrEnum)


@dataclass(frozen=True)
class Reading:
    """What was found in a text. ``script`` is as good as it could be read; not to be kept while there are ``errors``.

    ``lines``: the line of each path, for faults that are found later.
    """

    script: Script | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    lines: Mapping[str, int]


def read_script(text: str) -> Reading:
    """Read a script: the bare mapping, or one under ``call_script``. Never raises for what ``text`` holds."""
    try:
        root = compose(text)
    except Unreadable as error:
        return Reading(None, (error.problem,), (), {})
    fields = Fields()
    node, ignored = _unwrapped(root)
    if not isinstance(node, yaml.MappingNode):
        fields.wrong("expected_mapping", "", node)
        return Reading(None, tuple(fields.problems), tuple(ignored), {})
    script = _script(fields, node)
    problems = sorted(fields.problems, key=lambda problem: problem.line or 0)
    return Reading(script, tuple(problems), tuple(ignored), fields.lines)


def _unwrapped(root: yaml.Node) -> tuple[yaml.Node, list[Problem]]:
    """The script under its key, and what stands beside it and is not read."""
    if not isinstance(root, yaml.MappingNode):
        return root, []
    inside = [value for key, value in root.value if key.value == WRAPPER]
    if not inside:
        return root, []
    beside = [key for key, _value in root.value if key.value != WRAPPER and isinstance(key, yaml.ScalarNode)]
    return inside[0], [
        Problem("not_read", str(key.value)[:60], key.start_mark.line + 1, {"name": str(key.value)[:60]})
        for key in beside
    ]


def _script(fields: Fields, root: yaml.Node) -> Script:
    found = fields.mapping(root, "", known=_SCRIPT_KEYS)
    _demand(fields, found, "", root, names=("key", "version", "start", "nodes"))
    return Script(
        key=fields.key(found.get("key"), "key") or "",
        version=fields.number(found.get("version"), "version", most=MAX_VERSION) or 1,
        title=_texts(fields, found.get("title"), "title", most=MAX_LABEL),
        start=fields.key(found.get("start"), "start") or "",
        required_on_close=_names(fields, found.get("required_on_close"), "required_on_close", known=(*CLOSING, *Field)),
        placeholders=_placeholders(fields, found.get("placeholders")),
        nodes=_nodes(fields, found.get("nodes")),
    )


def _nodes(fields: Fields, raw: yaml.Node | None) -> tuple[Node, ...]:
    found = fields.mapping(raw, "nodes")
    if len(found) > MAX_NODES:
        fields.wrong("too_many", "nodes", most=MAX_NODES, found=len(found))
    elif not found and raw is not None:
        fields.wrong("no_steps", "nodes")
    return tuple(_node(fields, key, value) for key, value in list(found.items())[:MAX_NODES] if _is_key(fields, key))


def _is_key(fields: Fields, key: str) -> bool:
    if KEY.fullmatch(key):
        return True
    fields.wrong("expected_key", join("nodes", key), found=key[:60])
    return False


def _node(fields: Fields, key: str, raw: yaml.Node) -> Node:
    path = join("nodes", key)
    found = fields.mapping(raw, path, known=_NODE_KEYS)
    _demand(fields, found, path, raw, names=("kind", "text"))
    return Node(
        key=key,
        kind=_kind(fields, found.get("kind"), join(path, "kind")),
        text=_texts(fields, found.get("text"), join(path, "text")),
        log=_codes(fields, found.get("log"), join(path, "log"), Field),
        required=_codes(fields, found.get("required"), join(path, "required"), Field),
        writes=_writes(fields, found, path),
        answers=_answers(fields, found.get("answers"), join(path, "answers")),
    )


def _kind(fields: Fields, raw: yaml.Node | None, path: str) -> NodeKind:
    found = fields.text(raw, path)
    if found in list(NodeKind):
        return NodeKind(str(found))
    if found is not None:
        fields.wrong("unknown_code", path, raw, found=found[:60], known=", ".join(NodeKind))
    return NodeKind.SAY


def _answers(fields: Fields, raw: yaml.Node | None, path: str) -> tuple[Answer, ...]:
    found = list(fields.items(raw, path))
    if len(found) > MAX_ANSWERS:
        fields.wrong("too_many", path, most=MAX_ANSWERS, found=len(found))
    return tuple(_answer(fields, item, place) for place, item in found[:MAX_ANSWERS])


def _answer(fields: Fields, raw: yaml.Node, path: str) -> Answer:
    found = fields.mapping(raw, path, known=_ANSWER_KEYS)
    _demand(fields, found, path, raw, names=("key", "label", "goto"))
    return Answer(
        key=fields.key(found.get("key"), join(path, "key")) or "",
        label=_texts(fields, found.get("label"), join(path, "label"), most=MAX_LABEL),
        goto=fields.key(found.get("goto"), join(path, "goto")) or "",
        required=_codes(fields, found.get("required"), join(path, "required"), Field),
        writes=_writes(fields, found, path),
    )


def _writes(fields: Fields, found: Mapping[str, yaml.Node], path: str) -> Writes:
    return Writes(
        outcome=fields.key(found.get("outcome"), join(path, "outcome")),
        creates=_codes(fields, found.get("creates"), join(path, "creates"), Creation),
        stage=_stage(fields, found.get("stage"), join(path, "stage")),
        do_not_call=fields.flag(found.get("do_not_call"), join(path, "do_not_call")),
        do_not_contact=fields.flag(found.get("do_not_contact"), join(path, "do_not_contact")),
        fill=_fill(fields, found.get("fill"), join(path, "fill")),
    )


def _fill(fields: Fields, raw: yaml.Node | None, path: str) -> dict[Field, str]:
    found: dict[Field, str] = {}
    for name, value in fields.mapping(raw, path, known=list(Field)).items():
        text = fields.text(value, join(path, name))
        if text is not None:
            found[Field(name)] = text
    return found


def _stage(fields: Fields, raw: yaml.Node | None, path: str) -> str | None:
    found = fields.text(raw, path)
    if found is None or _STAGE.fullmatch(found):
        return found
    fields.wrong("expected_key", path, raw, found=found[:60])
    return None


def _texts(fields: Fields, raw: yaml.Node | None, path: str, **limits: int) -> Texts:
    texts: dict[str, str] = {}
    for language, value in fields.mapping(raw, path).items():
        place = join(path, language)
        if not _LANGUAGE.fullmatch(language):
            fields.wrong("expected_language", place, found=language[:60])
            continue
        text = fields.text(value, place, **limits)
        if text is not None:
            texts[language] = text
    return texts


def _codes(fields: Fields, raw: yaml.Node | None, path: str, codes: type[_Code]) -> tuple[_Code, ...]:
    return tuple(codes(name) for name in _names(fields, raw, path, known=tuple(codes)))


def _names(fields: Fields, raw: yaml.Node | None, path: str, *, known: tuple[str, ...]) -> tuple[str, ...]:
    """Names out of a closed list, one or several of them, each once."""
    found: list[str] = []
    for place, item in fields.one_or_more(raw, path):
        text = fields.text(item, place)
        if text is None:
            continue
        if text not in known:
            fields.wrong("unknown_code", place, item, found=text[:60], known=", ".join(known))
        elif text in found:
            fields.wrong("used_twice", place, item, name=text)
        else:
            found.append(text)
    return tuple(found)


def _placeholders(fields: Fields, raw: yaml.Node | None) -> tuple[str, ...]:
    found: list[str] = []
    for place, item in fields.one_or_more(raw, "placeholders"):
        text = fields.text(item, place)
        match = _PLACEHOLDER.fullmatch(text) if text is not None else None
        if match and match.group(1) in found:
            fields.wrong("used_twice", place, item, name=match.group())
        elif match:
            found.append(match.group(1))
        elif text is not None:
            fields.wrong("expected_placeholder", place, item, found=text[:60])
    return tuple(found)


def _demand(
    fields: Fields, found: Mapping[str, yaml.Node], path: str, raw: yaml.Node, *, names: tuple[str, ...]
) -> None:
    if not isinstance(raw, yaml.MappingNode):
        return
    for name in names:
        if name not in found:
            fields.wrong("missing_key", join(path, name), raw, name=name)

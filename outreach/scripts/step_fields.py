"""Steps and answers as the fields of a form, and back: plain values under plain names."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outreach.scripts.definition import LANGUAGES, Answer, Creation, Node, NodeKind, Script, Texts, Writes
from outreach.scripts.editing import free_key
from outreach.scripts.effects import Field
from outreach.scripts.text_checks import wordings
from outreach.scripts.writing import script_to_json

NEW = "new:"
"""Before a kind: an answer leads to a step that is still to be made."""
FILLABLE = tuple(field for field in Field if field is not Field.DATE_TIME)
"""What an answer can fill in by itself; a day and time is agreed during the call."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer as a line of a step's form. ``key`` is empty for a new one; an empty label takes no new one along."""

    key: str
    label: str
    goto: str


def step_values(node: Node) -> dict[str, Any]:
    """What the form of a step shows."""
    return {
        "key": node.key,
        "kind": node.kind.value,
        **{f"text_{language}": node.text.get(language, "") for language in LANGUAGES},
        "log": [field.value for field in node.log],
        "required": [field.value for field in node.required],
        **_writes_values(node.writes),
    }


def answer_values(answer: Answer) -> dict[str, Any]:
    """What the form of an answer shows."""
    return {
        "key": answer.key,
        **{f"text_{language}": answer.label.get(language, "") for language in LANGUAGES},
        "goto": answer.goto,
        "required": [field.value for field in answer.required],
        **_writes_values(answer.writes),
    }


def step_from(given: Mapping[str, Any], before: Node) -> Node:
    """The step that a form describes, without its answers' being touched. ``before`` is what it is made from."""
    return replace(
        before,
        key=given["key"],
        kind=NodeKind(given["kind"]),
        text=_texts(given, before.text),
        log=tuple(Field(each) for each in given["log"]),
        required=tuple(Field(each) for each in given["required"]),
        writes=_writes(given),
    )


def answer_from(given: Mapping[str, Any], before: Answer) -> Answer:
    """The answer that a form describes."""
    return replace(
        before,
        key=given["key"],
        label=_texts(given, before.label),
        goto=given["goto"],
        required=tuple(Field(each) for each in given["required"]),
        writes=_writes(given),
    )


def with_rows(script: Script, node: Node, rows: Sequence[AnswerRow], language: str) -> tuple[Node, tuple[Node, ...]]:
    """``node`` with the answers of ``rows``, and the steps that are made for answers which lead to a new one.

    A label is in ``language``; the other languages of an answer stay.
    """
    made: list[Node] = []
    answers: list[Answer] = []
    for row in rows:
        before = node.answer(row.key) if row.key else None
        if before is None and not row.label:
            continue
        key = before.key if before else free_key(row.label, [each.key for each in answers], otherwise="answer")
        goto, step = destination(script, row.goto, row.label or key, made)
        made += [step] if step else []
        label = _one_text(before.label if before else {}, language, row.label)
        answers.append(replace(before, label=label, goto=goto) if before else Answer(key, label, goto))
    return replace(node, answers=tuple(answers)), tuple(made)


def destination(script: Script, goto: str, label: str, made: Sequence[Node] = ()) -> tuple[str, Node | None]:
    """Where an answer leads: a step there is, or a new one, which is given back too."""
    if not goto.startswith(NEW):
        return goto, None
    key = free_key(label, [each.key for each in (*script.nodes, *made)])
    return key, Node(key, NodeKind(goto.removeprefix(NEW)), {})


def edition_of_step(node: Node) -> int:
    """Tells one state of a step, its answers included, from every other."""
    return _digest(script_to_json(Script("a", 1, node.key, (node,))))


def edition_of_texts(script: Script, language: str) -> int:
    """Tells one state of the texts in a language from every other."""
    return _digest([(each.path, each.texts.get(language, "")) for each in wordings(script)])


def edition_of_settings(script: Script) -> int:
    """Tells one state of the title and settings from every other."""
    return _digest([dict(script.title), script.start, list(script.required_on_close)])


def _writes_values(writes: Writes) -> dict[str, Any]:
    return {
        "outcome": writes.outcome,
        "creates": [each.value for each in writes.creates],
        "stage": writes.stage,
        "do_not_call": writes.do_not_call,
        "do_not_contact": writes.do_not_contact,
        **{f"fill_{field.value}": writes.fill.get(field, "") for field in FILLABLE},
    }


def _writes(given: Mapping[str, Any]) -> Writes:
    filled = {field: given.get(f"fill_{field.value}") or "" for field in FILLABLE}
    return Writes(
        outcome=given["outcome"] or None,
        creates=tuple(Creation(each) for each in given["creates"]),
        stage=given["stage"] or None,
        do_not_call=bool(given["do_not_call"]),
        do_not_contact=bool(given["do_not_contact"]),
        fill={field: value for field, value in filled.items() if value},
    )


def _texts(given: Mapping[str, Any], before: Texts) -> Texts:
    """The texts of the form; those in languages that the form does not know stay."""
    texts = {language: given.get(f"text_{language}") or "" for language in LANGUAGES}
    return {each: text for each, text in {**texts, **_others(before)}.items() if text}


def _others(texts: Texts) -> dict[str, str]:
    return {language: text for language, text in texts.items() if language not in LANGUAGES}


def _one_text(texts: Texts, language: str, text: str) -> Texts:
    written = {**texts, language: text}
    ordered = [*LANGUAGES, *_others(written)]
    return {each: written[each] for each in ordered if written.get(each)}


def _digest(value: object) -> int:
    words = json.dumps(value, sort_keys=False, ensure_ascii=False)
    return int(hashlib.sha256(words.encode()).hexdigest()[:7], 16)

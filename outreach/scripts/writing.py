"""Writes a call script as YAML: block style, in a fixed order, nothing else. ``read_script`` reads it back."""

from collections.abc import Mapping
from typing import Any

import yaml

from outreach.scripts.definition import Answer, Node, Script, Writes
from outreach.scripts.reading import WRAPPER

_NO_FOLDING = 1_000_000


def write_script(script: Script, *, wrapped: bool = False) -> str:
    """``script`` as YAML; ``wrapped``: under the key ``call_script``. The same script gives the same text."""
    document = script_to_json(script)
    return str(
        yaml.safe_dump(
            {WRAPPER: document} if wrapped else document,
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=False,
            width=_NO_FOLDING,
        )
    )


def script_to_json(script: Script) -> dict[str, Any]:
    """The script as plain values in the shape of the file. What is empty is left out."""
    document = {
        "key": script.key,
        "version": script.version,
        "title": dict(script.title),
        "start": script.start,
        "required_on_close": [str(each) for each in script.required_on_close],
        "placeholders": [f"{{{name}}}" for name in script.placeholders],
        "nodes": {node.key: _node(node) for node in script.nodes},
    }
    return _without_empty(document)


def _node(node: Node) -> dict[str, Any]:
    document = {
        "kind": node.kind.value,
        "text": dict(node.text),
        "log": [field.value for field in node.log],
        "required": [field.value for field in node.required],
        **_writes(node.writes),
        "answers": [_answer(answer) for answer in node.answers],
    }
    return _without_empty(document, keep=("text",))


def _answer(answer: Answer) -> dict[str, Any]:
    document = {
        "key": answer.key,
        "label": dict(answer.label),
        "goto": answer.goto,
        "required": [field.value for field in answer.required],
        **_writes(answer.writes),
    }
    return _without_empty(document, keep=("label",))


def _writes(writes: Writes) -> dict[str, Any]:
    created = [each.value for each in writes.creates]
    return {
        "outcome": writes.outcome,
        "creates": created[0] if len(created) == 1 else created,
        "stage": writes.stage,
        "do_not_call": writes.do_not_call,
        "do_not_contact": writes.do_not_contact,
        "fill": {field.value: value for field, value in writes.fill.items()},
    }


def _without_empty(document: Mapping[str, Any], *, keep: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value or name in keep}

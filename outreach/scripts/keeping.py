"""Keeps a call that is not finished: to plain values and back, bound to the version of its script."""

from collections.abc import Mapping
from typing import Any

from outreach.scripts.definition import Script
from outreach.scripts.problems import WalkError
from outreach.scripts.walking import Noted, Walk, answer, begin, note_down


def walk_to_json(walk: Walk) -> dict[str, Any]:
    """``walk`` as plain values. It holds what was noted, so it is personal data."""
    return {
        "script": walk.script.key,
        "version": walk.script.version,
        "steps": [
            {"node": step.node, "answer": step.answer, "fields": _plain(step.fields), "note": step.note}
            for step in walk.steps
        ],
        "here": {"node": walk.here, "fields": _plain(walk.fields), "note": walk.note},
    }


def script_of(document: object) -> tuple[str, int]:
    """Key and version of the script that a kept walk belongs to. Raises WalkError for what is no walk."""
    fields = _mapping(document)
    key, version = fields.get("script"), fields.get("version")
    if not isinstance(key, str) or not isinstance(version, int) or isinstance(version, bool):
        raise WalkError("damaged_walk")
    return key, version


def walk_from_json(script: Script, document: object) -> Walk:
    """The walk that was kept. It is walked again, so that it holds only what ``script`` allows.

    Raises WalkError when it belongs to another script or version, is damaged, or does not fit.
    """
    key, version = script_of(document)
    if (key, version) != (script.key, script.version):
        raise WalkError("other_script", found=f"{key} {version}", wanted=f"{script.key} {script.version}")
    fields = _mapping(document)
    steps = fields.get("steps")
    if not isinstance(steps, list):
        raise WalkError("damaged_walk")
    walk = begin(script)
    for step in steps:
        walk = _repeated(walk, _mapping(step))
    here = _mapping(fields.get("here"))
    _check_place(walk, here)
    return note_down(walk, _fields(here), note=_text(here.get("note")))


def _repeated(walk: Walk, step: Mapping[str, Any]) -> Walk:
    _check_place(walk, step)
    return answer(walk, _text(step.get("answer")), _fields(step), note=_text(step.get("note")))


def _check_place(walk: Walk, step: Mapping[str, Any]) -> None:
    node = _text(step.get("node"))
    if node != walk.here:
        raise WalkError("does_not_fit", found=node[:60], wanted=walk.here)


def _fields(step: Mapping[str, Any]) -> dict[str, str]:
    return {_text(name): _text(value) for name, value in _mapping(step.get("fields")).items()}


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise WalkError("damaged_walk")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WalkError("damaged_walk")
    return value


def _plain(fields: Noted) -> dict[str, str]:
    return {name.value: value for name, value in fields.items()}

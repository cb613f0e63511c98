"""Changes to a script that is being written: each gives a new script, and none of them minds faults.

What is wrong with the outcome is said by ``checking``.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from crm.folding import fold
from outreach.scripts.definition import KNOWN_PLACEHOLDERS, Answer, Node, NodeKind, Script
from outreach.scripts.text_checks import PLACEHOLDER, wordings

T = TypeVar("T")
_LONGEST_KEY = 40
_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")


def blank_script(key: str, title: Mapping[str, str]) -> Script:
    """A script with one step to begin with and one end."""
    begin = Node("begin", NodeKind.SAY, {}, answers=(Answer("next", {}, "end"),))
    return Script(key, 1, begin.key, (begin, Node("end", NodeKind.END, {})), title, ("outcome", "next_step"))


def free_key(wanted: str, taken: Collection[str], *, otherwise: str = "step") -> str:
    """A key made from a text that is not taken: "Do you have time?" gives ``do_you_have_time``, then ``…_2``."""
    stem = _NOT_IN_KEYS.sub("_", fold(wanted)).strip("_")[:_LONGEST_KEY].strip("_")
    stem = stem if stem[:1].isalpha() else f"{otherwise}_{stem}".strip("_")
    return next(each for each in _numbered(stem) if each not in taken)


def with_placeholders(script: Script) -> Script:
    """The script with the placeholders that its texts use declared, as far as the call mode can fill them."""
    used = [name for each in wordings(script) for text in each.texts.values() for name in PLACEHOLDER.findall(text)]
    found = [name for name in dict.fromkeys(used) if name in KNOWN_PLACEHOLDERS and name not in script.placeholders]
    return replace(script, placeholders=(*script.placeholders, *found))


def add_step(script: Script, node: Node, *, after: str | None = None) -> Script:
    """The script with another step, behind ``after`` or at the end. The first step of all is where a call begins."""
    nodes = list(script.nodes)
    keys = [each.key for each in nodes]
    nodes.insert(keys.index(after) + 1 if after in keys else len(nodes), node)
    return replace(script, nodes=tuple(nodes), start=script.start if keys else node.key)


def change_step(script: Script, key: str, node: Node) -> Script:
    """The script with ``node`` in place of the step ``key``. A new key is followed wherever the old one stood."""
    nodes = tuple(node if each.key == key else each for each in script.nodes)
    if node.key == key:
        return replace(script, nodes=nodes)
    led = tuple(replace(each, answers=tuple(_led(answer, key, node.key) for answer in each.answers)) for each in nodes)
    return replace(script, nodes=led, start=node.key if script.start == key else script.start)


def move_step(script: Script, key: str, by: int) -> Script:
    """The script with a step further up (-1) or down (1) in the order of the steps. The ends of it are its limits."""
    return replace(script, nodes=moved(script.nodes, [each.key for each in script.nodes].index(key), by))


def remove_step(script: Script, key: str) -> Script:
    """The script without a step. Answers that led there lead nowhere, which the check names."""
    return replace(script, nodes=tuple(each for each in script.nodes if each.key != key))


def with_texts(script: Script, language: str, texts: Mapping[str, str]) -> Script:
    """The script with its texts in one language, by their paths (``wordings``). An empty text is taken out."""
    nodes = tuple(
        replace(
            node,
            text=_said(node.text, language, texts.get(f"nodes.{node.key}.text")),
            answers=tuple(
                replace(answer, label=_said(answer.label, language, texts.get(f"nodes.{node.key}.answers[{n}].label")))
                for n, answer in enumerate(node.answers)
            ),
        )
        for node in script.nodes
    )
    return replace(script, nodes=nodes, title=_said(script.title, language, texts.get("title")))


def moved(items: Sequence[T], place: int, by: int) -> tuple[T, ...]:
    """``items`` with one of them moved; it stops at the ends."""
    rest = list(items)
    item = rest.pop(place)
    rest.insert(min(max(place + by, 0), len(rest)), item)
    return tuple(rest)


def leading_to(script: Script, key: str) -> tuple[str, ...]:
    """The steps with an answer that leads to ``key``, in their order."""
    return tuple(node.key for node in script.nodes if any(answer.goto == key for answer in node.answers))


def _led(answer: Answer, old: str, new: str) -> Answer:
    return replace(answer, goto=new) if answer.goto == old else answer


def _said(texts: Mapping[str, str], language: str, text: str | None) -> Mapping[str, str]:
    """Texts with one language written anew, in the order in which they stood; None leaves them as they are."""
    if text is None:
        return texts
    written = {**texts, language: text}
    return {each: value for each, value in written.items() if value.strip()}


def _numbered(stem: str) -> Iterable[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}_{number}"
        number += 1

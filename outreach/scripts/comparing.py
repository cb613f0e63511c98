"""What is different between two versions of a script, place by place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from outreach.scripts.definition import Answer, Node, Script, Texts, Writes


class ChangeKind(StrEnum):
    """What has become of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Part(StrEnum):
    """What of a script, a step or an answer differs."""

    STEP = "step"
    ANSWER = "answer"
    TITLE = "title"
    TEXT = "text"
    KIND = "kind"
    START = "start"
    GOTO = "goto"
    NOTED = "noted"
    REQUIRED = "required"
    WRITES = "writes"
    ORDER = "order"
    PLACEHOLDERS = "placeholders"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``step`` and ``answer`` say where; ``language`` for a text; ``before`` and ``after`` are texts,
    codes separated by commas, or what is written.
    """

    kind: ChangeKind
    part: Part
    step: str = ""
    answer: str = ""
    language: str = ""
    before: str | Writes = ""
    after: str | Writes = ""


def compare(before: Script, after: Script) -> tuple[Change, ...]:
    """Every difference, in the order of the newer script; steps that are gone at the end. None for equal scripts
    (their version numbers do not count)."""
    return tuple(_script(before, after))


def _script(before: Script, after: Script) -> Iterator[Change]:
    yield from _texts(before.title, after.title, Part.TITLE)
    yield from _plain(Part.START, before.start, after.start)
    yield from _plain(Part.REQUIRED, _listed(before.required_on_close), _listed(after.required_on_close))
    yield from _plain(Part.PLACEHOLDERS, _listed(before.placeholders), _listed(after.placeholders))
    old = {node.key: node for node in before.nodes}
    new = {node.key: node for node in after.nodes}
    for key, node in new.items():
        if key in old:
            yield from _step(old[key], node)
        else:
            yield Change(ChangeKind.ADDED, Part.STEP, key, after=_any(node.text))
    for key, node in old.items():
        if key not in new:
            yield Change(ChangeKind.REMOVED, Part.STEP, key, before=_any(node.text))
    yield from _order([key for key in old if key in new], [key for key in new if key in old])


def _step(before: Node, after: Node) -> Iterator[Change]:
    key = after.key
    yield from _plain(Part.KIND, before.kind.value, after.kind.value, step=key)
    yield from _texts(before.text, after.text, Part.TEXT, step=key)
    yield from _plain(Part.NOTED, _listed(before.log), _listed(after.log), step=key)
    yield from _plain(Part.REQUIRED, _listed(before.required), _listed(after.required), step=key)
    yield from _written(before.writes, after.writes, step=key)
    old = {answer.key: answer for answer in before.answers}
    new = {answer.key: answer for answer in after.answers}
    for name, answer in new.items():
        if name in old:
            yield from _answer(old[name], answer, key)
        else:
            yield Change(ChangeKind.ADDED, Part.ANSWER, key, name, after=_any(answer.label))
    for name, answer in old.items():
        if name not in new:
            yield Change(ChangeKind.REMOVED, Part.ANSWER, key, name, before=_any(answer.label))
    yield from _order([name for name in old if name in new], [name for name in new if name in old], step=key)


def _answer(before: Answer, after: Answer, step: str) -> Iterator[Change]:
    where = {"step": step, "answer": after.key}
    yield from _texts(before.label, after.label, Part.TEXT, **where)
    yield from _plain(Part.GOTO, before.goto, after.goto, **where)
    yield from _plain(Part.REQUIRED, _listed(before.required), _listed(after.required), **where)
    yield from _written(before.writes, after.writes, **where)


def _texts(before: Texts, after: Texts, part: Part, **where: str) -> Iterator[Change]:
    for language in dict.fromkeys([*before, *after]):
        old, new = before.get(language, ""), after.get(language, "")
        if old != new:
            yield Change(_kind(old, new), part, language=language, before=old, after=new, **where)


def _plain(part: Part, before: str, after: str, **where: str) -> Iterator[Change]:
    if before != after:
        yield Change(_kind(before, after), part, before=before, after=after, **where)


def _written(before: Writes, after: Writes, **where: str) -> Iterator[Change]:
    if before != after:
        yield Change(ChangeKind.CHANGED, Part.WRITES, before=before, after=after, **where)


def _order(before: Sequence[str], after: Sequence[str], **where: str) -> Iterator[Change]:
    if before != after:
        yield Change(ChangeKind.CHANGED, Part.ORDER, before=", ".join(before), after=", ".join(after), **where)


def _kind(before: str, after: str) -> ChangeKind:
    if not before:
        return ChangeKind.ADDED
    return ChangeKind.CHANGED if after else ChangeKind.REMOVED


def _listed(values: Sequence[str]) -> str:
    return ", ".join(str(each) for each in values)


def _any(texts: Mapping[str, str]) -> str:
    return next(iter(texts.values()), "")

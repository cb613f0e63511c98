"""Safe reading of YAML with the line of everything: nothing is constructed, aliases and endless nesting are refused.

``Fields`` takes values out of the tree and collects every fault instead of stopping at the first.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from outreach.scripts.problems import Problem

MAX_CHARACTERS = 200_000
MAX_DEPTH = 12
MAX_TEXT = 2000
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")

_TAG = "tag:yaml.org,2002:"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class Unreadable(Exception):
    """The text is no YAML, or YAML that we do not read. ``problem`` says where."""

    def __init__(self, code: str, line: int | None = None, **values: str | int) -> None:
        super().__init__(code)
        self.problem = Problem(code, line=line, values=values)


class _Loader(yaml.SafeLoader):
    """Composes plain nodes. An alias can make a small file huge, so there are none."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # not in the stubs of PyYAML
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Unreadable("alias", line)
        if self.depth >= MAX_DEPTH:
            raise Unreadable("too_deep", line, most=MAX_DEPTH)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def compose(text: str) -> yaml.Node:
    """The tree of ``text``. Raises Unreadable."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("too_large", most=MAX_CHARACTERS)
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1 if isinstance(error.position, int) else None
        raise Unreadable("control_character", line) from error
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable("yaml_syntax", mark.line + 1 if mark else None, found=str(error.problem)) from error
    except (ValueError, OverflowError) as error:  # An escape beyond Unicode, or a number without end after %YAML.
        raise Unreadable("control_character", loader.line + 1) from error
    if node is None:
        raise Unreadable("empty_file")
    return node


@dataclass(slots=True)
class Fields:
    """Takes values out of a tree. What is wrong lands in ``problems``; ``lines`` says where each path stands."""

    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def wrong(self, code: str, path: str, node: yaml.Node | None = None, **values: str | int) -> None:
        """Write a fault down."""
        line = node.start_mark.line + 1 if node else self.lines.get(path)
        self.problems.append(Problem(code, path, line, values))

    def mapping(
        self, node: yaml.Node | None, path: str, *, known: Collection[str] | None = None
    ) -> dict[str, yaml.Node]:
        """The entries of a mapping; with ``known``, other keys are faults."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.wrong("expected_mapping", path, node)
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._name(key, path)
            if name is None:
                continue
            if name in found:
                self.wrong("used_twice", join(path, name), key, name=name)
            elif known is not None and name not in known:
                self.wrong("unknown_key", join(path, name), key, name=name)
            else:
                found[name] = value
                self.lines[join(path, name)] = key.start_mark.line + 1
        return found

    def _name(self, key: yaml.Node, path: str) -> str | None:
        if isinstance(key, yaml.ScalarNode) and key.tag in (f"{_TAG}str", f"{_TAG}int"):
            return str(key.value)
        is_word = isinstance(key, yaml.ScalarNode) and key.tag == f"{_TAG}bool"
        self.wrong("quote_word" if is_word else "expected_name", path, key, **({"word": key.value} if is_word else {}))
        return None

    def items(self, node: yaml.Node | None, path: str) -> Iterator[tuple[str, yaml.Node]]:
        """The items of a list with their paths."""
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self.wrong("expected_list", path, node)
            return
        for number, item in enumerate(node.value):
            place = f"{path}[{number}]"
            self.lines[place] = item.start_mark.line + 1
            yield place, item

    def one_or_more(self, node: yaml.Node | None, path: str) -> Iterator[tuple[str, yaml.Node]]:
        """A single value, or the items of a list."""
        if isinstance(node, yaml.ScalarNode):
            yield path, node
        else:
            yield from self.items(node, path)

    def text(self, node: yaml.Node | None, path: str, *, most: int = MAX_TEXT) -> str | None:
        """A text, or None for what is none."""
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}str":
            self._no_text(node, path)
            return None
        if len(node.value) > most:
            self.wrong("too_long", path, node, most=most)
            return None
        if _CONTROL.search(node.value):
            self.wrong("control_character", path, node)
            return None
        return str(node.value)

    def _no_text(self, node: yaml.Node, path: str) -> None:
        # YAML reads an unquoted yes or no as a truth value; naming that fault saves an hour of search.
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}bool":
            self.wrong("quote_word", path, node, word=str(node.value))
        else:
            self.wrong("expected_text", path, node)

    def key(self, node: yaml.Node | None, path: str) -> str | None:
        """A key of small letters, digits and '_'."""
        found = self.text(node, path)
        if found is None or KEY.fullmatch(found):
            return found
        self.wrong("expected_key", path, node, found=found[:60])
        return None

    def number(self, node: yaml.Node | None, path: str, *, most: int) -> int | None:
        """A whole number from 1 to ``most``."""
        if node is None:
            return None
        plain = isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}int" and re.fullmatch(r"\d{1,9}", node.value)
        if plain and 1 <= int(node.value) <= most:
            return int(node.value)
        self.wrong("expected_number", path, node, most=most)
        return None

    def flag(self, node: yaml.Node | None, path: str) -> bool:
        """True or false; false where nothing is said."""
        if node is None:
            return False
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}bool":
            return str(node.value).lower() in ("true", "yes", "on")
        self.wrong("expected_flag", path, node)
        return False


def join(path: str, name: str) -> str:
    """The path of an entry."""
    return f"{path}.{name}" if path else name

"""Conditions that decide whether a question is asked: a tiny language, read into a tree and never executed.

Grammar (``not`` binds tighter than ``and``, ``and`` tighter than ``or``)::

    condition  = conjunction ("or" conjunction)*
    conjunction = term ("and" term)*
    term       = "not" term | "(" condition ")" | comparison
    comparison = KEY "in" "[" VALUE ("," VALUE)* "]" | KEY "==" VALUE | KEY "!=" VALUE

A question that was skipped, hidden or not answered yet equals nothing, so ``==`` and ``in`` are false for
it and ``!=`` is true. For a question with several answers a comparison holds when any of the chosen answers
matches.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_LENGTH = 500
MAX_DEPTH = 20
RESERVED_WORDS = frozenset({"and", "or", "not", "in"})

_TOKEN = re.compile(r"\s*(?:(==|!=|[\[\](),])|([A-Za-z0-9_]+))")

Chosen = Mapping[str, frozenset[str]]


class ConditionError(ValueError):
    """The condition cannot be read, or names something that does not exist. The text says where."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The answer to ``key`` is one of ``values``."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of ``term``."""

    term: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of ``terms`` holds."""

    terms: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of ``terms`` holds."""

    terms: tuple["Condition", ...]


Condition = OneOf | Not | AllOf | AnyOf


def parse_condition(text: str) -> Condition:
    """Read ``text`` into a tree. Raises ConditionError with the place of the fault."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"the condition is longer than {MAX_LENGTH} characters")
    parser = _Parser(_tokens(text))
    condition = parser.condition(depth=0)
    parser.expect_end()
    return condition


def evaluate(condition: Condition, chosen: Chosen) -> bool:
    """Whether ``condition`` holds. ``chosen`` maps question keys to the codes that were chosen."""
    match condition:
        case OneOf(key, values):
            return not chosen.get(key, frozenset()).isdisjoint(values)
        case Not(term):
            return not evaluate(term, chosen)
        case AllOf(terms):
            return all(evaluate(term, chosen) for term in terms)
        case AnyOf(terms):
            return any(evaluate(term, chosen) for term in terms)


def comparisons(condition: Condition) -> Iterator[OneOf]:
    """Every comparison in ``condition``, from left to right."""
    match condition:
        case OneOf():
            yield condition
        case Not(term):
            yield from comparisons(term)
        case AllOf(terms) | AnyOf(terms):
            for term in terms:
                yield from comparisons(term)


def referenced_keys(condition: Condition) -> frozenset[str]:
    """The keys of the questions that ``condition`` looks at."""
    return frozenset(comparison.key for comparison in comparisons(condition))


def check_references(condition: Condition, earlier: Mapping[str, frozenset[str]]) -> None:
    """Raise ConditionError unless every comparison names an earlier question and options that it has.

    ``earlier`` maps the keys of the questions asked before this one to their option codes (empty for free
    text).
    """
    for comparison in comparisons(condition):
        if comparison.key not in earlier:
            raise ConditionError(f"'{comparison.key}' is not a question that comes before this one")
        unknown = [value for value in comparison.values if value not in earlier[comparison.key]]
        if unknown:
            raise ConditionError(f"'{comparison.key}' has no answer '{unknown[0]}'")


def format_condition(condition: Condition) -> str:
    """Write ``condition`` as text that reads back to the same tree."""
    match condition:
        case OneOf(key, (value,)):
            return f"{key} == {value}"
        case OneOf(key, values):
            return f"{key} in [{', '.join(values)}]"
        case Not(OneOf(key, (value,))):
            return f"{key} != {value}"
        case Not(term):
            return f"not {_wrapped(term)}"
        case AllOf(terms):
            return " and ".join(_wrapped(term) for term in terms)
        case AnyOf(terms):
            return " or ".join(_wrapped(term) for term in terms)


def _wrapped(term: Condition) -> str:
    text = format_condition(term)
    return f"({text})" if isinstance(term, AllOf | AnyOf) else text


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise ConditionError(f"unexpected character at position {position + 1}")
        found.append(match.group(1) or match.group(2))
        position = match.end()
    return found


class _Parser:
    """Reads one list of tokens by recursive descent.

    The depth is bounded, so hostile input cannot exhaust the stack.
    """

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._position = 0

    def condition(self, *, depth: int) -> Condition:
        terms = [self._conjunction(depth=depth)]
        while self._take_if("or"):
            terms.append(self._conjunction(depth=depth))
        return terms[0] if len(terms) == 1 else AnyOf(tuple(terms))

    def expect_end(self) -> None:
        if self._position < len(self._tokens):
            raise ConditionError(f"unexpected '{self._tokens[self._position]}'")

    def _conjunction(self, *, depth: int) -> Condition:
        terms = [self._term(depth=depth)]
        while self._take_if("and"):
            terms.append(self._term(depth=depth))
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    def _term(self, *, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise ConditionError(f"more than {MAX_DEPTH} levels of parentheses or 'not'")
        if self._take_if("not"):
            return Not(self._term(depth=depth + 1))
        if self._take_if("("):
            inner = self.condition(depth=depth + 1)
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        key = self._word("the key of a question")
        if key in RESERVED_WORDS:
            raise ConditionError(f"expected the key of a question, found '{key}'")
        operator = self._next("'in', '==' or '!='")
        if operator == "==":
            return OneOf(key, (self._word("an answer"),))
        if operator == "!=":
            return Not(OneOf(key, (self._word("an answer"),)))
        if operator == "in":
            return OneOf(key, self._value_list())
        raise ConditionError(f"expected 'in', '==' or '!=' after '{key}', found '{operator}'")

    def _value_list(self) -> tuple[str, ...]:
        self._expect("[")
        values = [self._word("an answer")]
        while self._take_if(","):
            values.append(self._word("an answer"))
        self._expect("]")
        return tuple(dict.fromkeys(values))

    def _word(self, wanted: str) -> str:
        token = self._next(wanted)
        if not (token[0].isalnum() or token[0] == "_"):
            raise ConditionError(f"expected {wanted}, found '{token}'")
        return token

    def _next(self, wanted: str) -> str:
        if self._position >= len(self._tokens):
            raise ConditionError(f"expected {wanted}, but the condition ends")
        self._position += 1
        return self._tokens[self._position - 1]

    def _expect(self, token: str) -> None:
        found = self._next(f"'{token}'")
        if found != token:
            raise ConditionError(f"expected '{token}', found '{found}'")

    def _take_if(self, token: str) -> bool:
        if self._position < len(self._tokens) and self._tokens[self._position] == token:
            self._position += 1
            return True
        return False

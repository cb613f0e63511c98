"""Whether a script makes sense: what the editor and the command line both show before it is put to use.

Errors keep a caller from reaching an end, or the call from being saved. Warnings are for whoever writes the script.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from outreach.scripts.definition import Script
from outreach.scripts.graph import Graph, graph_of, loops, reachable, turned
from outreach.scripts.problems import Problem
from outreach.scripts.reading import read_script
from outreach.scripts.text_checks import missing_translations, text_errors, text_warnings
from outreach.scripts.writes_checks import outcome_errors, stage_warnings, writes_errors

MOST_LOOPS = 100


@dataclass(frozen=True)
class CheckResult:
    """What was found. ``steps`` counts all steps; ``dead_ends`` are steps from which an answer, or none, leads on.

    ``loops`` are named by their steps in order, each loop once; ``missing_translations`` by language and place
    (``greet`` or ``greet.yes``).
    """

    steps: int
    unreachable: tuple[str, ...]
    dead_ends: tuple[str, ...]
    loops: tuple[tuple[str, ...], ...]
    missing_translations: Mapping[str, tuple[str, ...]]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the script may be put to use."""
        return not self.errors

    def to_json(self, sentence: Any = None) -> dict[str, Any]:
        """Plain values; ``sentence`` puts each fault into words as well."""
        return {
            "steps": self.steps,
            "unreachable": list(self.unreachable),
            "dead_ends": list(self.dead_ends),
            "loops": [list(loop) for loop in self.loops],
            "missing_translations": {language: list(each) for language, each in self.missing_translations.items()},
            "errors": [each.to_json(sentence) for each in self.errors],
            "warnings": [each.to_json(sentence) for each in self.warnings],
        }


def check_text(text: str, *, stages: Collection[str] | None = None) -> CheckResult:
    """Read ``text`` and check what it says, everything at once. What could not be read is not complained of twice."""
    reading = read_script(text)
    if reading.script is None or not reading.script.nodes:
        return CheckResult(0, (), (), (), {}, reading.errors, reading.warnings)
    result = check(reading.script, lines=reading.lines, stages=stages)
    known = [each.path for each in reading.errors]
    errors = [each for each in result.errors if not any(_is_about(each.path, path) for path in known)]
    return replace(
        result,
        errors=_in_order((*reading.errors, *errors)),
        warnings=_in_order((*reading.warnings, *result.warnings)),
    )


def check(
    script: Script, *, lines: Mapping[str, int] | None = None, stages: Collection[str] | None = None
) -> CheckResult:
    """Check ``script``. ``lines`` says where each path stands in its file; ``stages`` are the codes that are in use."""
    graph = graph_of(script)
    found = tuple(loops(graph, most=MOST_LOOPS))
    ways_out = reachable(turned(graph), [node.key for node in script.nodes if node.is_end])
    reached = reachable(graph, [script.start])
    unreachable = tuple(key for key in graph if key not in reached)
    errors = [
        *_key_errors(script),
        *_step_errors(script, graph),
        *(_of_step("unreachable", key) for key in unreachable if script.start in graph),
        *(_of_loop("loop_without_end", loop) for loop in found if loop[0] not in ways_out),
        *writes_errors(script),
        *outcome_errors(script, graph),
        *text_errors(script),
    ]
    warnings = [
        *(_of_loop("loop", loop) for loop in found if loop[0] in ways_out),
        *([Problem("more_loops", "nodes", values={"most": MOST_LOOPS})] if len(found) == MOST_LOOPS else []),
        *stage_warnings(script, stages),
        *text_warnings(script),
    ]
    return CheckResult(
        steps=len(script.nodes),
        unreachable=unreachable,
        dead_ends=tuple(_dead_ends(script, graph)),
        loops=found,
        missing_translations=missing_translations(script),
        errors=_in_order(_with_lines(errors, lines or {})),
        warnings=_in_order(_with_lines(warnings, lines or {})),
    )


def _dead_ends(script: Script, graph: Graph) -> Iterator[str]:
    for node in script.nodes:
        if not node.is_end and (not node.answers or any(answer.goto not in graph for answer in node.answers)):
            yield node.key


def _key_errors(script: Script) -> Iterator[Problem]:
    """Keys that stand twice, and a beginning or an end that is missing."""
    keys = [node.key for node in script.nodes]
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        yield _of_step("repeated_step", key)
    if script.start not in keys:
        yield Problem("no_start", "start", values={"found": script.start})
    if not any(node.is_end for node in script.nodes):
        yield Problem("no_end", "nodes")
    for node in script.nodes:
        seen: set[str] = set()
        for number, answer in enumerate(node.answers):
            if answer.key in seen:
                values = {"node": node.key, "answer": answer.key}
                yield Problem("repeated_answer", f"nodes.{node.key}.answers[{number}].key", values=values)
            seen.add(answer.key)


def _step_errors(script: Script, graph: Graph) -> Iterator[Problem]:
    for node in script.nodes:
        if node.is_end and node.answers:
            yield Problem("end_with_answers", f"nodes.{node.key}.answers", values={"node": node.key})
        if not node.is_end and not node.answers:
            yield _of_step("dead_end", node.key)
        for number, answer in enumerate(node.answers):
            if answer.goto not in graph:
                values = {"node": node.key, "answer": answer.key, "goto": answer.goto}
                yield Problem("leads_nowhere", f"nodes.{node.key}.answers[{number}].goto", values=values)


def _of_step(code: str, key: str) -> Problem:
    return Problem(code, f"nodes.{key}", values={"node": key})


def _of_loop(code: str, loop: tuple[str, ...]) -> Problem:
    return Problem(code, f"nodes.{loop[0]}", values={"loop": " → ".join((*loop, loop[0]))})


def _with_lines(problems: Iterable[Problem], lines: Mapping[str, int]) -> Iterator[Problem]:
    return (replace(each, line=_line_of(each.path, lines)) for each in problems)


def _line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of ``path``, or of the nearest thing around it that stands in the file."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda each: each.line or 0))


def _is_about(path: str, other: str) -> bool:
    """Whether one of two places lies within the other."""
    shorter, longer = sorted((path, other), key=len)
    return longer == shorter or (bool(shorter) and longer.startswith((f"{shorter}.", f"{shorter}[")))

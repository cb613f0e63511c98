"""Whether what a script writes can be written: known outcomes and values, noted fields, an outcome on every way."""

from collections.abc import Collection, Iterator

from crm.glossary import picklists
from outreach.scripts.definition import FIELD_CHOICES, OUTCOME, Answer, Node, Script, Writes
from outreach.scripts.effects import Field
from outreach.scripts.graph import Graph, shortest_way
from outreach.scripts.problems import Problem

OUTCOMES = "contact_outcome"
"""The picklist that outcomes come from."""


def places(script: Script) -> Iterator[tuple[str, Writes]]:
    """Everything that writes, with its path: each step, then its answers."""
    for node in script.nodes:
        yield f"nodes.{node.key}", node.writes
        for number, answer in enumerate(node.answers):
            yield f"nodes.{node.key}.answers[{number}]", answer.writes


def writes_errors(script: Script) -> Iterator[Problem]:
    """Outcomes and values that do not exist, and required fields that cannot be filled where they are required."""
    known = picklists.codes(OUTCOMES)
    for path, writes in places(script):
        if writes.outcome is not None and writes.outcome not in known:
            yield Problem("unknown_outcome", f"{path}.outcome", values={"found": writes.outcome})
        yield from _fill_errors(path, writes)
    for node in script.nodes:
        yield from _required_errors(f"nodes.{node.key}", node.required, node)
        for number, answer in enumerate(node.answers):
            yield from _required_errors(f"nodes.{node.key}.answers[{number}]", answer.required, node)


def _fill_errors(path: str, writes: Writes) -> Iterator[Problem]:
    for field, value in writes.fill.items():
        choices = FIELD_CHOICES.get(field)
        if field is Field.DATE_TIME:
            yield Problem("fixed_time", f"{path}.fill.{field}", values={"field": field.value})
        elif choices and value not in choices:
            values = {"found": value[:60], "known": ", ".join(choices), "field": field.value}
            yield Problem("unknown_value", f"{path}.fill.{field}", values=values)


def _required_errors(path: str, required: Collection[Field], node: Node) -> Iterator[Problem]:
    for field in required:
        if field not in node.log:
            values = {"field": field.value, "node": node.key}
            yield Problem("required_not_noted", f"{path}.required", values=values)


def stage_warnings(script: Script, stages: Collection[str] | None) -> Iterator[Problem]:
    """Stages that are not in use. Nothing when nobody says which are."""
    for path, writes in places(script):
        if stages is not None and writes.stage is not None and writes.stage not in stages:
            yield Problem("unknown_stage", f"{path}.stage", values={"found": writes.stage})


def outcome_errors(script: Script, graph: Graph) -> Iterator[Problem]:
    """Ends that can be come to without any outcome, each with the shortest such way (requirement S2-8)."""
    if OUTCOME not in script.required_on_close or script.start not in graph:
        return
    silent = _silent_ways(script, graph)
    for node in script.nodes:
        if not node.is_end or node.writes.outcome:
            continue
        way = shortest_way(silent, script.start, [node.key])
        if way is not None:
            yield Problem("no_outcome", f"nodes.{node.key}", values={"node": node.key, "way": " → ".join(way)})


def _silent_ways(script: Script, graph: Graph) -> Graph:
    """The ways from step to step on which no outcome is set."""
    return {
        node.key: [answer.goto for answer in node.answers if not _says_outcome(node, answer) and answer.goto in graph]
        for node in script.nodes
        if not node.is_end
    } | {node.key: [] for node in script.nodes if node.is_end}


def _says_outcome(node: Node, answer: Answer) -> bool:
    return bool(node.writes.outcome or answer.writes.outcome)

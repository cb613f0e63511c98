"""What was answered at each step of a script, counted from the way that calls took through it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.db import current_session
from outreach.calling.models import Call
from outreach.lists.models import CallEntry, CallList
from outreach.scripts.definition import Script, in_language
from outreach.scripts.models import CallScriptVersion
from outreach.scripts.published import script_of

MOST_CALLS = 5000
"""The newest calls of a list, so many at most."""
_LONGEST = 90


@dataclass(frozen=True)
class StepCount:
    """A step of a version: what it says, and how often each of its answers was given, in the script's order."""

    version: int
    key: str
    text: str
    answers: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """How often the step was answered."""
        return sum(count for _label, count in self.answers)


def answers_in(actor: Actor, call_list: CallList) -> list[StepCount]:
    """The answers of every step that was answered, by version, the newest version first."""
    statement = (
        select(CallScriptVersion.id, CallScriptVersion.number, Call.walk)
        .join(CallScriptVersion, CallScriptVersion.id == Call.script_version_id)
        .join(CallEntry, CallEntry.id == Call.entry_id)
        .where(CallEntry.list_id == call_list.id, Call.ended_at.is_not(None))
        .order_by(Call.ended_at.desc())
        .limit(MOST_CALLS)
    )
    # Ways through a script say nothing of who was called.
    rows = current_session().execute(scoped(statement, condition(CallEntry, actor))).all()
    versions = {version_id: number or 0 for version_id, number, _walk in rows}
    given: Counter[tuple[int, str, str]] = Counter()
    for version_id, _number, walk in rows:
        given.update((version_id, node, answer) for node, answer in _answered(walk))
    newest_first = sorted(versions.items(), key=lambda pair: -pair[1])
    return [
        step
        for version_id, number in newest_first
        for step in _steps(script_of(version_id), version_id, number, given, actor.language)
    ]


def _answered(walk: dict[str, Any]) -> list[tuple[str, str]]:
    steps = walk.get("steps", [])
    return [(str(each.get("node")), str(each.get("answer"))) for each in steps if isinstance(each, dict)]


def _steps(
    script: Script, version_id: int, number: int, given: Counter[tuple[int, str, str]], language: str
) -> list[StepCount]:
    found = []
    for node in script.nodes:
        counted = [
            (in_language(answer.label, language), given[version_id, node.key, answer.key]) for answer in node.answers
        ]
        if any(count for _label, count in counted):
            found.append(StepCount(number, node.key, _short(in_language(node.text, language)) or node.key, counted))
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rsplit(' ', 1)[0]} …"

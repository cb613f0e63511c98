"""Stored responses as the pure rules see them: definition, answers, progress."""

from collections import defaultdict
from collections.abc import Iterable

from surveys.answers import Answers, StoredRow, answer_from_rows
from surveys.definition import Definition
from surveys.models import DueRow, QuestionnaireVersion, Response
from surveys.progress import ResponseState, response_state
from surveys.published import keep_definition


def definition_of(version: QuestionnaireVersion) -> Definition:
    """The structure of a stored version. Raises DefinitionError for a damaged one."""
    return keep_definition(version)


def answers_of(response: Response) -> Answers:
    """The answers of a response, by question."""
    return answers_from((answer.question, answer.choice, answer.text) for answer in response.answers)


def answers_from(stored: Iterable[tuple[str, str, str | None]]) -> Answers:
    """Answers by question, from rows of question, choice and text."""
    rows: defaultdict[str, list[StoredRow]] = defaultdict(list)
    for question, choice, text in stored:
        rows[question].append((choice, text))
    return {key: answer_from_rows(found) for key, found in rows.items()}


def progress_of(row: DueRow) -> ResponseState:
    """How far the person came; a response that was not begun has not started."""
    if row.response is None:
        return ResponseState.NOT_STARTED
    return response_state(definition_of(row.response.version), answers_of(row.response))


def came_half_way(row: DueRow) -> bool:
    """Whether what was answered counts as a partial response when the matter ends now.

    Somebody who passed every question without pressing the last button has answered at least as much.
    """
    return progress_of(row) in (ResponseState.PARTIAL, ResponseState.COMPLETE)

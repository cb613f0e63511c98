"""Stored responses as the pure rules see them: definition, answers, progress."""

from collections import defaultdict

from surveys.answers import Answers, AnswerValue, StoredRow, answer_from_rows
from surveys.definition import Definition
from surveys.definition_reading import definition_from_json
from surveys.models import DueRow, QuestionnaireVersion, Response
from surveys.progress import ResponseState, response_state


def definition_of(version: QuestionnaireVersion) -> Definition:
    """The structure of a stored version. Raises DefinitionError for a damaged one."""
    return definition_from_json(version.structure)


def answers_of(response: Response) -> Answers:
    """The answers of a response, by question."""
    rows: defaultdict[str, list[StoredRow]] = defaultdict(list)
    for answer in response.answers:
        rows[answer.question].append((answer.choice, answer.text))
    found: dict[str, AnswerValue] = {key: answer_from_rows(stored) for key, stored in rows.items()}
    return found


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

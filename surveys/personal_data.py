"""One person's data in surveys: everything for their own export, and its erasure."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.extension_points import PersonData
from crm.history.services import remove_line
from surveys.definition_texts import option_path, question_path
from surveys.history_kinds import ANSWERED_LINE
from surveys.models import DueRow, Response
from surveys.responses import answers_of, definition_of

_OWN = "the person's own export or erasure, checked by the caller"


def export_person(participant_id: int) -> list[PersonData]:
    """Every survey that was planned for a person, and every answer, in words."""
    rows = _rows(participant_id)
    return [
        PersonData("Surveys", [_survey(row) for row in rows]),
        PersonData("Answers", [line for row in rows if row.response for line in _answers(row.response)]),
    ]


def erase_person(participant_id: int) -> None:
    """Erase a person's due rows with responses and answers, and the lines that only surveys could write."""
    for row in _rows(participant_id):
        remove_line(ANSWERED_LINE, row.public_id)
    current_session().execute(delete(DueRow).where(DueRow.participant_id == participant_id))


def _rows(participant_id: int) -> Sequence[DueRow]:
    statement = (
        select(DueRow)
        .where(DueRow.participant_id == participant_id)
        .order_by(DueRow.id)
        .options(selectinload(DueRow.response).selectinload(Response.answers))
    )
    return current_session().scalars(trusted(statement, because=_OWN)).all()


def _survey(row: DueRow) -> Mapping[str, object]:
    return {
        "survey": row.wave,
        "exit": row.exit_on,
        "due": row.due_on,
        "state": row.state.value,
        "reason": row.reason,
        "language": row.language,
        "sent": row.invited_at,
        "closes": row.closes_on,
        "answers_deleted": row.response.answers_deleted_at if row.response else None,
    }


def _answers(response: Response) -> list[Mapping[str, object]]:
    definition = definition_of(response.version)
    texts = _texts(response)
    found: list[Mapping[str, object]] = []
    for key, answer in answers_of(response).items():
        question = definition.question(key)
        chosen = [texts.get(option_path(question, code), code) for code in answer.codes]
        found.append(
            {
                "survey": definition.key,
                "question": texts.get(question_path(question), key),
                "answer": answer.text or ", ".join(chosen),
                "mode": response.mode,
                "answered": response.last_at,
            }
        )
    return found


def _texts(response: Response) -> Mapping[str, str]:
    by_language = {each.language: each.texts for each in response.version.translations}
    return by_language.get(response.language) or by_language.get("en") or {}

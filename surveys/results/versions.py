"""The questionnaires behind the answers: structures, wording in the reader's language, counted answers."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flask_babel import get_locale
from sqlalchemy import func, select, union_all

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.reports.filters import FollowUpFilters
from surveys.definition import Definition, Question
from surveys.definition_reading import definition_from_json
from surveys.definition_texts import option_path, question_path
from surveys.models import Answer, DueRow, Questionnaire, QuestionnaireVersion, Response, Translation
from surveys.results.conditions import COUNTS_ONLY, HAS_ANSWERS, due_rows_of
from surveys.results.kept_counts import kept_options

FALLBACK_LANGUAGE = "en"
_PUBLISHED = (
    select(QuestionnaireVersion, Questionnaire.key)
    .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
    .where(QuestionnaireVersion.published_at.is_not(None))
    .order_by(Questionnaire.id, QuestionnaireVersion.number.desc())
)


@dataclass(frozen=True)
class Version:
    """One published version. ``texts`` are those of the reader's language, or the nearest there is."""

    id: int
    public_id: str
    number: int
    questionnaire: str
    definition: Definition
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name of the questionnaire for the reader."""
        return self.texts.get("title", self.questionnaire)

    def wording(self, question: Question) -> str:
        """How the question is asked."""
        return self.texts.get(question_path(question), question.key)

    def label(self, question: Question, code: str) -> str:
        """How one answer reads."""
        return self.texts.get(option_path(question, code), code)

    def question(self, key: str) -> Question | None:
        """The question with ``key``, or None in a version that does not ask it."""
        return next((each for each in self.definition.questions if each.key == key), None)


def published_versions() -> list[Version]:
    """Every published version with its wording: by questionnaire, the newest first. Two queries."""
    rows = current_session().execute(_PUBLISHED).all()
    texts = _texts([version.id for version, _key in rows])
    return [
        Version(version.id, version.public_id, version.number, key, _parsed(version), texts[version.id])
        for version, key in rows
    ]


def count_answers(filters: FollowUpFilters, questions: Collection[str]) -> dict[tuple[int, str], Counter[str]]:
    """How often each option of ``questions`` was chosen, by version and question. One query; '' is skipped.

    Answers that were deleted count through what was kept of their months.
    """
    statement = (
        select(Response.version_ref_id, Answer.question, Answer.choice, func.count())
        .join(Response, Response.id == Answer.response_id)
        .join(DueRow, DueRow.id == Response.due_id)
        .where(DueRow.state.in_(HAS_ANSWERS), Answer.question.in_(questions), *due_rows_of(filters))
        .group_by(Response.version_ref_id, Answer.question, Answer.choice)
    )
    both = union_all(statement, kept_options(filters, questions)).subquery()
    counts: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for version, question, choice, number in current_session().execute(trusted(select(both), because=COUNTS_ONLY)):
        counts[(version, question)][choice] += int(number)
    return dict(counts)


def _texts(version_ids: Collection[int]) -> defaultdict[int, dict[str, str]]:
    language = str(get_locale() or FALLBACK_LANGUAGE).split("_")[0]
    wanted = (FALLBACK_LANGUAGE, language)
    statement = select(Translation.version_ref_id, Translation.language, Translation.texts).where(
        Translation.version_ref_id.in_(version_ids), Translation.language.in_(wanted)
    )
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    rows = current_session().execute(statement).all()
    for version_id, _language, texts in sorted(rows, key=lambda row: wanted.index(row[1])):
        found[version_id].update(texts)
    return found


def _parsed(version: QuestionnaireVersion) -> Definition:
    return _definition(json.dumps(version.structure))


@lru_cache(maxsize=64)
def _definition(structure: str) -> Definition:
    """Reading a structure costs more than a query; the same text always means the same questionnaire."""
    return definition_from_json(json.loads(structure))

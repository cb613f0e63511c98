"""The questionnaires behind the answers: structures, wording in the reader's language, counted answers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask_babel import get_locale
from sqlalchemy import bindparam, func, select, union_all

from crm.accounts.scopes import trusted
from crm.db import current_session, reading_connection
from crm.reports.filters import FollowUpFilters
from surveys.definition import Definition, Question
from surveys.definition_texts import option_path, question_path
from surveys.models import Answer, DueRow, Questionnaire, QuestionnaireVersion, Response, Translation
from surveys.published import Published, Wording, published_definition, texts_of
from surveys.results.conditions import COUNTS_ONLY, HAS_ANSWERS, due_rows_of
from surveys.results.kept_counts import kept_options

FALLBACK_LANGUAGE = "en"
_VERSION, _TEXTS = QuestionnaireVersion.__table__.c, Translation.__table__.c
_PUBLISHED = (
    select(_VERSION.id, _VERSION.public_id, _VERSION.published_at, _VERSION.number, Questionnaire.__table__.c.key)
    .join(Questionnaire.__table__, Questionnaire.__table__.c.id == _VERSION.questionnaire_id)
    .where(_VERSION.published_at.is_not(None))
    .order_by(Questionnaire.__table__.c.id, _VERSION.number.desc())
)
# The texts themselves are kept in the process as long as their count stands (surveys.published).
_WORDINGS = (
    select(_TEXTS.version_ref_id, _TEXTS.public_id, _TEXTS.language, _TEXTS.version_id, _TEXTS.approved_at.is_not(None))
    .join(QuestionnaireVersion.__table__, _VERSION.id == _TEXTS.version_ref_id)
    .where(_VERSION.published_at.is_not(None))
    .where((_TEXTS.language == FALLBACK_LANGUAGE) | (_TEXTS.language == bindparam("language")))
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
    rows = reading_connection().execute(_PUBLISHED).all()
    texts = _texts()
    return [
        Version(id_, public_id, number, key, published_definition(Published(id_, public_id, at)), texts[id_])
        for id_, public_id, at, number, key in rows
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


def _texts() -> defaultdict[int, dict[str, str]]:
    language = str(get_locale() or FALLBACK_LANGUAGE).split("_")[0]
    wanted = (FALLBACK_LANGUAGE, language)
    rows = reading_connection().execute(_WORDINGS, {"language": language}).all()
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for version_id, *wording in sorted(rows, key=lambda row: wanted.index(row.language)):
        found[version_id].update(texts_of(Wording(*wording)))
    return found

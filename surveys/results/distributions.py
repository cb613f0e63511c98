"""How the answers to every question of one version are spread, and what was written."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from crm.accounts.scopes import trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.reports.filters import FollowUpFilters
from surveys.definition import Question, QuestionType
from surveys.models import KEPT_ANSWERED, KEPT_RECEIVED, Answer, DueRow, Response
from surveys.results.conditions import COUNTS_ONLY, HAS_ANSWERS, due_rows_of, says_something
from surveys.results.kept_counts import CountedChoice, kept_of_version
from surveys.results.versions import Version
from surveys.statistics.distributions import Distribution, distribution_from_counts
from surveys.statistics.suppression import is_too_few

MOST_TEXTS = 200


@dataclass(frozen=True)
class QuestionResult:
    """One question: its distribution, or for free text how many wrote something (``base``).

    ``texts`` is None for who may not read them and where there are too few.
    """

    question: Question
    base: int
    distribution: Distribution | None = None
    texts: tuple[str, ...] | None = None

    @property
    def has_too_few(self) -> bool:
        """Whether nothing may be shown."""
        return is_too_few(self.base)


@dataclass(frozen=True)
class _Counted:
    """The counts of one question: persons who passed it, who answered, and each option."""

    received: int
    answered: int
    options: Mapping[str, int]


def results_of(filters: FollowUpFilters, version: Version) -> list[QuestionResult]:
    """Every question of a version in the order of the form. Three queries, and one for the texts.

    Free text is for managers of the units, as written, in no order that tells who wrote it.
    """
    counted = _counted(filters, version)[None]
    texts = _texts(filters, version) if may_read_texts(filters.actor) else {}
    return [_result(question, counted.get(question.key), texts) for question in version.definition.questions]


def results_by_programme(filters: FollowUpFilters, version: Version) -> dict[int, list[QuestionResult]]:
    """The same for each programme apart, without texts: what is exported."""
    found = _counted(filters, version, by_programme=True)
    return {
        programme: [_result(question, counted.get(question.key), {}) for question in version.definition.questions]
        for programme, counted in sorted(found.items(), key=lambda item: item[0] or 0)
        if programme is not None
    }


def may_read_texts(actor: Actor) -> bool:
    """Whether free text may be read: by managers, who see their own units only."""
    return actor.has_role(Role.MANAGER)


def _result(question: Question, counted: _Counted | None, texts: Mapping[str, tuple[str, ...]]) -> QuestionResult:
    counted = counted or _Counted(0, 0, {})
    if question.type is QuestionType.TEXT:
        # Not ``counted.answered``: of texts that were deleted the number stays, and hides nobody among the others.
        written = texts.get(question.key, ())
        return QuestionResult(question, counted.answered, texts=None if is_too_few(len(written)) else written)
    declined = sum(counted.options.get(option.code, 0) for option in question.options if option.declines)
    # "I do not want to answer" stands alone, so every such answer is one person less in the base.
    base = counted.answered - declined
    spread = distribution_from_counts(question, counted.options, base=base, received=counted.received)
    return QuestionResult(question, base, distribution=spread)


def _conditions(filters: FollowUpFilters, version: Version) -> list[ColumnElement[bool]]:
    return [
        Response.version_ref_id == version.id,
        DueRow.state.in_(HAS_ANSWERS),
        *due_rows_of(filters),
    ]


def _counted(
    filters: FollowUpFilters, version: Version, *, by_programme: bool = False
) -> dict[int | None, dict[str, _Counted]]:
    """Counts by programme (or under None) and question: of the answers, and of what was kept of deleted ones."""
    counts: defaultdict[tuple[int | None, str], Counter[str]] = defaultdict(Counter)
    for programme, question, choice, number in (
        *_options(filters, version, by_programme=by_programme),
        *_persons(filters, version, by_programme=by_programme),
        *kept_of_version(filters, version.id, by_programme=by_programme),
    ):
        counts[(programme, question)][choice] += number
    found: defaultdict[int | None, dict[str, _Counted]] = defaultdict(dict)
    for (programme, question), options in counts.items():
        found[programme][question] = _Counted(options[KEPT_RECEIVED], options[KEPT_ANSWERED], options)
    return found


def _options(filters: FollowUpFilters, version: Version, *, by_programme: bool) -> Iterator[CountedChoice]:
    place = [DueRow.programme_id] if by_programme else []
    statement = (
        select(*place, Answer.question, Answer.choice, func.count())
        .join(Response, Response.id == Answer.response_id)
        .join(DueRow, DueRow.id == Response.due_id)
        .where(*_conditions(filters, version))
        .group_by(*place, Answer.question, Answer.choice)
    )
    for *where, question, choice, number in current_session().execute(trusted(statement, because=COUNTS_ONLY)):
        yield where[0] if where else None, question, choice, number


def _persons(filters: FollowUpFilters, version: Version, *, by_programme: bool) -> Iterator[CountedChoice]:
    """How many persons passed each question, and how many of them chose or wrote something."""
    place = [DueRow.programme_id] if by_programme else []
    statement = (
        select(
            *place,
            Answer.question,
            func.count(Answer.response_id.distinct()),
            func.count(Answer.response_id.distinct()).filter(says_something()),
        )
        .join(Response, Response.id == Answer.response_id)
        .join(DueRow, DueRow.id == Response.due_id)
        .where(*_conditions(filters, version))
        .group_by(*place, Answer.question)
    )
    for *where, question, received, answered in current_session().execute(trusted(statement, because=COUNTS_ONLY)):
        programme = where[0] if where else None
        yield programme, question, KEPT_RECEIVED, received
        yield programme, question, KEPT_ANSWERED, answered


def _texts(filters: FollowUpFilters, version: Version) -> dict[str, tuple[str, ...]]:
    statement = (
        select(Answer.question, Answer.text)
        .join(Response, Response.id == Answer.response_id)
        .join(DueRow, DueRow.id == Response.due_id)
        .where(Answer.text.is_not(None), Answer.text != "", *_conditions(filters, version))
        .order_by(Answer.text)
    )
    because = "free text without names, shown to managers of the units from five answers on"
    found: defaultdict[str, list[str]] = defaultdict(list)
    for question, text in current_session().execute(trusted(statement, because=because)):
        found[question].append(text or "")
    return {question: tuple(texts[:MOST_TEXTS]) for question, texts in found.items()}

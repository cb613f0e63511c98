"""How the answers to one question are spread, with base and the options that nobody chose."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crm.reports.percentages import shown_percent
from surveys.answers import AnswerValue, is_substantive
from surveys.definition import Question, QuestionType
from surveys.statistics.suppression import MINIMUM_ANSWERS, is_too_few


@dataclass(frozen=True, slots=True)
class DistributionRow:
    """One option.

    ``count`` is None where it is hidden; ``percent`` also where the option is not part of the base.
    """

    code: str
    count: int | None
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """The rows in the order of the form.

    ``base``: persons who answered; ``declined``: skipped or did not want to.
    """

    base: int
    declined: int
    hidden: bool
    rows: tuple[DistributionRow, ...]


def distribution(question: Question, answers: Iterable[AnswerValue], *, minimum: int = MINIMUM_ANSWERS) -> Distribution:
    """Count ``answers`` by option. The base is the persons who answered, also where they may choose several.

    So percentages of a question with several answers may add up to more than 100. "I do not want to answer"
    is counted but not part of the base. With fewer than ``minimum`` answers every count is hidden; only the
    base is told. Raises ValueError for free text, which has no distribution.
    """
    if question.type is QuestionType.TEXT:
        raise ValueError("free text has no distribution")
    received = list(answers)
    return distribution_from_counts(
        question,
        Counter(code for answer in received for code in answer.codes),
        base=sum(1 for answer in received if is_substantive(question, answer)),
        received=len(received),
        minimum=minimum,
    )


def distribution_from_counts(
    question: Question,
    counts: Mapping[str, int],
    *,
    base: int,
    received: int,
    minimum: int = MINIMUM_ANSWERS,
) -> Distribution:
    """The distribution when the options were counted before: ``counts`` by code; ``received`` persons passed the
    question, ``base`` of them answered it."""
    hidden = is_too_few(base, minimum=minimum)
    rows = tuple(
        DistributionRow(
            code=option.code,
            count=None if hidden else counts.get(option.code, 0),
            percent=None if hidden or option.declines else shown_percent(counts.get(option.code, 0), base),
        )
        for option in question.options
    )
    return Distribution(base=base, declined=received - base, hidden=hidden, rows=rows)

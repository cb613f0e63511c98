"""Reads of interviews: the list, those at one employer, and the summary over all employers."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.text_index import text_index
from crm.interviews.guide import GUIDE, Answer, Topic
from crm.interviews.models import EmployerInterview


@dataclass(frozen=True)
class TopicFigures:
    """How many employers gave each answer to a topic; ``asked`` of them said anything, ``headline`` what counts.

    ``words``: what was said in words, with the employer.
    """

    topic: Topic
    counts: Mapping[str, int]
    asked: int
    headline: int
    words: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Summary:
    """The answers of all employers, each counted once with its newest interview."""

    employers: int
    topics: Sequence[TopicFigures]


def interviews(
    actor: Actor, *, text: str = "", since: date | None = None, until: date | None = None
) -> Select[EmployerInterview]:
    """The interviews of the actor's units that fit, with their employers; not in any order yet."""
    statement = visible(EmployerInterview, actor).options(joinedload(EmployerInterview.employer))
    if text.strip():
        found = visible(Employer, actor).where(text_index().find(text).condition).with_only_columns(Employer.id)
        statement = statement.where(EmployerInterview.employer_id.in_(found))
    if since is not None:
        statement = statement.where(EmployerInterview.on_date >= since)
    return statement if until is None else statement.where(EmployerInterview.on_date <= until)


def interviews_at(actor: Actor, employer_id: int) -> list[EmployerInterview]:
    """The interviews at one employer, the newest first."""
    statement = visible(EmployerInterview, actor).where(EmployerInterview.employer_id == employer_id)
    statement = statement.order_by(EmployerInterview.on_date.desc(), EmployerInterview.id.desc())
    return list(current_session().scalars(statement))


def summary_of(found: Iterable[EmployerInterview]) -> Summary:
    """What the employers said: of several interviews at one employer the newest counts."""
    newest: dict[int, EmployerInterview] = {}
    for each in sorted(found, key=lambda row: (row.on_date, row.id)):
        newest[each.employer_id] = each
    return Summary(len(newest), [_figures(topic, newest.values()) for topic in GUIDE.values()])


def _figures(topic: Topic, rows: Collection[EmployerInterview]) -> TopicFigures:
    if topic.answer is Answer.WORDS:
        words = [(each.employer.name, each.answers[topic.key]) for each in rows if each.answers.get(topic.key)]
        return TopicFigures(topic, {}, len(words), len(words), sorted(words))
    answers = [topic.codes_of(each.answers.get(topic.key)) for each in rows]
    given = Counter(code for codes in answers for code in codes)
    headline = sum(not topic.counts.isdisjoint(codes) for codes in answers)
    return TopicFigures(topic, {code: given[code] for code in topic.codes}, sum(map(bool, answers)), headline)

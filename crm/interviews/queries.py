"""Reads of interviews: the list, those at one employer, and the summary over all companies."""

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
from crm.interviews.guide import GUIDE, Topic
from crm.interviews.models import EmployerInterview


@dataclass(frozen=True)
class TopicFigures:
    """How many companies gave each answer to a topic; ``asked`` of them said anything, ``headline`` what counts."""

    topic: Topic
    counts: Mapping[str, int]
    asked: int
    headline: int


@dataclass(frozen=True)
class Summary:
    """The answers of all companies, each counted once with its newest interview."""

    companies: int
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
    """What the companies said: of several interviews at one company the newest counts."""
    newest: dict[int, EmployerInterview] = {}
    for each in sorted(found, key=lambda row: (row.on_date, row.id)):
        newest[each.employer_id] = each
    answers = [each.answers for each in newest.values()]
    return Summary(len(newest), [_figures(topic, answers) for topic in GUIDE.values()])


def _figures(topic: Topic, answers: Collection[Mapping[str, str]]) -> TopicFigures:
    given = Counter(each[topic.key] for each in answers if each.get(topic.key) in topic.codes)
    counts = {code: given[code] for code in topic.codes}
    return TopicFigures(topic, counts, sum(counts.values()), sum(counts[code] for code in topic.counts))

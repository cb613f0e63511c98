"""What stays of deleted answers (surveys.retention), as reports add it to the answers that are still there.

A month counts as a whole: when a report begins or ends within it, its kept counts belong to the report all the same.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Select, func, select

from crm.db import current_session
from crm.reports.filters import FollowUpFilters
from surveys.models import KEPT_ANSWERED, KEPT_RECEIVED, KeptCount

CountedChoice = tuple[int | None, str, str, int]
"""Programme (None when they are counted together), question, choice, number."""


def kept_counts_of(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    """The conditions under which a kept count belongs to the report."""
    found: list[ColumnElement[bool]] = [
        KeptCount.unit_id.in_(filters.unit_ids),
        KeptCount.exit_month.between(filters.since.replace(day=1), filters.until),
    ]
    if filters.programme_id is not None:
        found.append(KeptCount.programme_id == filters.programme_id)
    return found


def kept_options(filters: FollowUpFilters, questions: Collection[str]) -> Select[int, str, str, int]:
    """The query of version, question, choice and how often it was chosen."""
    group = (KeptCount.version_ref_id, KeptCount.question, KeptCount.choice)
    return (
        select(*group, func.sum(KeptCount.n))
        .where(
            KeptCount.question.in_(questions),
            KeptCount.choice.not_in((KEPT_RECEIVED, KEPT_ANSWERED)),
            *kept_counts_of(filters),
        )
        .group_by(*group)
    )


def kept_of_version(filters: FollowUpFilters, version_id: int, *, by_programme: bool) -> Iterator[CountedChoice]:
    """Everything that was kept of one version, the persons under KEPT_RECEIVED and KEPT_ANSWERED. One query."""
    place = [KeptCount.programme_id] if by_programme else []
    group = (*place, KeptCount.question, KeptCount.choice)
    statement = (
        select(*group, func.sum(KeptCount.n))
        .where(KeptCount.version_ref_id == version_id, *kept_counts_of(filters))
        .group_by(*group)
    )
    for *where, question, choice, number in current_session().execute(statement):
        yield where[0] if where else None, question, choice, int(number)

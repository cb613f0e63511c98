"""Deciding about late invitations: send them after all, or let them be. Both run inside ``transaction()``."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, select, update

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.jobs.wake import wake
from surveys.catching_up.queries import waits_for_confirmation
from surveys.due_rows import close_row, next_issues
from surveys.models import DueRow
from surveys.planning import SWEEP
from surveys.plans.queries import all_plans


def confirm_late(actor: Actor, *, public_ids: Collection[str]) -> int:
    """Let late invitations go out: exactly those that somebody has seen in the preview. Returns how many.

    Rows that were sent, answered or moved meanwhile are left alone; may be repeated.
    """
    named = select(DueRow.id, DueRow.public_id, DueRow.issue).where(_waits(public_ids)).with_for_update(of=DueRow)
    rows = current_session().execute(scoped(named, condition(DueRow, actor))).all()
    by_issue: dict[int, list[int]] = {}
    for row_id, issue in next_issues(rows).items():
        by_issue.setdefault(issue, []).append(row_id)
    for issue, ids in by_issue.items():
        confirmed = update(DueRow).where(DueRow.id.in_(ids)).values(confirmed_at=clock.now(), issue=issue)
        current_session().execute(confirmed)
    if rows:
        _record(actor, "surveys_late_confirmed", [row.id for row in rows])
        wake(SWEEP)
    return len(rows)


def close_late(actor: Actor, *, public_ids: Collection[str]) -> int:
    """Let late invitations be: they close without an answer and stand so in the ledger. Returns how many."""
    statement = visible(DueRow, actor).where(_waits(public_ids)).with_for_update(of=DueRow)
    rows = current_session().scalars(statement).all()
    for row in rows:
        close_row(actor, row)
    if rows:
        _record(actor, "surveys_late_closed", [row.id for row in rows])
    return len(rows)


def _waits(public_ids: Collection[str]) -> ColumnElement[bool]:
    """The condition of the rows that were named and still wait for somebody to decide."""
    return and_(DueRow.public_id.in_(public_ids), waits_for_confirmation(all_plans()))


def _record(actor: Actor, action: str, ids: list[int]) -> None:
    record(actor, action, subject_type="survey_due", unit_id=actor.unit_id, details={"due_ids": ids})

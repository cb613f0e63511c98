"""Deciding about late invitations: send them after all, or let them be. Both run inside ``transaction()``."""

from collections.abc import Collection

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import visible
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
    rows = _waiting(actor, public_ids)
    issues = next_issues(rows)
    for row in rows:
        row.confirmed_at = clock.now()
        row.issue = issues[row.id]
    if rows:
        _record(actor, "surveys_late_confirmed", rows)
        wake(SWEEP)
    return len(rows)


def close_late(actor: Actor, *, public_ids: Collection[str]) -> int:
    """Let late invitations be: they close without an answer and stand so in the ledger. Returns how many."""
    rows = _waiting(actor, public_ids)
    for row in rows:
        close_row(actor, row)
    if rows:
        _record(actor, "surveys_late_closed", rows)
    return len(rows)


def _waiting(actor: Actor, public_ids: Collection[str]) -> list[DueRow]:
    statement = visible(DueRow, actor).where(DueRow.public_id.in_(public_ids), waits_for_confirmation(all_plans()))
    return list(current_session().scalars(statement.with_for_update(of=DueRow)))


def _record(actor: Actor, action: str, rows: Collection[DueRow]) -> None:
    ids = [row.id for row in rows]
    record(actor, action, subject_type="survey_due", unit_id=actor.unit_id, details={"due_ids": ids})

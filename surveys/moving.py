"""How a due row follows a decision: what it may become from where it stands."""

from crm import clock
from crm.actors import Actor
from surveys.deciding import Decision, is_late
from surveys.dispositions import DueState, StopReason
from surveys.due_rows import (
    BEGUN,
    BY_STAFF,
    OUT_OF_REACH,
    SETTLED,
    cancel_row_messages,
    end_refused,
    end_row,
    next_issue,
    unit_of,
)
from surveys.models import DueRow, FollowUpPlan
from surveys.staff_tasks import address_arrived, ask_for_address

_ENDS_WHAT_WAS_SENT = frozenset({StopReason.LATER_EXIT, StopReason.DECEASED})
_REFUSED = frozenset({DueState.DECLINED, DueState.PARTLY_ANSWERED})
_WAITING = frozenset({DueState.DUE, DueState.NOT_YET_DUE})


def apply_decision(actor: Actor, row: DueRow, decision: Decision, plan: FollowUpPlan | None) -> None:
    """Move a row to what the facts say, as far as its history allows. May be repeated."""
    if row.reason == StopReason.OPTED_OUT and row.state in _REFUSED:
        _take_back_opt_out(row, decision)
    elif row.state in SETTLED | {DueState.DECLINED} or row.reason in BY_STAFF:
        return
    elif row.state in BEGUN:
        _follow_begun(actor, row, decision)
    else:
        _follow_waiting(actor, row, decision, plan)


def _take_back_opt_out(row: DueRow, decision: Decision) -> None:
    """An opt-out that no longer holds opens the survey again, as long as its time runs. A plain no stays a no."""
    if decision.reason is not None or row.closes_on is None:
        return
    if row.closes_on >= clock.today(unit_of(row).time_zone):
        row.state, row.reason, row.finished_at = DueState.SENT_WAITING, None, None
        row.changed_at = clock.now()


def _follow_begun(actor: Actor, row: DueRow, decision: Decision) -> None:
    """What was sent stays sent. Only death, a refusal and a return end it; protection stops further messages."""
    reason = decision.reason
    if reason in _ENDS_WHAT_WAS_SENT:
        assert reason is not None
        end_row(actor, row, decision.state, reason)
    elif reason is StopReason.OPTED_OUT:
        end_refused(actor, row, StopReason.OPTED_OUT)
    elif reason is StopReason.PROTECTED:
        cancel_row_messages(actor, row, reason.value)


def _follow_waiting(actor: Actor, row: DueRow, decision: Decision, plan: FollowUpPlan | None) -> None:
    """Nothing has been sent: the row becomes what the facts say."""
    if row.due_on != decision.due_on:
        row.due_on, row.confirmed_at = decision.due_on, None
    row.language, row.plan_id = decision.language, plan.id if plan else None
    if (row.state, row.reason) == (decision.state, decision.reason):
        return
    _mind_the_address(actor, row, decision, plan)
    row.state, row.reason, row.changed_at = decision.state, decision.reason, clock.now()
    # After the state: what hears of a cancelled message must see that nothing shall take its place.
    if decision.state is not DueState.DUE:
        cancel_row_messages(actor, row, decision.reason.value if decision.reason else "not_yet_due")
    if decision.state in _WAITING:
        row.issue = next_issue(row)


def _mind_the_address(actor: Actor, row: DueRow, decision: Decision, plan: FollowUpPlan | None) -> None:
    """A missing address is a task, except for exits so old that somebody must look at them anyway."""
    if row.reason in OUT_OF_REACH and decision.reason not in OUT_OF_REACH:
        address_arrived(actor, row)
    if decision.reason not in OUT_OF_REACH or plan is None:
        return
    today = clock.today(unit_of(row).time_zone)
    if not is_late(decision.due_on, today=today, self_sending_days=plan.self_sending_days):
        ask_for_address(actor, row)

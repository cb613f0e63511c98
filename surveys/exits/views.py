"""The surveys of an exit as staff see them: which, when, how, or why not. Never whether somebody declined."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from crm.web.filters import show_date
from surveys.deciding import Decision, decide, is_late
from surveys.dispositions import DueState
from surveys.due_rows import unit_of
from surveys.exits.languages import language_notes
from surveys.facts import facts_of
from surveys.models import DueRow
from surveys.planning import failed_addresses
from surveys.plans.queries import PlansInForce, plans_in_force
from surveys.standing import Standing, standing_of
from surveys.wording import (
    channels_text,
    language_text,
    plan_title,
    questionnaire_titles,
    reason_text,
    when_text,
)

Color = Literal["neutral", "info", "success", "warning", "danger"]
# Seen from the case, somebody who declined looks like somebody who has not answered yet.
_QUIET_ENDS = frozenset({DueState.DECLINED, DueState.PARTLY_ANSWERED, DueState.CLOSED_WITHOUT_ANSWER})


@dataclass(frozen=True)
class Status:
    """One line and its colour."""

    text: str
    color: Color


@dataclass(frozen=True)
class RowView:
    """One survey of one exit."""

    public_id: str
    title: str
    when: str
    status: Status
    how: str
    language: str
    language_note: str
    can_answer_now: bool
    offered: bool
    exit_on: date


def surveys_of_exit(actor: Actor, exit_id: int) -> list[RowView]:
    """The surveys of one exit that ``actor`` sees, in the order of their days."""
    return _views(visible(DueRow, actor).where(DueRow.exit_id == exit_id), actor)


def surveys_of_participant(actor: Actor, participant_id: int) -> list[RowView]:
    """The surveys of every exit of a participant, the newest exit first."""
    return _views(visible(DueRow, actor).where(DueRow.participant_id == participant_id), actor)


def _views(statement: Select[DueRow], actor: Actor) -> list[RowView]:
    ordered = statement.options(joinedload(DueRow.response)).order_by(DueRow.exit_on.desc(), DueRow.due_on)
    rows = current_session().scalars(ordered).all()
    if not rows:
        return []
    plans = plans_in_force()
    titles = questionnaire_titles(actor.language)
    facts = facts_of({row.exit_id for row in rows}, plans.units)
    failed = failed_addresses(rows)
    notes = language_notes(rows, facts, plans)
    found: list[RowView] = []
    for row in rows:
        plan = plans.plan_for(row.unit_id, row.wave)
        decision = decide(facts[row.exit_id], plans.terms(plan), failed=failed.get(row.public_id, frozenset()))
        found.append(
            RowView(
                public_id=row.public_id,
                title=plan_title(plan, row.wave, titles),
                when=when_text(plan.days_after) if plan else "",
                status=status_of(row, plans),
                how=_how(row, decision),
                language=language_text(row.language),
                language_note=notes.get(row.public_id, ""),
                can_answer_now=_can_answer_now(row),
                offered=row.offered is not None,
                exit_on=row.exit_on,
            )
        )
    return found


def status_of(row: DueRow, plans: PlansInForce) -> Status:
    """Where a row stands, in words that keep a refusal to the surveys."""
    if row.state is DueState.ANSWERED:
        return Status(_("Answered"), "success")
    if row.state in _QUIET_ENDS or row.state is DueState.SENT_WAITING:
        return _waiting(row)
    if row.state is DueState.NOT_POSSIBLE:
        return Status(_("Not possible: %(reason)s", reason=reason_text(row.reason)), "warning")
    if row.state is DueState.SUPERSEDED:
        return Status(_("Not sent: %(reason)s", reason=reason_text(row.reason)), "neutral")
    if row.state is DueState.IN_DOUBT:
        return Status(_("In doubt: nobody can say whether it arrived"), "warning")
    return _planned(row, plans)


def _waiting(row: DueRow) -> Status:
    today = clock.today(unit_of(row).time_zone)
    if row.closes_on is None:
        return Status(_("Offered"), "neutral")
    if row.closes_on < today:
        return Status(_("Finished on %(day)s", day=show_date(row.closes_on)), "neutral")
    return Status(_("Sent. Open until %(day)s", day=show_date(row.closes_on)), "info")


def _planned(row: DueRow, plans: PlansInForce) -> Status:
    plan = plans.plan_for(row.unit_id, row.wave)
    today = clock.today(unit_of(row).time_zone)
    late = plan is not None and is_late(row.due_on, today=today, self_sending_days=plan.self_sending_days)
    if row.state is DueState.DUE and late and row.confirmed_at is None:
        return Status(_("Late since %(day)s: waits for a manager", day=show_date(row.due_on)), "warning")
    if row.state is DueState.DUE:
        return Status(_("Is sent now"), "info")
    return Status(_("Will be sent on %(day)s", day=show_date(row.due_on)), "info")


def _how(row: DueRow, decision: Decision) -> str:
    return channels_text(decision.channels) if row.state in (DueState.NOT_YET_DUE, DueState.DUE) else ""


def _can_answer_now(row: DueRow) -> bool:
    today = clock.today(unit_of(row).time_zone)
    return standing_of(row) in (Standing.OPEN, Standing.DECLINED) and row.due_on <= max(today, row.exit_on)

"""Whom to call: people who have not answered after the last reminder, for colleagues who are not their own coach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.queries import units_among
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import NotAllowed, NotVisible
from crm.messaging.addresses import show_phone
from crm.participants.models import Enrolment, Participant
from surveys.dispositions import DueState, StopReason
from surveys.models import DueRow, FollowUpPlan
from surveys.plans.queries import all_plans
from surveys.wording import language_text, plan_title, questionnaire_titles

MOST_ROWS = 200
_UNREACHED = (StopReason.NO_ADDRESS.value, StopReason.BOUNCED.value, StopReason.LANGUAGE_NOT_APPROVED.value)
_RECENT = timedelta(days=60)
_CALLING = "colleagues of the unit call for surveys; the own coordinator never does; reads are audited"


@dataclass(frozen=True)
class Call:
    """Somebody to call."""

    public_id: str
    participant_id: int
    name: str
    phone: str
    language: str
    needs_interpreter: bool
    survey: str
    open_until: date | None
    calls: int


def call_list(actor: Actor) -> list[Call]:
    """The people to call for ``actor``'s units, those whose time ends first on top; without those actor coordinates."""
    plans = {plan.id: plan for plan in all_plans()}
    statement = (
        select(DueRow)
        .join(DueRow.participant)
        .join(DueRow.enrolment)
        .options(contains_eager(DueRow.participant), contains_eager(DueRow.enrolment))
        .where(_on_list(actor, plans.values()))
        .order_by(DueRow.closes_on.is_(None), DueRow.closes_on, DueRow.id)
        .limit(MOST_ROWS)
    )
    rows = current_session().scalars(trusted(statement, because=_CALLING)).all()
    titles = questionnaire_titles(actor.language)
    units = {unit.id: unit for unit in units_among(actor.unit_ids, with_archived=True)}
    return [_call(row, plan_title(plans.get(row.plan_id or 0), row.wave, titles), units[row.unit_id]) for row in rows]


def count_calls(actor: Actor, plans: Iterable[FollowUpPlan]) -> int:
    """How many people are on the call list. One query."""
    statement = select(func.count()).select_from(DueRow).join(DueRow.participant).join(DueRow.enrolment)
    return current_session().scalar(trusted(statement.where(_on_list(actor, plans)), because=_CALLING)) or 0


def interviewable(actor: Actor, public_id: str) -> DueRow:
    """The row that ``actor`` may interview for.

    Raises NotVisible for other units and protected people, and NotAllowed with an explanation for the person's own
    coordinator: people answer differently when their coach asks.
    """
    statement = (
        select(DueRow)
        .join(DueRow.participant)
        .where(DueRow.public_id == public_id, _may_call(actor))
        .options(joinedload(DueRow.enrolment))
    )
    row = current_session().scalar(trusted(statement, because=_CALLING))
    if row is None:
        raise NotVisible("Not found, or not visible to you.")
    if actor.staff_id in (row.enrolment.coordinator_id, row.enrolment.deputy_id):
        raise NotAllowed(
            _(
                "You are the coordinator of this person. People answer more freely when somebody else asks: "
                "let a colleague call."
            )
        )
    return row


def _on_list(actor: Actor, plans: Iterable[FollowUpPlan]) -> ColumnElement[bool]:
    return and_(_may_call(actor), _not_mine(actor), or_(_after_last_reminder(plans), _without_message()))


def _may_call(actor: Actor) -> ColumnElement[bool]:
    return and_(
        DueRow.unit_id.in_(actor.unit_ids),
        ~Participant.protected,
        Participant.deceased_on.is_(None),
        Participant.archived_at.is_(None),
    )


def _not_mine(actor: Actor) -> ColumnElement[bool]:
    return and_(
        or_(Enrolment.coordinator_id.is_(None), Enrolment.coordinator_id != actor.staff_id),
        or_(Enrolment.deputy_id.is_(None), Enrolment.deputy_id != actor.staff_id),
        Participant.phone.is_not(None),
    )


def _after_last_reminder(plans: Iterable[FollowUpPlan]) -> ColumnElement[bool]:
    """Invited, reminded as often as the plan says, and still silent."""
    done = [and_(DueRow.plan_id == plan.id, DueRow.reminded_steps >= len(plan.reminder_days)) for plan in plans]
    still_open = or_(DueRow.closes_on.is_(None), DueRow.closes_on >= clock.today())
    return and_(DueRow.state == DueState.SENT_WAITING, still_open, or_(*done) if done else DueRow.id < 0)


def _without_message() -> ColumnElement[bool]:
    """No message reaches them, but there is a number to call."""
    today = clock.today()
    return and_(
        DueRow.state == DueState.NOT_POSSIBLE,
        DueRow.reason.in_(_UNREACHED),
        DueRow.due_on.between(today - _RECENT, today),
    )


def _call(row: DueRow, title: str, unit: Unit) -> Call:
    person = row.participant
    return Call(
        public_id=row.public_id,
        participant_id=person.id,
        name=person.full_name,
        phone=show_phone(person.phone or "", unit.country),
        language=language_text(person.language),
        needs_interpreter=person.needs_interpreter,
        survey=title,
        open_until=row.closes_on,
        calls=row.calls,
    )

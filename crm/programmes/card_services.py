"""Writing the project card: grants, partners, milestones, goals; closing a project."""

import secrets
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.languages import in_all_languages
from crm.programmes.card_models import ProgrammeGoal, ProgrammeGrant, ProgrammeMilestone, ProgrammePartner
from crm.programmes.card_queries import open_sources, partner_ends
from crm.programmes.models import Programme
from crm.tasks.models import TaskState
from crm.tasks.services import add_task, cancel_tasks, reopen_task
from crm.web.clean import clean_line, clean_text

REMINDER, NO_PARTNER = "programme_milestone", "programme_without_partner"
GOAL_STATES = ("open", "reached", "partly", "not_reached")
_CHECKED = "what hangs on a programme that has just been checked"


@dataclass(frozen=True)
class PartnerFields:
    """What is said of a partner. Only the name is required."""

    name: str
    role: str | None = None
    contribution: str | None = None
    co_finances: bool = False
    is_partial: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    employer_id: int | None = None


@dataclass(frozen=True)
class GoalFields:
    """A goal in words. ``state`` is one of GOAL_STATES."""

    text: str
    is_main: bool = False
    state: str = "open"
    status_text: str | None = None
    evidence: str | None = None


def set_grant(actor: Actor, *, programme_id: int, year: int, amount: Decimal | None) -> None:
    """What is granted for a year; None takes the year away. May be repeated. Raises DomainError, NotAllowed."""
    programme = _programme(actor, programme_id)
    if not 1900 <= year <= 2200:
        raise DomainError(_("Write a year with four digits."), field="year")
    if amount is not None and not 0 <= amount < Decimal(10) ** 12:
        raise DomainError(_("Write an amount of money."), field="amount")
    session = current_session()
    statement = select(ProgrammeGrant).where(ProgrammeGrant.programme_id == programme.id, ProgrammeGrant.year == year)
    grant = session.scalar(trusted(statement, because=_CHECKED))
    if amount is None:
        if grant is not None:
            session.delete(grant)
    elif grant is None:
        session.add(ProgrammeGrant(programme_id=programme.id, year=year, amount=amount.quantize(Decimal("0.01"))))
    else:
        grant.amount = amount.quantize(Decimal("0.01"))
    _record(actor, programme, "grant_set", year=year)


def add_partner(actor: Actor, *, programme_id: int, given: PartnerFields) -> ProgrammePartner:
    """A partner joins a project. Raises DomainError for a name that is there already; NotAllowed, NotVisible."""
    programme = _programme(actor, programme_id)
    values = _checked_partner(programme.id, given, but=None)
    partner = ProgrammePartner(programme_id=programme.id, **asdict(values))
    session = current_session()
    session.add(partner)
    session.flush()  # The check whether anybody is left counts it.
    _record(actor, programme, "partner_added", partner_id=partner.id)
    _alert_without_partner(actor, programme)
    return partner


def change_partner(actor: Actor, *, partner_id: int, version: int | None, given: PartnerFields) -> ProgrammePartner:
    """Correct a partner or write when it leaves. When the last one ends, the unit gets a task.

    Raises DomainError, EditConflict, NotAllowed, NotVisible.
    """
    _check_role(actor)
    partner = locked(ProgrammePartner, actor, partner_id)
    _check_version(partner.version_id, version, asdict(partner_values(partner)) | {"version": partner.version_id})
    programme = _programme(actor, partner.programme_id)
    values = _checked_partner(programme.id, given, but=partner.id)
    for name, value in asdict(values).items():
        setattr(partner, name, value)
    partner.version_id += 1
    current_session().flush()  # The check whether anybody is left counts it.
    _record(actor, programme, "partner_changed", partner_id=partner.id)
    _alert_without_partner(actor, programme)
    return partner


def remove_partner(actor: Actor, *, partner_id: int) -> None:
    """Take away a partner that was added by mistake. One that leaves gets an end date instead."""
    _check_role(actor)
    partner = locked(ProgrammePartner, actor, partner_id)
    programme = _programme(actor, partner.programme_id)
    session = current_session()
    session.delete(partner)
    session.flush()  # The check whether anybody is left counts it no more.
    _record(actor, programme, "partner_removed")
    _alert_without_partner(actor, programme)


def partner_values(partner: ProgrammePartner) -> PartnerFields:
    """What stands in the row."""
    return PartnerFields(**{name: getattr(partner, name) for name in PartnerFields.__dataclass_fields__})


def add_milestone(
    actor: Actor, *, programme_id: int, on_date: date, text: str, remind_days: int = 14
) -> ProgrammeMilestone:
    """A fixed date; a task of the unit reminds of it so many days before. The same one twice is one."""
    programme = _programme(actor, programme_id)
    text = clean_line(text)[:200]
    if not text:
        raise DomainError(_("Write what happens on that day."), field="text")
    if not 0 <= remind_days <= 366:
        raise DomainError(_("Write a number of days between 0 and 366."), field="remind_days")
    session = current_session()
    there = select(ProgrammeMilestone).where(
        ProgrammeMilestone.programme_id == programme.id,
        ProgrammeMilestone.on_date == on_date,
        ProgrammeMilestone.text == text,
    )
    milestone = session.scalar(trusted(there, because=_CHECKED))
    if milestone is None:
        milestone = ProgrammeMilestone(programme_id=programme.id, on_date=on_date, text=text, remind_days=remind_days)
        session.add(milestone)
        session.flush()  # The id names the task.
        _remind(actor, programme, milestone)
        _record(actor, programme, "milestone_added", milestone_id=milestone.id)
    return milestone


def complete_milestone(actor: Actor, *, milestone_id: int, done: bool = True) -> ProgrammeMilestone:
    """A milestone is reached, or is open again. May be repeated."""
    _check_role(actor)
    milestone = locked(ProgrammeMilestone, actor, milestone_id)
    programme = _programme(actor, milestone.programme_id)
    if done != (milestone.done_on is not None):
        milestone.done_on = clock.today() if done else None
        if done:
            cancel_tasks(actor, kind=REMINDER, source_ref=str(milestone.id))
        else:
            _remind(actor, programme, milestone)
        _record(actor, programme, "milestone_done" if done else "milestone_reopened", milestone_id=milestone.id)
    return milestone


def remove_milestone(actor: Actor, *, milestone_id: int) -> None:
    """Take a milestone away, with its reminder."""
    _check_role(actor)
    milestone = locked(ProgrammeMilestone, actor, milestone_id)
    programme = _programme(actor, milestone.programme_id)
    cancel_tasks(actor, kind=REMINDER, source_ref=str(milestone.id))
    current_session().delete(milestone)
    _record(actor, programme, "milestone_removed")


def add_goal(actor: Actor, *, programme_id: int, given: GoalFields) -> ProgrammeGoal:
    """A goal in words. Raises DomainError for one that is there already; NotAllowed, NotVisible."""
    programme = _programme(actor, programme_id)
    values = _checked_goal(programme.id, given, but=None)
    goal = ProgrammeGoal(programme_id=programme.id, changed_at=clock.now(), **asdict(values))
    session = current_session()
    session.add(goal)
    session.flush()  # The id stands in the audit entry.
    _record(actor, programme, "goal_added", goal_id=goal.id)
    return goal


def change_goal(actor: Actor, *, goal_id: int, version: int | None, given: GoalFields) -> ProgrammeGoal:
    """Write where a goal stands and what shows it. Raises DomainError, EditConflict, NotAllowed, NotVisible."""
    _check_role(actor)
    goal = locked(ProgrammeGoal, actor, goal_id)
    _check_version(goal.version_id, version, asdict(goal_values(goal)) | {"version": goal.version_id})
    programme = _programme(actor, goal.programme_id)
    values = _checked_goal(programme.id, given, but=goal.id)
    for name, value in asdict(values).items():
        setattr(goal, name, value)
    goal.changed_at = clock.now()
    goal.version_id += 1
    _record(actor, programme, "goal_changed", goal_id=goal.id)
    return goal


def goal_values(goal: ProgrammeGoal) -> GoalFields:
    """What stands in the row."""
    return GoalFields(**{name: getattr(goal, name) for name in GoalFields.__dataclass_fields__})


def close_programme(actor: Actor, *, programme_id: int, on_date: date | None) -> Programme:
    """Close a project on a day, or open it again with None. May be repeated.

    Employers, their history, placements and partners stay exactly as they are: work with an employer goes on when a
    project ends. Reminders of milestones still to come are cancelled, and open again when it is.
    """
    programme = _programme(actor, programme_id)
    if on_date is not None and on_date < programme.starts_on:
        raise DomainError(_("The end date is before the start date."), field="closed_on")
    if programme.closed_on != on_date:
        programme.closed_on = on_date
        programme.version_id += 1
        _set_reminders(actor, programme)
        _record(actor, programme, "programme_closed" if on_date else "programme_reopened")
    return programme


def _set_reminders(actor: Actor, programme: Programme) -> None:
    statement = select(ProgrammeMilestone).where(ProgrammeMilestone.programme_id == programme.id)
    for milestone in current_session().scalars(trusted(statement, because=_CHECKED)).all():
        if programme.closed_on is not None:
            cancel_tasks(actor, kind=REMINDER, source_ref=str(milestone.id))
        else:
            _remind(actor, programme, milestone)


def _remind(actor: Actor, programme: Programme, milestone: ProgrammeMilestone) -> None:
    """A task before a milestone that is to come; one that was cancelled is open again."""
    if milestone.on_date < clock.today() or milestone.done_on is not None or programme.closed_on is not None:
        return
    due_on = max(milestone.on_date - timedelta(days=milestone.remind_days), clock.today())
    text, name = milestone.text, programme.name
    task = add_task(
        actor,
        title=in_all_languages(lambda: _("%(project)s: %(milestone)s is coming", project=name, milestone=text)),
        due_on=due_on,
        unit_id=programme.unit_id,
        owner_id=None,
        kind=REMINDER,
        source_ref=str(milestone.id),
    )
    if task.state is TaskState.CANCELLED:
        reopen_task(actor, task_id=task.id)


def _alert_without_partner(actor: Actor, programme: Programme) -> None:
    """When the last partner ends before the project does, the unit stands alone: it gets a task for that day."""
    for source_ref in open_sources(NO_PARTNER, starting_with=f"{programme.id}:"):
        cancel_tasks(actor, kind=NO_PARTNER, source_ref=source_ref)
    ends = [each for each in partner_ends(programme.id) if each is not None]
    if not ends or len(ends) < len(partner_ends(programme.id)):
        return
    last, name = max(ends), programme.name
    if programme.ends_on is not None and last >= programme.ends_on:
        return
    add_task(
        actor,
        title=in_all_languages(lambda: _("The last partner of %(project)s ends: the unit stands alone", project=name)),
        due_on=max(last, clock.today()),
        unit_id=programme.unit_id,
        owner_id=None,
        kind=NO_PARTNER,
        source_ref=f"{programme.id}:{secrets.token_hex(4)}",
    )


def _checked_partner(programme_id: int, given: PartnerFields, *, but: int | None) -> PartnerFields:
    name = clean_line(given.name)[:160]
    if not name:
        raise DomainError(_("Write the partner's name."), field="name")
    if given.starts_on and given.ends_on and given.ends_on < given.starts_on:
        raise DomainError(_("The end date is before the start date."), field="ends_on")
    there = select(ProgrammePartner.id).where(
        ProgrammePartner.programme_id == programme_id, ProgrammePartner.name == name
    )
    if current_session().scalar(trusted(there, because=_CHECKED)) not in (None, but):
        raise DomainError(_("This partner is there already."), field="name")
    return PartnerFields(
        name=name,
        role=clean_line(given.role or "")[:160] or None,
        contribution=clean_line(given.contribution or "")[:300] or None,
        co_finances=given.co_finances,
        is_partial=given.is_partial,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        employer_id=given.employer_id,
    )


def _checked_goal(programme_id: int, given: GoalFields, *, but: int | None) -> GoalFields:
    text = clean_line(given.text)[:300]
    if not text:
        raise DomainError(_("Write the goal."), field="text")
    if given.state not in GOAL_STATES:
        raise DomainError(_("Choose one of the alternatives."), field="state")
    there = select(ProgrammeGoal.id).where(ProgrammeGoal.programme_id == programme_id, ProgrammeGoal.text == text)
    if current_session().scalar(trusted(there, because=_CHECKED)) not in (None, but):
        raise DomainError(_("This goal is there already."), field="text")
    return GoalFields(
        text=text,
        is_main=given.is_main,
        state=given.state,
        status_text=clean_text(given.status_text or "")[:2000] or None,
        evidence=clean_text(given.evidence or "")[:2000] or None,
    )


def _programme(actor: Actor, programme_id: int) -> Programme:
    _check_role(actor)
    return locked(Programme, actor, programme_id)


def _check_role(actor: Actor) -> None:
    if not actor.has_role(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed(_("Only managers and administrators change programmes."))


def _check_version(now: int, version: int | None, current: dict[str, object]) -> None:
    if version is not None and now != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=current,
        )


def _record(actor: Actor, programme: Programme, action: str, **details: object) -> None:
    audit.record(
        actor, action, subject_type="programme", subject_id=programme.id, unit_id=programme.unit_id, details=details
    )

"""The Today page, the list of tasks and what can be done with a task."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from werkzeug.exceptions import BadRequest

from crm.accounts.current import current_actor
from crm.accounts.models import Unit
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many, shown
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.languages import in_language
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.guard import pointed_out
from crm.tasks import queries, services
from crm.tasks.first_steps import first_steps
from crm.tasks.forms import TaskFilter, TaskForm
from crm.tasks.models import Task, TaskState
from crm.tasks.places import task_place
from crm.tasks.working_days import add_working_days
from crm.web.context import local_path
from crm.web.filters import show_weekday, today
from crm.web.paging import PER_PAGE, page_of, requested_page
from crm.web.ports import ports
from crm.web.slots import slot
from crm.web.undo import flash_undo

blueprint = Blueprint("tasks", __name__, template_folder="templates")

blueprint.add_app_template_global(task_place)

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
TAKEN = _l("The task is yours now.")


@blueprint.get("/", endpoint="today")
@blueprint.get("/today", endpoint="today")
def today_page() -> ResponseReturnValue:
    """What is to be done today. An evaluator has no tasks and is led to the figures."""
    actor = current_actor()
    if not actor.has_role(*STAFF):
        return redirect(url_for("reports.follow_up"), code=303)
    agenda = queries.agenda_of(actor, today())
    html = render_template(
        "tasks/today.html",
        agenda=agenda,
        steps=first_steps(actor),
        first=slot("today.first"),
        meets_employers=actor.has_role(Role.COORDINATOR, Role.MANAGER),
        first_name=ports().display_name().partition(" ")[0],
        form=TaskForm(data={"due_on": today()}),
        reader=actor.language,
    )
    return seen_many(actor, html, participant_ids=shown(agenda.rows))


@blueprint.get("/tasks")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The list of tasks, filtered by the address."""
    actor = current_actor()
    form = TaskFilter(request.args)
    form.validate()
    words = queries.about_text(form.q.data or "", actor.language)
    where = [_whose(actor, form.who.data), *_in_state(form.state.data), *words]
    total = queries.count_tasks(actor, where)
    number = min(requested_page(), max(1, -(-total // PER_PAGE)))
    rows = queries.task_rows(
        actor,
        where,
        newest_first=form.state.data in ("done", "cancelled") or request.args.get("sort") == "-due",
        limit=PER_PAGE,
        offset=(number - 1) * PER_PAGE,
    )
    page = page_of(rows, page=number, per_page=PER_PAGE, total=total)
    html = render_template("tasks/index.html", page=page, form=form, reader=actor.language)
    return seen_many(actor, html, participant_ids=shown(rows))


@blueprint.route("/tasks/new", methods=["GET", "POST"])
@require(*STAFF)
def add() -> ResponseReturnValue:
    """Add a task of one's own or of the unit."""
    actor = current_actor()
    form = TaskForm(data={"due_on": today()}) if request.method == "GET" else TaskForm()
    findings = pointed_out(form, "title", "note")
    if not form.validate_on_submit() or findings:
        page = render_template("tasks/add.html", form=form, findings=findings)
        return page, 422 if form.is_submitted() else 200
    with transaction():
        services.add_task(
            actor,
            title={"": form.title.data or ""},
            due_on=form.due_on.data or today(),
            unit_id=_home_unit(actor),
            owner_id=actor.staff_id if form.owner.data == "me" else None,
            note=form.note.data or None,
        )
    flash(_("The task is added."), "success")
    return _back()


@blueprint.post("/tasks/<public_id>/done")
@require(*STAFF)
def done(public_id: str) -> ResponseReturnValue:
    """One tap: the task is done. The message carries an Undo button. One that is settled elsewhere leads there."""
    actor = current_actor()
    there = visible_one(Task, actor, public_id)
    place = task_place(there)
    if place is not None:
        return redirect(place.href, code=303)
    task_id = there.id
    with transaction():
        task = services.complete_task(actor, task_id=task_id)
        title = in_language(task.title, actor.language)
    flash_undo(_("Done: %(title)s", title=title), url_for(".reopen", public_id=public_id), next=_next())
    return _back()


@blueprint.post("/tasks/<public_id>/reopen")
@require(*STAFF)
def reopen(public_id: str) -> ResponseReturnValue:
    """Take back that a task is done; where it is settled elsewhere, it is taken back there."""
    actor = current_actor()
    there = visible_one(Task, actor, public_id)
    place = task_place(there)
    if place is not None:
        return redirect(place.href, code=303)
    task_id = there.id
    with transaction():
        services.reopen_task(actor, task_id=task_id)
    flash(_("The task is open again."), "success")
    return _back()


@blueprint.post("/tasks/<public_id>/postpone")
@require(*STAFF)
def postpone(public_id: str) -> ResponseReturnValue:
    """Move a task by a day or a week, counted from today when it is late, and on to the next working day."""
    actor = current_actor()
    task = visible_one(Task, actor, public_id)
    days = request.form.get("days", type=int)
    if days not in (1, 7):
        raise BadRequest
    before = task.due_on
    due_on = _working_day(max(before, today()) + timedelta(days=days), task.unit_id)
    task_id = task.id
    try:
        with transaction():
            services.reschedule_task(actor, task_id=task_id, due_on=due_on)
    except DomainError as error:
        flash(str(error.message), "warning")
        return _back()
    flash_undo(
        _("Moved to %(day)s.", day=show_weekday(due_on)),
        url_for(".move", public_id=public_id),
        due_on=before.isoformat(),
        next=_next(),
    )
    return _back()


@blueprint.post("/tasks/<public_id>/move")
@require(*STAFF)
def move(public_id: str) -> ResponseReturnValue:
    """Move a task to a given day."""
    actor = current_actor()
    task_id = visible_one(Task, actor, public_id).id
    due_on = request.form.get("due_on", type=date.fromisoformat)
    if due_on is None:
        raise BadRequest
    try:
        with transaction():
            services.reschedule_task(actor, task_id=task_id, due_on=due_on)
        flash(_("Moved to %(day)s.", day=show_weekday(due_on)), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return _back()


@blueprint.post("/tasks/<public_id>/take")
@require(*STAFF)
def take(public_id: str) -> ResponseReturnValue:
    """Make a task of the unit one's own; the message carries an Undo button."""
    actor = current_actor()
    there = visible_one(Task, actor, public_id)
    task_id, was_mine = there.id, there.owner_id == actor.staff_id
    try:
        with transaction():
            version = services.take_task(actor, task_id=task_id).version_id
        if was_mine:
            flash(str(TAKEN), "success")
        else:
            flash_undo(TAKEN, url_for(".give_back", public_id=public_id), version=version, next=_next())
    except DomainError as error:
        flash(str(error.message), "warning")
    return _back()


@blueprint.post("/tasks/<public_id>/give-back")
@require(*STAFF)
def give_back(public_id: str) -> ResponseReturnValue:
    """Take back that one took a task of the unit, unless something has happened with it since."""
    actor = current_actor()
    task_id = visible_one(Task, actor, public_id).id
    try:
        with transaction():
            services.give_task_back(actor, task_id=task_id, version=request.form.get("version", type=int) or 0)
        flash(_("Undone. The task is the unit's again."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return _back()


def _whose(actor: Actor, who: str) -> ColumnElement[bool]:
    if who == "unit":
        return Task.unit_id.in_(actor.unit_ids)
    if who == "unowned":
        return Task.owner_id.is_(None)
    return Task.owner_id == actor.staff_id


def _in_state(state: str) -> list[ColumnElement[bool]]:
    if state == "overdue":
        return [Task.state == TaskState.OPEN, Task.due_on < today()]
    known = {member.value for member in TaskState}
    return [Task.state == TaskState(state if state in known else "open")]


def _home_unit(actor: Actor) -> int:
    if actor.unit_id is None:
        raise BadRequest
    return actor.unit_id


def _working_day(day: date, unit_id: int) -> date:
    unit = current_session().get(Unit, unit_id)
    return add_working_days(day, 0, unit.country if unit else "")


def _next() -> str:
    return local_path(request.form.get("next"), fallback=url_for("tasks.today"))


def _back() -> ResponseReturnValue:
    return redirect(_next(), code=303)

"""Reading a file in on the page: send, look at the preview, confirm, see the report."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import units_for
from crm.accounts.scopes import visible, visible_one
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.imports import runs
from crm.imports.forms import UploadForm, kind_choices
from crm.imports.lookups import Defaults
from crm.imports.models import ImportRun, RunState
from crm.imports.reading import bytes_of
from crm.imports.report import ImportReport
from crm.programmes.queries import programmes_for
from crm.web.forms import choices

blueprint = Blueprint("imports", __name__, template_folder="templates")

_WHO = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
_WITH_PEOPLE = (Role.COORDINATOR, Role.MANAGER)
_SHOWN = 10
_AT_ONCE_SECONDS = 2.0
"""How long a request works itself, so that a short list is there at once; the background does the rest."""


@blueprint.route("/imports", methods=["GET", "POST"])
@require(*_WHO)
def index() -> ResponseReturnValue:
    """Send a file, and see those sent before."""
    actor = current_actor()
    form = UploadForm(data={"kind": "participants" if actor.has_role(*_WITH_PEOPLE) else "employers"})
    _fill(form, actor)
    if form.validate_on_submit():
        try:
            run_id, public_id = _start(actor, form)
            runs.work_on(run_id, seconds=_AT_ONCE_SECONDS)
            return redirect(url_for("imports.show", public_id=public_id), code=303)
        except DomainError as error:
            form.file.errors = [error.message]
    sent = current_session().scalars(visible(ImportRun, actor).order_by(ImportRun.id.desc()).limit(_SHOWN)).all()
    page = render_template("imports/index.html", form=form, sent=sent)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/imports/<public_id>")
@require(*_WHO)
def show(public_id: str) -> ResponseReturnValue:
    """How far a file is; then its preview, or its report. The page asks again by itself while it is being read."""
    run = visible_one(ImportRun, current_actor(), public_id)
    at_work = run.state in (RunState.CHECKING, RunState.RUNNING)
    template = "imports/progress.html" if at_work else "imports/report.html"
    page = render_template(template, run=run, report=ImportReport.from_json(run.report), waits=_waits(run))
    return page


@blueprint.post("/imports/<public_id>/confirm")
@require(*_WHO)
def confirm(public_id: str) -> ResponseReturnValue:
    """Read a checked file in."""
    actor = current_actor()
    run_id = visible_one(ImportRun, actor, public_id).id
    try:
        with transaction():
            runs.confirm_run(actor, run_id=run_id)
        runs.work_on(run_id, seconds=_AT_ONCE_SECONDS)
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for("imports.show", public_id=public_id), code=303)


@blueprint.post("/imports/<public_id>/drop")
@require(*_WHO)
def drop(public_id: str) -> ResponseReturnValue:
    """Forget a file."""
    actor = current_actor()
    run_id = visible_one(ImportRun, actor, public_id).id
    with transaction():
        runs.drop_run(actor, run_id=run_id)
    flash(_("The file is forgotten. Nothing of it was read in."), "success")
    return redirect(url_for("imports.index"), code=303)


def _waits(run: ImportRun) -> bool:
    return run.state is RunState.CHECKED


def _start(actor: Actor, form: UploadForm) -> tuple[int, str]:
    content = bytes_of(form.file.data.stream)
    defaults = Defaults(unit_id=form.unit_id.data, programme_id=form.programme_id.data)
    with transaction():
        run = runs.start_run(
            actor,
            kind=form.kind.data,
            filename=form.file.data.filename or "",
            content=content,
            defaults=defaults,
            language=str(get_locale() or "en"),
        )
        return run.id, run.public_id


def _fill(form: UploadForm, actor: Actor) -> None:
    kind_choices(form, with_participants=actor.has_role(*_WITH_PEOPLE))
    units = [(unit.id, unit.name) for unit in units_for(actor)]
    form.unit_id.choices = choices(units, empty=_("My own unit"))
    programmes = [(each.id, f"{each.name} ({each.code})") for each in programmes_for(actor)]
    form.programme_id.choices = choices(programmes, empty=_("None"))

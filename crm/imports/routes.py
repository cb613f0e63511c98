"""Reading a file in on the page: send, look at the preview, confirm, see the report."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
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
from crm.imports.field_names import field_name
from crm.imports.forms import (
    NO_UNIT,
    ColumnsForm,
    UploadForm,
    chosen_places,
    chosen_unit,
    column_field,
    field_choices,
    kind_choices,
    unit_choices,
)
from crm.imports.mappings import forget_mapping, remember_mapping
from crm.imports.models import ImportMapping, ImportRun, RunState
from crm.imports.reading import bytes_of
from crm.imports.report import ImportReport
from crm.imports.wrong_rows import wrong_rows_file
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
    mappings = current_session().scalars(visible(ImportMapping, actor).order_by(ImportMapping.name)).all()
    page = render_template("imports/index.html", form=form, sent=sent, mappings=mappings, field_name=field_name)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/imports/<public_id>")
@require(*_WHO)
def show(public_id: str) -> ResponseReturnValue:
    """How far a file is; then its preview, or its report. The page asks again by itself while it is being read."""
    run = visible_one(ImportRun, current_actor(), public_id)
    if run.state is RunState.MAPPING:
        return redirect(url_for("imports.columns", public_id=public_id))
    at_work = run.state in (RunState.CHECKING, RunState.RUNNING, RunState.UNDOING)
    if at_work:
        part = request.headers.get("HX-Request") == "true"
        return render_template("imports/_progress.html" if part else "imports/progress.html", run=run)
    page = render_template(
        "imports/report.html",
        run=run,
        report=ImportReport.from_json(run.report),
        waits=run.state is RunState.CHECKED,
        undo=run.undo_report if run.state is RunState.UNDONE else None,
        may_undo=runs.can_be_undone(run),
        may_change_columns=run.state is RunState.CHECKED and run.content is not None,
        field_name=field_name,
    )
    response = make_response(page)
    if request.headers.get("HX-Request") == "true":
        # The progress bar asked: the page that has come in its place is loaded whole.
        response = make_response("")
        response.headers["HX-Redirect"] = url_for("imports.show", public_id=public_id)
    return response


@blueprint.route("/imports/<public_id>/columns", methods=["GET", "POST"])
@require(*_WHO)
def columns(public_id: str) -> ResponseReturnValue:
    """Say what the columns of a file mean, and how it meets what is there already."""
    actor = current_actor()
    run = visible_one(ImportRun, actor, public_id)
    form = ColumnsForm(data={"overwrite": run.overwrite, "unit_id": NO_UNIT if run.of_no_unit else run.unit_id})
    if run.kind == "employers":
        unit_choices(form, [(unit.id, unit.name) for unit in units_for(actor)])
    else:
        del form.unit_id
    headings = [str(each) for each in run.headings or ()]
    places = run.places
    error = None
    if form.validate_on_submit():
        places, error = chosen_places(request.form, headings, run.kind)
        if error is None:
            try:
                return _check_again(actor, run.id, public_id, form, headings=headings, places=places)
            except DomainError as refused:
                error = str(refused.message)
    by_place = {place: name for name, place in places.items()}
    page = render_template(
        "imports/columns.html",
        run=run,
        form=form,
        error=error,
        headings=headings,
        by_place=by_place,
        options=field_choices(run.kind),
        column_field=column_field,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/imports/<public_id>/wrong-rows")
@require(*_WHO)
def wrong_rows(public_id: str) -> ResponseReturnValue:
    """The wrong rows as a file to correct and send again."""
    run = visible_one(ImportRun, current_actor(), public_id)
    return wrong_rows_file(run)


@blueprint.post("/imports/<public_id>/undo")
@require(*_WHO)
def undo(public_id: str) -> ResponseReturnValue:
    """Take a whole import of employers back."""
    actor = current_actor()
    run_id = visible_one(ImportRun, actor, public_id).id
    try:
        with transaction():
            runs.undo_run(actor, run_id=run_id)
        runs.work_on(run_id, seconds=_AT_ONCE_SECONDS)
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for("imports.show", public_id=public_id), code=303)


@blueprint.post("/imports/mappings/<public_id>/forget")
@require(*_WHO)
def forget(public_id: str) -> ResponseReturnValue:
    """Forget remembered columns."""
    actor = current_actor()
    mapping_id = visible_one(ImportMapping, actor, public_id).id
    with transaction():
        forget_mapping(actor, mapping_id=mapping_id)
    flash(_("The columns are forgotten."), "success")
    return redirect(url_for("imports.index"), code=303)


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
    try:
        with transaction():
            runs.drop_run(actor, run_id=run_id)
    except DomainError as error:
        flash(str(error.message), "warning")
        return redirect(url_for("imports.show", public_id=public_id), code=303)
    flash(_("The file is forgotten. Nothing of it was read in."), "success")
    return redirect(url_for("imports.index"), code=303)


def _check_again(
    actor: Actor, run_id: int, public_id: str, form: ColumnsForm, *, headings: list[str], places: dict[str, int]
) -> ResponseReturnValue:
    name = (form.save_as.data or "").strip()
    with transaction():
        unit = chosen_unit(form, kind="employers") if form.unit_id else None
        run = runs.choose_columns(
            actor, run_id=run_id, places=places, overwrite=bool(form.overwrite.data), defaults=unit
        )
        if name:
            remember_mapping(actor, kind=run.kind, name=name, headings=headings, places=places)
    runs.work_on(run_id, seconds=_AT_ONCE_SECONDS)
    return redirect(url_for("imports.show", public_id=public_id), code=303)


def _start(actor: Actor, form: UploadForm) -> tuple[int, str]:
    content = bytes_of(form.file.data.stream)
    defaults = chosen_unit(form, kind=form.kind.data, programme_id=form.programme_id.data)
    with transaction():
        run = runs.start_run(
            actor,
            kind=form.kind.data,
            filename=form.file.data.filename or "",
            content=content,
            defaults=defaults,
            language=str(get_locale() or "en"),
            overwrite=bool(form.overwrite.data),
        )
        return run.id, run.public_id


def _fill(form: UploadForm, actor: Actor) -> None:
    kind_choices(form, with_participants=actor.has_role(*_WITH_PEOPLE))
    unit_choices(form, [(unit.id, unit.name) for unit in units_for(actor)])
    programmes = [(each.id, f"{each.name} ({each.code})") for each in programmes_for(actor)]
    form.programme_id.choices = choices(programmes, empty=_("None"))

"""Scripts as a whole: adding, copying, archiving, files."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.errors import DomainError
from crm.web.downloads import attachment
from crm.web.undo import flash_undo
from outreach.scripts.messages import sentence
from outreach.scripts.models import CallScript
from outreach.scripts.pages.blueprint import blueprint
from outreach.scripts.pages.forms import ImportForm, NewScriptForm, new_key
from outreach.scripts.queries import STAFF
from outreach.scripts.rows import WRITERS
from outreach.scripts.services import scripts as services
from outreach.scripts.services import sharing

LARGEST_FILE = 800_000


@blueprint.route("/new", methods=["GET", "POST"])
@require(*WRITERS)
def add() -> ResponseReturnValue:
    """Begin a script."""
    actor = current_actor()
    form = NewScriptForm() if request.method == "POST" else NewScriptForm(data={"submission_key": new_key()})
    form.prepare(actor)
    if form.validate_on_submit():
        try:
            with transaction():
                script = services.create_script(
                    actor, title={actor.language: form.title.data or ""}, unit_id=form.unit_id.data,
                    submission_key=form.submission_key.data or None,
                )  # fmt: skip
                address = url_for(".draft", public_id=script.public_id)
            flash(_("The script is added. Now write its steps."), "success")
            return redirect(address, code=303)
        except DomainError as error:
            form.add_error(error)
    return render_template("call_scripts/new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/library/install")
@require(*WRITERS)
def install() -> ResponseReturnValue:
    """Bring the shipped scripts in that are not there."""
    with transaction():
        added = len(services.install_shipped(current_actor()))
    told = ngettext("%(num)d shipped script is added.", "%(num)d shipped scripts are added.", added)
    flash(told if added else _("The shipped scripts are there already, in use or archived."), "success")
    return redirect(url_for(".index"), code=303)


@blueprint.post("/<public_id>/copy")
@require(*WRITERS)
def copy(public_id: str) -> ResponseReturnValue:
    """A new script that begins with what another says."""
    actor = current_actor()
    script_id = visible_one(CallScript, actor, public_id).id
    key = request.form.get("submission_key", "")[:40] or None
    try:
        with transaction():
            address = services.copy_script(actor, script_id=script_id, submission_key=key).public_id
    except DomainError as error:
        flash(str(error.message), "error")
        return _to(public_id)
    flash(_("The copy is yours to change. Nothing happens to the other script."), "success")
    return redirect(url_for(".draft", public_id=address), code=303)


@blueprint.post("/<public_id>/archive")
@require(*WRITERS)
def archive(public_id: str) -> ResponseReturnValue:
    """Take a script out of use."""
    actor = current_actor()
    script_id = visible_one(CallScript, actor, public_id).id
    with transaction():
        services.archive_script(actor, script_id=script_id)
    flash_undo(_("The script is archived. Calls that are going on keep it."), url_for(".restore", public_id=public_id))
    return redirect(url_for(".index"), code=303)


@blueprint.post("/<public_id>/restore")
@require(*WRITERS)
def restore(public_id: str) -> ResponseReturnValue:
    """Bring a script back into use."""
    actor = current_actor()
    script_id = visible_one(CallScript, actor, public_id).id
    with transaction():
        services.restore_script(actor, script_id=script_id)
    flash(_("The script is in use again."), "success")
    return _to(public_id)


@blueprint.post("/<public_id>/export")
@require(*STAFF)
def export(public_id: str) -> ResponseReturnValue:
    """The script as a file that others can use."""
    actor = current_actor()
    script = visible_one(CallScript, actor, public_id)
    script_id, name = script.id, script.key
    try:
        with transaction():
            content = sharing.export_script(actor, script_id=script_id)
    except DomainError as error:
        flash(str(error.message), "error")
        return _to(public_id)
    return attachment(f"{name}.yaml", content.encode())


@blueprint.route("/import", methods=["GET", "POST"])
@require(*WRITERS)
def bring_in() -> ResponseReturnValue:
    """Bring a script in from a file."""
    actor, form = current_actor(), ImportForm()
    form.prepare(actor)
    faults: list[tuple[int | None, str]] = []
    if form.validate_on_submit():
        try:
            content = _uploaded()
            with transaction():
                done = sharing.import_script(actor, content=content, unit_id=form.unit_id.data)
                address, is_changed = url_for(".draft", public_id=done.script.public_id), done.is_changed
            if is_changed:
                flash(_("The file is here as a draft. Read it, try it, and publish it."), "success")
                return redirect(address, code=303)
            flash(_("This script is here already and says the same."), "success")
            return redirect(url_for(".show", public_id=done.script.public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, sharing.WrongFile):
                faults = [(each.line, sentence(each)) for each in error.problems]
    html = render_template("call_scripts/import.html", form=form, faults=faults)
    return html, 422 if form.is_submitted() else 200


def _uploaded() -> str:
    upload = request.files.get("file")
    content = upload.read(LARGEST_FILE + 1) if upload else b""
    if not content or len(content) > LARGEST_FILE:
        raise DomainError(_("Choose a file of a call script, of 800 kB at most."), field="file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError(_("The file is not text in UTF-8."), field="file") from None


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", public_id=public_id), code=303)

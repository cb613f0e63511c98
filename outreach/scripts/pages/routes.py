"""Reading scripts: the list, a script with its picture and versions, paper."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.languages import NAMES
from crm.web.paging import requested_page
from outreach.scripts.models import CallScript, CallScriptVersion
from outreach.scripts.pages.blueprint import blueprint
from outreach.scripts.pages.forms import SHOWN, ImportForm, ListForm, new_key
from outreach.scripts.pages.shown import drawing_of, steps_of
from outreach.scripts.published import script_in
from outreach.scripts.queries import STAFF, ScriptFilter, draft_of, script_page, versions_of
from outreach.scripts.rows import WRITERS, may_write
from outreach.scripts.wording import field_label


@blueprint.get("")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The scripts of the organisation and of one's units, filtered by the address."""
    actor, form = current_actor(), ListForm(request.args)
    show = form.show.data if form.show.data in SHOWN else "used"
    filters = ScriptFilter(text=(form.q.data or "").replace("\x00", "")[:100], show=show)
    import_form = ImportForm(formdata=None)
    import_form.prepare(actor)
    return render_template(
        "call_scripts/index.html",
        page=script_page(actor, filters, page=requested_page()),
        form=form,
        import_form=import_form,
        language=actor.language,
        language_names=NAMES,
        may_write=actor.has_role(*WRITERS),
        may_change=lambda script: may_write(actor, script),
    )


@blueprint.get("/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """A script as callers meet it: the version published last."""
    return _page(public_id, None, "call_scripts/show.html")


@blueprint.get("/<public_id>/versions/<int:number>")
@require(*STAFF)
def show_version(public_id: str, number: int) -> ResponseReturnValue:
    """A version that was published before."""
    return _page(public_id, number, "call_scripts/show.html")


@blueprint.get("/<public_id>/versions/<int:number>/print")
@require(*STAFF)
def print_version(public_id: str, number: int) -> ResponseReturnValue:
    """A version on paper, to lie beside the telephone."""
    return _page(public_id, number, "call_scripts/print.html")


def _page(public_id: str, number: int | None, template: str) -> str:
    actor = current_actor()
    script = visible_one(CallScript, actor, public_id)
    versions = versions_of(actor, script.id)
    found = next((each for each in versions if number in (None, each.number)), None)
    if found is None and number is not None:
        raise NotFound
    is_writer = may_write(actor, script)
    return render_template(
        template,
        script=script,
        title=script.title_in(actor.language),
        versions=versions,
        draft=draft_of(actor, script.id) if is_writer else None,
        may_write=is_writer,
        may_copy=actor.has_role(*WRITERS),
        copy_key=new_key(),
        **_content(actor, found),
    )


def _content(actor: Actor, version: CallScriptVersion | None) -> dict[str, object]:
    if version is None:
        return {"version": None, "steps": [], "drawing": "", "first": "", "on_close": []}
    content = script_in(version.text)
    return {
        "version": version,
        "steps": steps_of(content, actor.language),
        "drawing": drawing_of(content, actor.language),
        "first": content.start,
        "on_close": [field_label(name) for name in content.required_on_close],
    }

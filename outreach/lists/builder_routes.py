"""Making a list: from which employers, who of them is left out and why, what is to be reached, who calls."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import new_public_id, transaction
from crm.employers.list_queries import EmployerFilter
from crm.employers.queries import STAFF, staff_of_units
from crm.employers.routes import filter_of
from crm.employers.saved_views import arguments_of, query_of
from crm.errors import DomainError
from crm.web.conflicts import refusal
from crm.web.context import url_if_exists
from outreach.lists.blueprint import blueprint
from outreach.lists.building import build_list, change_list, may_change, reasons_counted, values_of, who_is_listed
from outreach.lists.forms import ListForm
from outreach.lists.list_queries import employer_names
from outreach.lists.models import CallList, LeftOut
from outreach.lists.views import query_here, view_choices
from outreach.lists.words import REASONS
from outreach.scripts.queries import script_choices

SHOWN = 100
"""So many of those who are left out are named before the list is made; on the list all of them are."""
_EVERYBODY = "owner=all"


@blueprint.route("/new", methods=["GET", "POST"])
@require(*STAFF)
def add() -> ResponseReturnValue:
    """Make a list of the employers of a view: shows who is left out and why, and makes it when that was seen."""
    actor = current_actor()
    usual = {"unit_id": actor.unit_id, "caller_ids": [actor.staff_id], "submission_key": new_public_id()}
    form = ListForm() if request.method == "POST" else ListForm(data=usual)
    _prepare(form, actor)
    query = query_of(arguments_of(form.query.data or "")) if form.is_submitted() else query_here()
    form.query.data = query if query is not None else "owner=unit"
    if form.validate_on_submit() and request.form.get("step") != "preview":
        try:
            return _build(actor, form)
        except DomainError as error:
            form.add_error(error)
    page = render_template("call_lists/new.html", form=form, **_preview(actor, form))
    return page, 422 if form.errors else 200


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit(public_id: str) -> ResponseReturnValue:
    """Change what a list is to reach and who calls."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    now = values_of(call_list) | {
        "unit_id": call_list.unit_id,
        "caller_ids": [each.staff_id for each in call_list.callers],
    }
    form = ListForm() if request.method == "POST" else ListForm(data=now)
    _prepare(form, actor, call_list)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        list_id, version = call_list.id, int(form.version.data or 0)
        try:
            with transaction():
                change_list(actor, list_id=list_id, version=version, given=form.as_fields())
            flash(_("Saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            different = refusal(form, error)
            call_list = visible_one(CallList, actor, public_id)
    page = render_template(
        "call_lists/edit.html", form=form, call_list=call_list, different=different,
        may_change=may_change(actor, call_list),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def _build(actor: Actor, form: ListForm) -> ResponseReturnValue:
    query = form.query.data or ""
    filters = _filters(query)
    given, unit_id, key = form.as_fields(), form.unit_id.data or 0, form.key
    with transaction():
        call_list = build_list(
            actor, unit_id=unit_id, given=given, filters=filters, view_query=query, submission_key=key
        )
        public_id = call_list.public_id
    flash(_("The list is ready. It can be called from now on."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


def _preview(actor: Actor, form: ListForm) -> dict[str, object]:
    """Who would be called, and who is left out and why."""
    query = form.query.data or ""
    unit_id = form.unit_id.data if form.unit_id.data in actor.unit_ids else actor.unit_id
    cooldown = form.cooldown_days.data if not form.cooldown_days.errors else None
    listed = who_is_listed(
        actor, unit_id=unit_id or 0, cooldown_days=30 if cooldown is None else cooldown, filters=_filters(query)
    )
    out = [each for each in listed if each.reason]
    names = employer_names(actor, [each.employer_id for each in out[:SHOWN]])
    called = len(listed) - len(out)
    return {
        "called": called,
        "heading": ngettext("%(num)d employer will be called", "%(num)d employers will be called", called),
        "left_out": len(out),
        "counted": reasons_counted(listed),
        "reasons": REASONS,
        "rows": [(names.get(each.employer_id, ""), REASONS[LeftOut(str(each.reason))]) for each in out[:SHOWN]],
        "views": view_choices(actor, query),
        "scripts_url": url_if_exists("call_scripts.index"),
        "back": f"{url_for('employers.index')}?{query or _EVERYBODY}",
    }


def _filters(query: str) -> EmployerFilter:
    return filter_of(arguments_of(query))[1]


def _prepare(form: ListForm, actor: Actor, call_list: CallList | None = None) -> None:
    """Fill in the lists. What stands in the list already can stay, also what could not be chosen anew."""
    scripts = script_choices(actor)
    unit_ids = actor.unit_ids
    staff = {each.id: each.name for each in staff_of_units(unit_ids)}
    if call_list is not None:
        if call_list.script_id not in dict(scripts):
            scripts.append((call_list.script_id, call_list.script.title_in(actor.language)))
        staff |= {each.staff_id: each.staff.name for each in call_list.callers}
    people = sorted(staff.items(), key=lambda pair: (pair[1], pair[0]))
    form.prepare(units=unit_choices(unit_ids), scripts=scripts, staff=people)
    if call_list is not None:
        del form.unit_id

"""Doing the same for many employers: ticked in the list, or all that match its filters."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import new_public_id, transaction
from crm.employers.blueprint import blueprint
from crm.employers.bulk_forms import BulkForm
from crm.employers.list_queries import employer_ids, ids_of, relationships_of_reader
from crm.employers.queries import STAFF, staff_of_units
from crm.employers.routes import filter_of
from crm.employers.saved_views import arguments_of
from crm.employers.services.bulk import MOST, BulkPlan, do_bulk, plan_bulk, undo_bulk
from crm.employers.stage_queries import stages_of
from crm.employers.stages import StageSet
from crm.employers.view_models import BulkAction
from crm.errors import DomainError
from crm.web.undo import flash_undo


@blueprint.post("/lists/employers/bulk")
@require(*STAFF)
def bulk() -> ResponseReturnValue:
    """Ask for what is to be done, show who and what and who is left out, and do it when that was confirmed."""
    actor, form = current_actor(), BulkForm()
    ids = _chosen(actor, form)
    form.prepare([(staff.id, staff.name) for staff in staff_of_units(actor.unit_ids)], _stages_for(actor, ids).choices)
    back = f"{url_for('.index')}?{form.query.data or 'owner=all'}"
    if not ids or not form.kind.data or form.kind.errors:
        flash(_("Tick the employers first, and choose what is to be done."), "warning")
        return redirect(back, code=303)
    form.ids.data = " ".join(str(each) for each in ids)
    plan: BulkPlan | None = None
    if form.step.data in ("preview", "do") and form.validate():
        try:
            if form.step.data == "do":
                return _do(actor, form, ids, back)
            plan = plan_bulk(actor, employer_ids=ids, wish=form.wish())
        except DomainError as error:
            form.add_error(error)
    form.submission_key.data = form.submission_key.data or new_public_id()
    names = [each.name for each in relationships_of_reader(actor, ids)] if plan is None else []
    page = render_template("employers/bulk.html", form=form, plan=plan, names=names, count=len(ids), back=back)
    return page, 422 if form.errors else 200


@blueprint.post("/lists/employers/bulk/<public_id>/undo")
@require(*STAFF)
def undo_many(public_id: str) -> ResponseReturnValue:
    """Take back what was done to many employers at once."""
    actor = current_actor()
    bulk_id = visible_one(BulkAction, actor, public_id).id
    with transaction():
        result = undo_bulk(actor, bulk_id=bulk_id)
    text = ngettext("Undone for %(num)d employer.", "Undone for %(num)d employers.", result.undone)
    if result.kept:
        text += " " + ngettext(
            "%(num)d has been changed by somebody since, and stays.",
            "%(num)d have been changed by somebody since, and stay.",
            result.kept,
        )
    flash(text, "warning" if result.kept else "success")
    return redirect(url_for(".index", owner="all"), code=303)


def _do(actor: Actor, form: BulkForm, ids: list[int], back: str) -> ResponseReturnValue:
    wish, key = form.wish(), form.submission_key.data or None
    with transaction():
        done = do_bulk(actor, employer_ids=ids, wish=wish, submission_key=key)
        public_id, count = done.public_id, len(done.memory)
    text = ngettext("Done for %(num)d employer.", "Done for %(num)d employers.", count)
    flash_undo(text, url_for(".undo_many", public_id=public_id))
    return redirect(back, code=303)


def _stages_for(actor: Actor, ids: list[int]) -> StageSet:
    """The stages of the unit that the employers belong to; where there are several, those of the reader's unit."""
    units = {each.relationship.unit_id for each in relationships_of_reader(actor, ids) if each.relationship}
    return stages_of(units.pop() if len(units) == 1 else actor.unit_id)


def _chosen(actor: Actor, form: BulkForm) -> list[int]:
    """The employers that were previewed, that match, or that were ticked; at most one more than ``MOST``."""
    if form.ids.data:
        return ids_of(actor, [int(each) for each in form.ids.data.split() if each.isdecimal() and len(each) < 10])
    if form.all_match.data:
        return employer_ids(actor, filter_of(arguments_of(form.query.data or ""))[1], limit=MOST + 1)
    return ids_of(actor, request.form.getlist("e")[: MOST + 1])

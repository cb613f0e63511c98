"""Choosing the stages of a unit."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.models import Unit
from crm.accounts.permissions import require
from crm.accounts.queries import units_for
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers.blueprint import blueprint
from crm.employers.services.stage_plans import choose_stages
from crm.employers.stage_forms import StagesForm
from crm.employers.stage_queries import stages_of
from crm.employers.stages import StageSet, long_list, shipped
from crm.errors import DomainError

CHOOSERS = (Role.MANAGER, Role.ADMINISTRATOR)


@blueprint.get("/settings/stages")
@require(*CHOOSERS)
def stages_of_units() -> ResponseReturnValue:
    """The actor's units, to choose one whose stages are set; who has one goes straight there."""
    units = units_for(current_actor())
    if len(units) == 1:
        return redirect(url_for(".choose_stages_of", unit_public_id=units[0].public_id))
    rows = [(unit, _which(stages_of(unit.id))) for unit in units]
    return render_template("employers/stages_of_units.html", rows=rows)


@blueprint.route("/settings/stages/<unit_public_id>", methods=["GET", "POST"])
@require(*CHOOSERS)
def choose_stages_of(unit_public_id: str) -> ResponseReturnValue:
    """Choose the five stages, the long list, or names and an order of one's own."""
    actor = current_actor()
    unit = _unit(actor, unit_public_id)
    stages = stages_of(unit.id)
    shown = {"which": _which(stages), "version": unit.version_id}
    form = StagesForm() if request.method == "POST" else StagesForm(data=shown)
    if request.method == "GET":
        form.fill(stages)
    elif form.validate():
        try:
            unit_id = unit.id
            with transaction():
                chosen = choose_stages(
                    actor, unit_id=unit_id, version=form.version.data, which=form.which.data, own=form.own(stages)
                )
            flash(_("Saved. Nobody has been moved: each employer stands where it means the same."), "success")
            _say_if_same(form.which.data, chosen)
            return redirect(url_for(".choose_stages_of", unit_public_id=unit_public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template("employers/stages.html", form=form, unit=_unit(actor, unit_public_id))
    return page, 422 if form.is_submitted() else 200


def _unit(actor: Actor, public_id: str) -> Unit:
    statement = select(Unit).where(Unit.public_id == public_id, Unit.id.in_(actor.unit_ids))
    found = current_session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def _say_if_same(wanted: str, chosen: StageSet) -> None:
    """Own stages that are written as shipped ones are those, here and in every list: said, so that nobody wonders."""
    if wanted == "own" and _which(chosen) != "own":
        names = {"five": _("The five stages"), "long": _("The long list, from identified to hired")}
        flash(_("As written, your own stages are the same as: %(stages)s.", stages=names[_which(chosen)]), "info")


def _which(stages: StageSet) -> str:
    """Which of the three choices these stages are. A name that somebody wrote is not the shipped one."""
    for which, usual in (("five", shipped()), ("long", long_list())):
        if [(each.code, each.name) for each in stages.stages] == [(each.code, each.name) for each in usual.stages]:
            return which
    return "own"

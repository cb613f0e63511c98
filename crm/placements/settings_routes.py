"""What units insist on, occupations with their shares, and the report of chains."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.actors import Role
from crm.db import transaction
from crm.errors import DomainError
from crm.participants.continuity import continuity
from crm.placements import around_services
from crm.placements.around_forms import OccupationForm, RulesForm
from crm.placements.blueprint import blueprint, figures
from crm.placements.chains import chain_figures, chain_lines, untypical_by_sex
from crm.placements.periods import read_period
from crm.placements.queries import levels_for, occupations
from crm.web.downloads import download
from crm.web.forms import choices


@blueprint.route("/settings/placements", methods=["GET", "POST"])
@require(Role.MANAGER)
def rules() -> ResponseReturnValue:
    """Which gaps a unit passes over, names, or insists on."""
    actor = current_actor()
    units = unit_choices(actor.unit_ids)
    known = {unit_id for unit_id, _label in units}
    asked = request.args.get("unit", "")
    chosen = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    chosen = chosen if chosen in known else actor.unit_id or 0
    data = {kind.value: level for kind, level in levels_for(chosen).items()} | {"unit": chosen}
    form = RulesForm(data=data) if request.method == "GET" else RulesForm()
    form.unit.choices = choices(units)
    if form.validate_on_submit():
        unit_id = form.unit.data
        try:
            with transaction():
                around_services.save_rules(actor, unit_id=unit_id, levels=form.levels())
            flash(_("Saved."), "success")
            return redirect(url_for(".rules", unit=unit_id), code=303)
        except DomainError as error:
            form.add_error(error)
    html = render_template("placements/rules.html", form=form, units=units, chosen=chosen)
    return html, 422 if form.is_submitted() else 200


@blueprint.route("/settings/occupations", methods=["GET", "POST"])
@require(Role.MANAGER)
def occupation_list() -> ResponseReturnValue:
    """The occupations that a placement can name, with the share of women in each."""
    actor = current_actor()
    form = OccupationForm()
    if form.validate_on_submit():
        try:
            with transaction():
                around_services.save_occupation(
                    actor, name=form.name.data or "", share_women=form.share_women.data, as_of=form.as_of.data,
                    source=form.source.data,
                )  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for(".occupation_list"), code=303)
        except DomainError as error:
            form.add_error(error)
    html = render_template("placements/occupations.html", form=form, rows=occupations())
    return html, 422 if form.is_submitted() else 200


@figures.get("/placements/chains")
@require(*Role)
def chains() -> ResponseReturnValue:
    """From practice over wage subsidy to a job: figures without persons, by period."""
    actor = current_actor()
    since, until, problem = read_period(request.args, clock.today())
    if problem:
        flash(_("The period could not be read. Dates are written as 2026-11-22, the first one first."), "warning")
    context: dict[str, Any] = {
        "figures": chain_figures(actor.unit_ids, since, until),
        "untypical": untypical_by_sex(actor.unit_ids, since, until),
        "continuity": continuity(actor.unit_ids, since, until),
        "since": since,
        "until": until,
    }
    return render_template("placements/chains.html", **context)


@figures.get("/placements/chains/export")
@require(*Role)
def export_chains() -> ResponseReturnValue:
    """The same figures as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    since, until, _problem = read_period(request.args, clock.today())
    lines = chain_lines(
        chain_figures(actor.unit_ids, since, until),
        untypical_by_sex(actor.unit_ids, since, until),
        continuity(actor.unit_ids, since, until),
    )
    period = f"{since.isoformat()} – {until.isoformat()}"
    headings = [_("What is counted"), _("How many"), _("Of"), _("Period")]
    rows = [[label, str(count), str(base), period] for label, count, base in lines]
    with transaction():
        record(actor, "chains_exported", subject_type="unit", subject_id=actor.unit_id, unit_id=actor.unit_id)
    return download("chains", "csv", headings, rows)

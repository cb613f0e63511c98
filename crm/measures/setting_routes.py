"""What the measures need from people: numbers of workplaces, what staff agreed to, reviewed weeks."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crm.accounts.current import current_actor
from crm.accounts.models import Unit
from crm.accounts.permissions import require
from crm.accounts.queries import unit_one, units_for
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers.forms import country_choices
from crm.errors import DomainError
from crm.measures import services
from crm.measures.forms import StaffAgreementForm, WorkplacesForm
from crm.measures.queries import shows_coordinators, staff_agreements, workplace_counts
from crm.measures.routes import blueprint
from crm.measures.services import WorkplaceFields
from crm.web.context import local_path
from crm.web.filters import today
from crm.web.forms import choices

_WHO = (Role.MANAGER, Role.ADMINISTRATOR)


@blueprint.route("/measures/workplaces", methods=["GET", "POST"])
@require(*_WHO)
def workplaces() -> ResponseReturnValue:
    """How many workplaces there are, by municipality and year: what penetration is a share of."""
    form = WorkplacesForm(data={"year": today().year, "country": _country()})
    form.country.choices = choices(country_choices())
    if form.validate_on_submit():
        fields = WorkplaceFields(
            municipality_code=form.municipality_code.data or "", municipality=form.municipality.data or "",
            year=form.year.data or 0, workplaces=form.workplaces.data or 0, source=form.source.data or None,
            country=form.country.data or _country(),
        )  # fmt: skip
        try:
            with transaction():
                services.set_workplaces(current_actor(), fields=fields)
            flash(_("The number is saved."), "success")
            return redirect(url_for(".workplaces"), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template("measures/workplaces.html", form=form, rows=workplace_counts())
    return page, 422 if form.is_submitted() else 200


def _country() -> str:
    """The one that somebody works in, whose numbers they will enter."""
    return current_session().get_one(Unit, current_actor().unit_id).country


@blueprint.post("/measures/workplace-counts/<public_id>/remove")
@require(*_WHO)
def remove_workplaces(public_id: str) -> ResponseReturnValue:
    """Take a number away that was wrong."""
    with transaction():
        services.remove_workplaces(current_actor(), public_id=public_id)
    flash(_("The number is gone."), "success")
    return redirect(url_for(".workplaces"), code=303)


@blueprint.route("/measures/staff-agreement", methods=["GET", "POST"])
@require(*_WHO)
def staff_agreement() -> ResponseReturnValue:
    """Record that the staff of a unit agreed to figures about single coordinators: when, and who."""
    actor = current_actor()
    units = units_for(actor)
    form = StaffAgreementForm(data={"agreed_on": today()}) if request.method == "GET" else StaffAgreementForm()
    form.unit.choices = choices([(unit.public_id, unit.name) for unit in units])
    if form.validate_on_submit():
        unit_id = unit_one(actor, form.unit.data).id
        try:
            with transaction():
                services.record_staff_agreement(
                    actor,
                    unit_id=unit_id,
                    agreed_on=form.agreed_on.data or today(),
                    agreed_with=form.agreed_with.data or "",
                )
            flash(_("The agreement is recorded."), "success")
            return redirect(url_for(".staff_agreement"), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template(
        "measures/staff_agreement.html",
        form=form,
        units=units,
        agreed=staff_agreements({unit.id for unit in units}),
        shown={unit.id for unit in units if shows_coordinators(unit.id)},
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/measures/staff-agreement/<unit_public_id>/end")
@require(*_WHO)
def end_staff_agreement(unit_public_id: str) -> ResponseReturnValue:
    """It holds no longer: figures about single coordinators are gone at once."""
    actor = current_actor()
    unit_id = unit_one(actor, unit_public_id).id
    with transaction():
        services.end_staff_agreement(actor, unit_id=unit_id)
    flash(_("Figures about single coordinators are no longer shown."), "success")
    return redirect(url_for(".staff_agreement"), code=303)


@blueprint.post("/measures/weeks")
@require(Role.MANAGER)
def review_week() -> ResponseReturnValue:
    """Note that a coordinator's week has been looked at together."""
    monday = request.form.get("monday", type=date.fromisoformat)
    if monday is None:
        raise BadRequest
    try:
        with transaction():
            services.review_week(current_actor(), staff_public_id=request.form.get("staff", ""), monday=monday)
        flash(_("The week is reviewed."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(local_path(request.form.get("next"), fallback=url_for(".index")), code=303)

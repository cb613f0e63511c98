"""A unit's relationship to an employer: take it, hand it over, move it to another stage."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import trusted, visible_one
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.forms import RelationshipForm
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.queries import STAFF, staff_of_units
from crm.employers.stages import stage_label
from crm.errors import DomainError, EditConflict


@blueprint.post("/employers/<public_id>/take")
@require(*STAFF)
def take_relationship(public_id: str) -> ResponseReturnValue:
    """Become responsible for an employer in one's own unit."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    if actor.unit_id is None:
        raise BadRequest
    try:
        with transaction():
            services.take_relationship(actor, employer_id=employer_id, unit_id=actor.unit_id, owner_id=actor.staff_id)
        flash(_("You are responsible now."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.route("/relationships/<public_id>/hand-over", methods=["GET", "POST"])
@require(*STAFF)
def hand_over(public_id: str) -> ResponseReturnValue:
    """Name who is responsible, and their deputy."""
    actor = current_actor()
    relationship = visible_one(EmployerRelationship, actor, public_id)
    employer = _employer_of(relationship)
    shown = {
        "version": relationship.version_id,
        "owner_id": relationship.owner_id,
        "deputy_id": relationship.deputy_id,
    }
    form = RelationshipForm() if request.method == "POST" else RelationshipForm(data=shown)
    form.prepare([(staff.id, staff.name) for staff in staff_of_units([relationship.unit_id, actor.unit_id or 0])])
    if form.validate_on_submit():
        relationship_id, employer_public_id = relationship.id, employer.public_id
        try:
            with transaction():
                services.hand_over_relationship(
                    actor, relationship_id=relationship_id, version=int(form.version.data or 0),
                    owner_id=form.owner_id.data, deputy_id=form.deputy_id.data,
                )  # fmt: skip
            flash(_("Saved. The history tells who is responsible."), "success")
            return redirect(url_for(".show", public_id=employer_public_id), code=303)
        except EditConflict as error:
            form.version.data = str(visible_one(EmployerRelationship, actor, public_id).version_id)
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    relationship = visible_one(EmployerRelationship, actor, public_id)
    page = render_template("employers/hand_over.html", form=form, employer=_employer_of(relationship))
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/relationships/<public_id>/stage")
@require(*STAFF)
def change_stage(public_id: str) -> ResponseReturnValue:
    """Move a relationship to another stage."""
    actor = current_actor()
    relationship = visible_one(EmployerRelationship, actor, public_id)
    relationship_id, employer_public_id = relationship.id, _employer_of(relationship).public_id
    stage = request.form.get("stage", "")
    try:
        with transaction():
            services.change_stage(
                actor,
                relationship_id=relationship_id,
                stage=stage,
                version=request.form.get("version", type=int),
            )
        flash(_("Stage: %(stage)s", stage=str(stage_label(stage))), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=employer_public_id), code=303)


def _employer_of(relationship: EmployerRelationship) -> Employer:
    statement = select(Employer).where(Employer.id == relationship.employer_id)
    because = "the employer of a relationship already checked"
    return current_session().scalars(trusted(statement, because=because)).one()

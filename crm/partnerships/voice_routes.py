"""Testimonials."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers.models import Employer
from crm.employers.queries import STAFF, positions_at
from crm.errors import DomainError
from crm.partnerships.blueprint import blueprint
from crm.partnerships.forms import TestimonialForm, new_key, people_choices
from crm.partnerships.models import Testimonial
from crm.partnerships.services import voices as services
from crm.web.conflicts import refusal
from crm.web.filters import today
from crm.web.undo import flash_undo


@blueprint.route("/employers/<public_id>/testimonials/new", methods=["GET", "POST"])
@require(*STAFF)
def add_testimonial(public_id: str) -> ResponseReturnValue:
    """Write down what somebody at an employer said."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    usual = {"said_on": today(), "submission_key": new_key()}
    form = TestimonialForm() if request.method == "POST" else TestimonialForm(data=usual)
    _people(form, actor, employer)
    if form.validate_on_submit():
        employer_id = employer.id
        try:
            with transaction():
                services.add_testimonial(
                    actor, employer_id=employer_id, unit_id=actor.unit_id or 0, given=form.as_fields(),
                    submission_key=form.key,
                )  # fmt: skip
            flash(_("The testimonial is saved."), "success")
            return _to_employer(public_id)
        except DomainError as error:
            form.add_error(error)
            employer = visible_one(Employer, actor, public_id)
    page = render_template(
        "partnerships/testimonial.html", form=form, employer=employer, testimonial=None, different=[]
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/testimonials/<public_id>", methods=["GET", "POST"])
@require(*STAFF)
def edit_testimonial(public_id: str) -> ResponseReturnValue:
    """Correct a testimonial, or take the consent back."""
    actor = current_actor()
    testimonial = visible_one(Testimonial, actor, public_id)
    form = TestimonialForm() if request.method == "POST" else TestimonialForm(data=services.values_of(testimonial))
    _people(form, actor, testimonial.employer)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        testimonial_id, back = testimonial.id, testimonial.employer.public_id
        version = int(form.version.data or 0)
        try:
            with transaction():
                services.change_testimonial(
                    actor, testimonial_id=testimonial_id, version=version, given=form.as_fields()
                )
            flash(_("The testimonial is saved."), "success")
            return _to_employer(back)
        except DomainError as error:
            different = refusal(form, error)
    testimonial = visible_one(Testimonial, actor, public_id)
    page = render_template(
        "partnerships/testimonial.html",
        form=form,
        employer=testimonial.employer,
        testimonial=testimonial,
        different=different,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/testimonials/<public_id>/remove")
@require(*STAFF)
def remove_testimonial(public_id: str) -> ResponseReturnValue:
    """Take a testimonial away."""
    actor = current_actor()
    testimonial = visible_one(Testimonial, actor, public_id)
    testimonial_id, back = testimonial.id, testimonial.employer.public_id
    with transaction():
        services.remove_testimonial(actor, testimonial_id=testimonial_id)
    flash_undo(_("The testimonial is removed."), url_for(".restore_testimonial", public_id=public_id))
    return _to_employer(back)


@blueprint.post("/testimonials/<public_id>/restore")
@require(*STAFF)
def restore_testimonial(public_id: str) -> ResponseReturnValue:
    """Bring a testimonial back."""
    actor = current_actor()
    testimonial = visible_one(Testimonial, actor, public_id)
    testimonial_id, back = testimonial.id, testimonial.employer.public_id
    with transaction():
        services.restore_testimonial(actor, testimonial_id=testimonial_id)
    flash(_("The testimonial is back."), "success")
    return _to_employer(back)


def _people(form: TestimonialForm, actor: Actor, employer: Employer) -> None:
    positions = positions_at(actor, employer.id)
    form.person_id.choices = people_choices([(each.person_id, each.person.name) for each in positions])


def _to_employer(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("employers.details", public_id=public_id, _anchor="partnerships"), code=303)

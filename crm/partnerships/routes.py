"""Partnerships: the list, the page of one, beginning, changing, ending, reviews."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.employers.models import Employer
from crm.employers.queries import STAFF
from crm.errors import DomainError
from crm.partnerships.blueprint import blueprint
from crm.partnerships.filters import list_filter
from crm.partnerships.forms import EndForm, PartnershipForm, ReviewForm, new_key
from crm.partnerships.list_queries import partnership_page
from crm.partnerships.models import Partnership, PartnershipReview
from crm.partnerships.page import partnership_context, prepare_partnership_form, usual_unit, words
from crm.partnerships.running import running_at
from crm.partnerships.services import partnerships as services
from crm.web.conflicts import refusal
from crm.web.filters import today
from crm.web.paging import requested_page
from crm.web.undo import flash_undo


@blueprint.get("/partnerships")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The partnerships of one's units, filtered and ordered by the address."""
    actor = current_actor()
    form, filters = list_filter(actor)
    page = partnership_page(actor, filters, on=today(), page=requested_page())
    return render_template("partnerships/index.html", page=page, form=form, filters=filters, **words(actor))


@blueprint.get("/partnerships/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """A partnership: what was promised, against what came of it."""
    actor = current_actor()
    partnership = visible_one(Partnership, actor, public_id)
    return render_template("partnerships/show.html", **partnership_context(actor, partnership))


@blueprint.route("/employers/<public_id>/partnerships/new", methods=["GET", "POST"])
@require(*STAFF)
def add(public_id: str) -> ResponseReturnValue:
    """Begin a partnership with an employer."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    usual = {
        "name": _("CSR partnership with %(name)s", name=employer.name),
        "unit_id": usual_unit(actor, employer),
        "owner_id": actor.staff_id,
        "starts_on": today(),
        "submission_key": new_key(),
    }
    form = PartnershipForm() if request.method == "POST" else PartnershipForm(data=usual)
    prepare_partnership_form(form, actor, employer, None)
    if form.validate_on_submit():
        employer_id = employer.id
        try:
            with transaction():
                partnership = services.begin_partnership(
                    actor, employer_id=employer_id, unit_id=form.unit_id.data, given=form.as_fields(),
                    review_on=form.review_on.data, beside_others=bool(form.beside_others.data),
                    submission_key=form.key,
                )  # fmt: skip
            flash(_("The partnership is saved. Now add what was promised."), "success")
            return redirect(url_for(".add_commitment", public_id=partnership.public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            employer = visible_one(Employer, actor, public_id)
    running = running_at(actor, employer.id)
    page = render_template(
        "partnerships/form.html", form=form, employer=employer, partnership=None, different=[], running=running
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/partnerships/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a partnership."""
    actor = current_actor()
    partnership = visible_one(Partnership, actor, public_id)
    now = services.values_of(partnership) | {"unit_id": partnership.unit_id}
    form = PartnershipForm() if request.method == "POST" else PartnershipForm(data=now)
    prepare_partnership_form(form, actor, partnership.employer, partnership)
    del form.review_on
    del form.unit_id
    del form.beside_others
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        partnership_id, version = partnership.id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_partnership(
                    actor, partnership_id=partnership_id, version=version, given=form.as_fields()
                )
            flash(_("The partnership is saved."), "success")
            return _to(public_id)
        except DomainError as error:
            different = refusal(form, error)
    partnership = visible_one(Partnership, actor, public_id)
    page = render_template(
        "partnerships/form.html",
        form=form,
        employer=partnership.employer,
        partnership=partnership,
        different=different,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/partnerships/<public_id>/end")
@require(*STAFF)
def end(public_id: str) -> ResponseReturnValue:
    """End a partnership."""
    actor, form = current_actor(), EndForm()
    partnership_id = visible_one(Partnership, actor, public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                services.end_partnership(actor, partnership_id=partnership_id, on_date=form.ended_on.data or today())
            flash_undo(_("The partnership has ended."), url_for(".resume", public_id=public_id))
            return _to(public_id)
        except DomainError as error:
            form.add_error(error)
    return _refused(public_id, end_form=form)


@blueprint.post("/partnerships/<public_id>/resume")
@require(*STAFF)
def resume(public_id: str) -> ResponseReturnValue:
    """Take back that a partnership ended."""
    actor = current_actor()
    partnership_id = visible_one(Partnership, actor, public_id).id
    with transaction():
        services.resume_partnership(actor, partnership_id=partnership_id)
    flash(_("The partnership goes on."), "success")
    return _to(public_id)


@blueprint.post("/partnerships/<public_id>/reviews")
@require(*STAFF)
def add_review(public_id: str) -> ResponseReturnValue:
    """Plan a review; a task comes before it."""
    actor, form = current_actor(), ReviewForm()
    partnership_id = visible_one(Partnership, actor, public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_review(actor, partnership_id=partnership_id, on_date=form.review_on.data or today())
            flash(_("The review is planned. You get a task two weeks before."), "success")
            return _to(public_id)
        except DomainError as error:
            form.add_error(error)
    return _refused(public_id, review_form=form)


@blueprint.post("/reviews/<public_id>/<any(done, reopen, remove):action>")
@require(*STAFF)
def change_review(public_id: str, action: str) -> ResponseReturnValue:
    """A review has taken place, has not after all, or will not."""
    actor = current_actor()
    review = visible_one(PartnershipReview, actor, public_id)
    review_id, back = review.id, review.partnership.public_id
    with transaction():
        if action == "remove":
            services.remove_review(actor, review_id=review_id)
        else:
            services.complete_review(actor, review_id=review_id, done=action == "done")
    return _to(back)


def _refused(public_id: str, **forms: EndForm | ReviewForm) -> ResponseReturnValue:
    actor = current_actor()
    partnership = visible_one(Partnership, actor, public_id)
    return render_template("partnerships/show.html", **partnership_context(actor, partnership, **forms)), 422


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", public_id=public_id), code=303)

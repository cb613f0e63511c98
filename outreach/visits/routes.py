"""The pages of visits: the list, agreeing on one, changing it, cancelling it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.models import Employer, Workplace
from crm.employers.queries import STAFF, positions_at, staff_of_units, workplaces_of
from crm.errors import DomainError
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.guard import Finding, pointed_out
from crm.web.conflicts import refusal
from crm.web.context import local_path
from crm.web.filters import today
from crm.web.forms import BaseForm, choices
from crm.web.paging import paginate, sort_order
from crm.web.undo import flash_undo
from outreach.visits.blueprint import blueprint
from outreach.visits.forms import CancelForm, VisitForm, new_key, staff_choices
from outreach.visits.models import Visit, VisitState
from outreach.visits.queries import VisitFilters, kept_reports, visit_list
from outreach.visits.services import booking
from outreach.visits.shown import shown
from outreach.visits.visit_page import visit_page
from outreach.visits.words import COLORS, STATES


class VisitFilter(BaseForm):
    """What the list of visits shows."""

    class Meta(BaseForm.Meta):
        csrf = False

    whose = SelectField(
        _l("Whose"), choices=choices([("mine", _l("Mine")), ("unit", _l("The whole unit"))]), default="mine"
    )
    state = SelectField(
        _l("State"), choices=choices([(each.value, label) for each, label in STATES.items()], empty=_l("All")),
        default="planned",
    )  # fmt: skip


@blueprint.get("/visits")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """Visits that are planned, done or cancelled."""
    actor = current_actor()
    form = VisitFilter(request.args)
    form.validate()
    state = "planned" if form.state.errors else form.state.data or ""
    filters = VisitFilters("mine" if form.whose.errors else form.whose.data, state)
    order = sort_order({"at": Visit.at}, default="at" if state == "planned" else "-at")
    page = paginate(current_session(), visit_list(actor, filters).order_by(*order, Visit.id))
    rows = shown(actor, page.items, day=today())
    return render_template(
        "visits/index.html", page=page, rows=rows, form=form, states=STATES, colors=COLORS, kept=kept_reports(actor)
    )


@blueprint.route("/employers/<public_id>/visits/new", methods=["GET", "POST"])
@require(*STAFF)
def book(public_id: str) -> ResponseReturnValue:
    """Write down that a visit was agreed."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    first = {"submission_key": new_key(), "staff_id": actor.staff_id, "minutes": 60}
    form = VisitForm() if request.method == "POST" else VisitForm(data=first)
    _prepare(form, actor, employer)
    findings = pointed_out(form, "about")
    if form.validate_on_submit() and not findings:
        employer_id, given = employer.id, form.as_fields()
        try:
            with transaction():
                visit = booking.book_visit(actor, employer_id=employer_id, given=given)
                visit_id = visit.public_id
            flash(_("The visit is in the calendar."), "success")
            return redirect(url_for(".show", public_id=visit_id), code=303)
        except DomainError as error:
            form.add_error(error)
            employer = visible_one(Employer, actor, public_id)
    return _form_page(form, employer, None, findings, [])


@blueprint.get("/visits/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """A visit: where, when, with whom; the form that logs it."""
    return visit_page(visible_one(Visit, current_actor(), public_id))


@blueprint.route("/visits/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit(public_id: str) -> ResponseReturnValue:
    """Move a visit, or say anew where, with whom and why."""
    actor = current_actor()
    visit = visible_one(Visit, actor, public_id)
    if visit.state is not VisitState.PLANNED and request.method == "GET":
        return redirect(url_for(".show", public_id=public_id), code=303)
    form = VisitForm() if request.method == "POST" else VisitForm(data=booking.values_of(visit))
    employer, visit_id = visit.employer, visit.id
    _prepare(form, actor, employer, visit)
    findings = pointed_out(form, "about")
    different: list[tuple[str, object]] = []
    if form.validate_on_submit() and not findings:
        given, version = form.as_fields(), form.version.data
        try:
            with transaction():
                booking.change_visit(actor, visit_id=visit_id, version=version, given=given)
            flash(_("Saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            different = refusal(form, error)
    visit = visible_one(Visit, actor, public_id)
    return _form_page(form, visit.employer, visit, findings, different)


@blueprint.post("/visits/<public_id>/cancel")
@require(*STAFF)
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancel a visit; the message has an Undo button."""
    actor = current_actor()
    visit = visible_one(Visit, actor, public_id)
    form = CancelForm()
    findings = pointed_out(form, "because")
    if not form.validate_on_submit() or findings:
        return visit_page(visit, cancel_form=form, findings=findings)
    visit_id, version, because = visit.id, form.version.data, form.because.data or None
    try:
        with transaction():
            booking.cancel_visit(actor, visit_id=visit_id, version=version, because=because)
    except DomainError as error:
        refusal(form, error)
        return visit_page(visible_one(Visit, actor, public_id), cancel_form=form)
    flash_undo(_("The visit is cancelled."), url_for(".restore", public_id=public_id))
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/visits/<public_id>/restore")
@require(*STAFF)
def restore(public_id: str) -> ResponseReturnValue:
    """Take back that a visit was cancelled."""
    actor = current_actor()
    visit_id = visible_one(Visit, actor, public_id).id
    try:
        with transaction():
            booking.restore_visit(actor, visit_id=visit_id)
        flash(_("The visit is planned again."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    back = local_path(request.form.get("next"), fallback=url_for(".show", public_id=public_id))
    return redirect(back, code=303)


def _prepare(form: VisitForm, actor: Actor, employer: Employer, visit: Visit | None = None) -> None:
    people = staff_choices(staff_of_units(actor.unit_ids))
    if visit is not None and visit.staff is not None and visit.staff_id not in dict(people):
        people.append((visit.staff.id, visit.staff.name))
    places: list[Workplace] = workplaces_of(actor, employer.id)
    if visit is not None and visit.workplace is not None and visit.workplace not in places:
        places.append(visit.workplace)
    form.prepare(positions_at(actor, employer.id), places, people)


def _form_page(
    form: VisitForm,
    employer: Employer,
    visit: Visit | None,
    findings: list[Finding],
    different: list[tuple[str, object]],
) -> ResponseReturnValue:
    page = render_template(
        "visits/form.html",
        form=form,
        employer=employer,
        visit=visit,
        findings=findings,
        different=different,
        ask_basis=employer.advertising_block or employer.do_not_contact,
    )
    return page, 422 if form.is_submitted() else 200

"""The list of inquiries; noting, showing and correcting one; what can be done with it."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many
from crm.accounts.scopes import visible, visible_one
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.models import Employer
from crm.employers.queries import staff_of_units
from crm.errors import DomainError, EditConflict
from crm.glossary import picklists
from crm.inquiries import queries
from crm.inquiries.blueprint import blueprint
from crm.inquiries.forms import InquiryFilterForm, InquiryForm, OutcomeForm, PersonForm, QuickForm
from crm.inquiries.models import Inquiry
from crm.inquiries.scopes import READERS
from crm.inquiries.services import inquiries as services
from crm.inquiries.services.persons import NewPerson
from crm.note_guard.guard import Finding, pointed_out
from crm.web.clean import clean_line
from crm.web.conflicts import differences
from crm.web.filters import today
from crm.web.forms import choices
from crm.web.paging import PER_PAGE, page_of, requested_page, sort_order
from crm.web.undo import flash_undo

_SORTS = {"day": Inquiry.received_on, "due": Inquiry.answer_due_on}


@blueprint.get("/inquiries")
@require(*READERS)
def index() -> ResponseReturnValue:
    """The list of inquiries, filtered and ordered by the address."""
    actor = current_actor()
    form = filter_form(actor)
    wanted = form.as_filter()
    total = queries.count_inquiries(actor, wanted)
    number = min(requested_page(), max(1, -(-total // PER_PAGE)))
    order = sort_order(_SORTS, default="-day")
    lines = queries.inquiry_lines(actor, wanted, order=order, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    page = page_of(lines, page=number, per_page=PER_PAGE, total=total)
    return render_template("inquiries/index.html", page=page, form=form, day=today())


@blueprint.route("/inquiries/walk-in", methods=["GET", "POST"])
@require(*READERS)
def walk_in() -> ResponseReturnValue:
    """Note a walk-in, a call or a letter of today in four fields; answered on the spot, or still to be answered."""
    actor = current_actor()
    form = QuickForm(data=_said_before()) if request.method == "GET" else QuickForm()
    form.prepare(actor.language)
    findings = pointed_out(form, "who", "note")
    if form.validate_on_submit() and not findings:
        persons = [NewPerson(label=label) for label in form.labels()]
        try:
            with transaction():
                inquiry = services.receive_inquiry(
                    actor, fields=form.as_fields(actor.staff_id), persons=persons,
                    answered=request.form.get("action") != "later", submission_key=form.key,
                )  # fmt: skip
                public_id = inquiry.public_id
            flash_undo(_("The inquiry is noted."), url_for(".remove", public_id=public_id))
            return redirect(url_for(".index"), code=303)
        except DomainError as error:
            error.field = "who" if error.field == "label" else error.field
            form.add_error(error)
    page = render_template("inquiries/walk_in.html", form=form, findings=findings)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/inquiries/new", methods=["GET", "POST"])
@require(*READERS)
def add() -> ResponseReturnValue:
    """Note an inquiry with everything. "Find" lists employers; the other button saves."""
    actor = current_actor()
    starting = request.method == "GET"
    form = InquiryForm(data=_usual(actor)) if starting else InquiryForm()
    _prepare(actor, form)
    findings = pointed_out(form, "note") if _wants_to_save() else []
    if _wants_to_save() and form.validate_on_submit() and not findings:
        try:
            employer_id = _employer_id(actor, form)
            with transaction():
                inquiry = services.receive_inquiry(actor, fields=form.as_fields(employer_id), submission_key=form.key)
                public_id = inquiry.public_id
            flash(_("The inquiry is noted."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(form, None, findings=findings)


@blueprint.get("/inquiries/<public_id>")
@require(*READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One inquiry: what, who, what came of it, and what can be done."""
    return inquiry_page(public_id)


@blueprint.route("/inquiries/<public_id>/edit", methods=["GET", "POST"])
@require(*READERS)
def edit(public_id: str) -> ResponseReturnValue:
    """Correct an inquiry."""
    actor = current_actor()
    inquiry = queries.one_inquiry(actor, public_id)
    inquiry_id = inquiry.id
    form = InquiryForm(data=_values(inquiry)) if request.method == "GET" else InquiryForm()
    _prepare(actor, form)
    different: list[tuple[str, object]] = []
    findings = pointed_out(form, "note") if _wants_to_save() else []
    if _wants_to_save() and form.validate_on_submit() and not findings:
        try:
            employer_id = _employer_id(actor, form)
            with transaction():
                services.change_inquiry(
                    actor, inquiry_id=inquiry_id, version=int(form.version.data or 0),
                    fields=form.as_fields(employer_id),
                )  # fmt: skip
            flash(_("The inquiry is saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except EditConflict as error:
            different = _differences(form, queries.one_inquiry(actor, public_id), error)
            form.version.data = str(error.current["version"])
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    return _form_page(form, queries.one_inquiry(actor, public_id), different, findings=findings)


@blueprint.post("/inquiries/<public_id>/answered")
@require(*READERS)
def answered(public_id: str) -> ResponseReturnValue:
    """One tap: they have their first answer. The message carries an Undo button."""
    if _do(public_id, services.answer_inquiry):
        flash_undo(_("Answered."), url_for(".not_answered", public_id=public_id))
    return _to(public_id)


@blueprint.post("/inquiries/<public_id>/not-answered")
@require(*READERS)
def not_answered(public_id: str) -> ResponseReturnValue:
    """Take back that it was answered."""
    if _do(public_id, services.take_answer_back):
        flash(_("It waits for an answer again."), "success")
    return _to(public_id)


@blueprint.post("/inquiries/<public_id>/take")
@require(*READERS)
def take(public_id: str) -> ResponseReturnValue:
    """Handle it from now on."""
    if _do(public_id, services.take_inquiry):
        flash(_("You handle it now."), "success")
    return _to(public_id)


@blueprint.post("/inquiries/<public_id>/close")
@require(*READERS)
def close(public_id: str) -> ResponseReturnValue:
    """Nothing more is to be done."""
    if _do(public_id, services.close_inquiry):
        flash_undo(_("The inquiry is closed."), url_for(".reopen", public_id=public_id))
    return _to(public_id)


@blueprint.post("/inquiries/<public_id>/reopen")
@require(*READERS)
def reopen(public_id: str) -> ResponseReturnValue:
    """There is more to do."""
    if _do(public_id, services.reopen_inquiry):
        flash(_("The inquiry is open again."), "success")
    return _to(public_id)


@blueprint.post("/inquiries/<public_id>/remove")
@require(*READERS)
def remove(public_id: str) -> ResponseReturnValue:
    """Take away what was entered by mistake; the message carries an Undo button."""
    if not _do(public_id, services.remove_inquiry):
        return _to(public_id)
    flash_undo(_("The inquiry is removed."), url_for(".restore", public_id=public_id))
    return redirect(url_for(".index"), code=303)


@blueprint.post("/inquiries/<public_id>/restore")
@require(*READERS)
def restore(public_id: str) -> ResponseReturnValue:
    """Bring a removed inquiry back."""
    actor = current_actor()
    with transaction():
        services.restore_inquiry(actor, public_id=public_id)
    flash(_("The inquiry is back."), "success")
    return _to(public_id)


def filter_form(actor: Actor) -> InquiryFilterForm:
    """The filters of the address."""
    form = InquiryFilterForm(request.args)
    form.prepare(actor)
    form.validate()
    return form


def inquiry_page(
    public_id: str, *, person_form: PersonForm | None = None, outcome_form: OutcomeForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page of one inquiry. Which participants it named is written down."""
    actor = current_actor()
    inquiry = queries.one_inquiry(actor, public_id)
    known = queries.named(actor, inquiry)
    html = render_template(
        "inquiries/show.html",
        inquiry=inquiry,
        known=known,
        day=today(),
        person_form=person_form or PersonForm(formdata=None),
        outcome_form=outcome_form,
        outcomes=picklists.options("inquiry_outcome", actor.language),
        may_remove=queries.may_remove(actor, inquiry),
        me=actor.staff_id,
    )
    return seen_many(actor, html, participant_ids=list(known)), status


def _do(public_id: str, service: Callable[..., Inquiry]) -> bool:
    """Whether it could be done; why not is flashed."""
    actor = current_actor()
    inquiry_id = visible_one(Inquiry, actor, public_id).id
    try:
        with transaction():
            service(actor, inquiry_id=inquiry_id)
    except DomainError as error:
        flash(str(error.message), "warning")
        return False
    return True


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", public_id=public_id), code=303)


def _said_before() -> dict[str, object]:
    return {"channel": request.args.get("channel", "walk_in")}


def _usual(actor: Actor) -> dict[str, object]:
    return {"received_on": today(), "handled_by": actor.staff_id, "employer": request.args.get("employer")}


def _values(inquiry: Inquiry) -> dict[str, Any]:
    values = services.values_of(inquiry)
    return {
        **values,
        "employer": inquiry.employer.public_id if inquiry.employer else None,
        "handled_by": inquiry.handled_by_id,
    }


def _differences(form: InquiryForm, now: Inquiry, error: EditConflict) -> list[tuple[str, object]]:
    """What somebody else saved meanwhile, in the words of the form."""
    values = _values(now)
    employer = values.pop("employer")
    found = differences(form, EditConflict(error.message, current=values))
    if employer != form.employer.data:
        found.append((str(form.employer_text.label.text), now.employer.name if now.employer else "–"))
    return found


def _wants_to_save() -> bool:
    return request.method == "POST" and request.form.get("action") != "find"


def _prepare(actor: Actor, form: InquiryForm) -> None:
    form.prepare(actor.language, [(each.id, each.name) for each in staff_of_units(actor.unit_ids)])
    found = {each.public_id: each.name for each in queries.employers_like(actor, form.employer_text.data or "")}
    chosen = _employer(actor, form.employer.data)
    if chosen is not None:
        found.setdefault(chosen.public_id, chosen.name)
    form.employer.choices = choices(found.items(), empty=_("No employer")) if found else []
    if len(found) == 1 and request.form.get("action") == "find":
        form.employer.data = next(iter(found))


def _employer(actor: Actor, public_id: str | None) -> Employer | None:
    public_id = clean_line(public_id or "")
    if not public_id:
        return None
    return current_session().scalar(visible(Employer, actor).where(Employer.public_id == public_id))


def _employer_id(actor: Actor, form: InquiryForm) -> int | None:
    chosen = _employer(actor, form.employer.data)
    if chosen is None and form.employer_text.data and form.employer.data is None:
        raise DomainError(_("Find the employer and choose it."), field="employer_text")
    return chosen.id if chosen else None


def _form_page(
    form: InquiryForm,
    inquiry: Inquiry | None,
    different: list[tuple[str, object]] | None = None,
    *,
    findings: list[Finding],
) -> ResponseReturnValue:
    html = render_template(
        "inquiries/form.html", form=form, inquiry=inquiry, different=different or [], findings=findings,
        searched=bool(form.employer_text.data),
    )  # fmt: skip
    return html, 422 if _wants_to_save() else 200

"""The list of employers, the page of one, adding and changing, archiving, blocks and warnings."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import reads_by_statement, require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.bulk_forms import KIND_LABELS
from crm.employers.columns import COLUMNS, chosen_columns
from crm.employers.form_page import employer_form_page, kept_industry, parent_id_of, parent_text
from crm.employers.forms import BlockForm, EmployerFilterForm, EmployerForm, WarningForm
from crm.employers.list_form import list_form
from crm.employers.list_page import active_filters
from crm.employers.list_queries import EmployerFilter, employer_page, rows_for_file
from crm.employers.models import Employer
from crm.employers.org_numbers import show_org_number
from crm.employers.page import details_context, employer_context
from crm.employers.queries import STAFF, employer_with_workplaces
from crm.employers.rules import what_it_became
from crm.employers.saved_views import default_view, query_of, ready_made, views_for
from crm.employers.services.employers import values_of
from crm.employers.stage_queries import stages_of
from crm.errors import DomainError
from crm.note_guard.guard import Finding, pointed_out
from crm.web.downloads import download
from crm.web.paging import requested_page
from crm.web.undo import flash_undo


@blueprint.get("/employers")
@require(*STAFF)
@reads_by_statement
def index() -> ResponseReturnValue:
    """The list of employers, filtered and ordered by the address."""
    actor = current_actor()
    if not request.args:
        opens_with = default_view(actor)
        if opens_with is not None:
            return redirect(opens_with)
    form, filters = filter_of(request.args)
    stages = stages_of(actor.unit_id)
    page = employer_page(actor, filters, page=requested_page())
    return render_template(
        "employers/index.html",
        page=page,
        form=form,
        filters=filters,
        stages=stages,
        stage_names={code: str(stages.label(code)) for code in {row.stage for row in page.items if row.stage}},
        columns=[COLUMNS[key] for key in filters.columns],
        headings={key: str(COLUMNS[key].label) for key in filters.columns},
        views=views_for(actor),
        ready_made=ready_made(request.args),
        active=active_filters(form),
        view=request.args.get("view", ""),
        query=query_of(request.args),
        fields=list_form(form, filters, stages),
        bulk_kinds=KIND_LABELS,
    )


@blueprint.get("/employers/export.<any(csv, xlsx):kind>")
@require(*STAFF)
def export(kind: str) -> ResponseReturnValue:
    """The list as a file, with the same filters. That it was taken stands in the audit log."""
    actor = current_actor()
    _form, filters = filter_of(request.args)
    rows = list(rows_for_file(actor, filters))
    headings = [str(COLUMNS[key].label) for key in ("name", *filters.columns)]
    answer = download("employers", kind, headings, rows)
    with transaction():
        record(actor, "employers.exported", subject_type="employer", details={"rows": len(rows), "kind": kind})
    return answer


@blueprint.get("/employers/<public_id>")
@require(*STAFF)
@reads_by_statement
def show(public_id: str) -> ResponseReturnValue:
    """The page of one employer."""
    actor = current_actor()
    employer = employer_with_workplaces(actor, public_id)
    if employer.merged_into_id is not None:
        return redirect(url_for(".show", public_id=what_it_became(employer).public_id), code=303)
    return render_template("employers/show.html", **employer_context(actor, employer))


@blueprint.get("/employers/<public_id>/details")
@require(*STAFF)
def details(public_id: str) -> ResponseReturnValue:
    """What is not needed every day: facts, register, organisation, sheets, wishes, blocks."""
    actor = current_actor()
    employer = employer_with_workplaces(actor, public_id)
    if employer.merged_into_id is not None:
        return redirect(url_for(".details", public_id=what_it_became(employer).public_id), code=303)
    return render_template("employers/details.html", **details_context(actor, employer))


@blueprint.route("/employers/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit(public_id: str) -> ResponseReturnValue:
    """Change an employer."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    shown = values_of(employer) | {
        "version": employer.version_id,
        "org_number": show_org_number(employer.org_number, employer.country),
        "parent": parent_text(employer),
    }
    form = EmployerForm() if request.method == "POST" else EmployerForm(data=shown)
    form.prepare()
    if form.validate_on_submit():
        kept = kept_industry(form, employer) | {"legal_form": employer.legal_form}
        same_place = form.municipality.data == (employer.municipality or "")
        kept["municipality_code"] = employer.municipality_code if same_place else None
        employer_id, version = employer.id, int(form.version.data or 0)
        try:
            with transaction():
                kept["parent_id"] = parent_id_of(form)
                services.change_employer(
                    actor, employer_id=employer_id, version=version, fields=form.as_fields(**kept),
                    confirmed=form.confirmed,
                )  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            return employer_form_page(form, visible_one(Employer, actor, public_id), error), 422
    return employer_form_page(form, employer), 422 if form.is_submitted() else 200


@blueprint.post("/employers/<public_id>/archive")
@require(*STAFF)
def archive(public_id: str) -> ResponseReturnValue:
    """Put an employer away; the message carries an Undo button."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    with transaction():
        services.archive_employer(actor, employer_id=employer_id)
    flash_undo(_("The employer is archived. Nothing is lost."), url_for(".restore", public_id=public_id))
    return redirect(url_for(".index"), code=303)


@blueprint.post("/employers/<public_id>/restore")
@require(*STAFF)
def restore(public_id: str) -> ResponseReturnValue:
    """Take an employer out of the archive."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    with transaction():
        services.restore_employer(actor, employer_id=employer_id)
    flash(_("The employer is back in the list."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/employers/<public_id>/block")
@require(*STAFF)
def block(public_id: str) -> ResponseReturnValue:
    """Set "do not contact" with its reason."""
    form = BlockForm()
    findings = pointed_out(form, "reason")
    if not form.validate_on_submit() or findings:
        return _flag_refused(public_id, findings, block_form=form)
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    with transaction():
        services.set_do_not_contact(actor, employer_id=employer_id, blocked=True, reason=form.reason.data)
    flash_undo(_("Everybody sees now that they do not want contact."), url_for(".unblock", public_id=public_id))
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/employers/<public_id>/unblock")
@require(*STAFF)
def unblock(public_id: str) -> ResponseReturnValue:
    """Lift "do not contact"."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    with transaction():
        services.set_do_not_contact(actor, employer_id=employer_id, blocked=False)
    flash(_("They may be contacted again."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/employers/<public_id>/warning")
@require(*STAFF)
def warn(public_id: str) -> ResponseReturnValue:
    """Put a warning on top of the page."""
    form = WarningForm()
    actor = current_actor()
    findings = pointed_out(form, "text")
    if form.validate_on_submit() and not findings:
        employer_id = visible_one(Employer, actor, public_id).id
        try:
            with transaction():
                services.set_warning(actor, employer_id=employer_id, text=form.text.data, until=form.until.data)
            flash(_("The warning stands on top of the page."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _flag_refused(public_id, findings, warning_form=form)


@blueprint.post("/employers/<public_id>/warning/remove")
@require(*STAFF)
def remove_warning(public_id: str) -> ResponseReturnValue:
    """Take the warning away."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    with transaction():
        services.set_warning(actor, employer_id=employer_id, text=None)
    flash(_("The warning is gone."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


def filter_of(arguments: "MultiDict[str, str]") -> tuple[EmployerFilterForm, EmployerFilter]:
    """The list's form and filters from the arguments of an address."""
    form = EmployerFilterForm(arguments)
    form.prepare(stages_of(current_actor().unit_id), COLUMNS)
    form.validate()
    return form, EmployerFilter(
        text=form.q.data or "",
        stage=form.stage.data or "",
        owner=form.owner.data,
        kind="" if form.kind.errors else form.kind.data or "",
        municipality=form.municipality.data or "",
        show=form.show.data,
        experience=form.experience.data or "",
        information="" if form.information.errors else form.information.data or "",
        sort=arguments.get("sort", "name"),
        columns=chosen_columns(arguments.getlist("c")),
    )


def _flag_refused(public_id: str, findings: Sequence[Finding], **forms: Any) -> ResponseReturnValue:
    """The page of details again, with the folded form open and what was typed in it."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    context = details_context(actor, employer, **forms) | {"findings": findings}
    return render_template("employers/details.html", **context), 422

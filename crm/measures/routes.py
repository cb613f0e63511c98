"""The page of measures, its rows, its paper and its workbook."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.models import Staff
from crm.accounts.permissions import require
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers.stages import STAGES
from crm.glossary import picklists
from crm.measures.charts import funnel_chart, week_chart
from crm.measures.files import workbook
from crm.measures.lines import figure_lines, file_name
from crm.measures.overview import may_see_coordinators, overview
from crm.measures.rows import Wanted, rows_of
from crm.reports.filters import FollowUpFilters, read_filters
from crm.reports.kept import as_of
from crm.reports.pdf import PdfUnavailable, as_pdf
from crm.web.filters import today
from crm.web.paging import same_filters

blueprint = Blueprint("measures", __name__, template_folder="templates")

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/measures")
def index() -> ResponseReturnValue:
    """Measures of employer contact: contacts, cooperation, pipeline, inquiries, promises. Each with its rows."""
    filters = read_filters(current_actor(), request.args)
    if filters.problem:
        flash(_("The period could not be read. Dates are written as 2026-11-22, the first one first."), "warning")
    return render_template("measures/index.html", **_figures(filters), may_open=current_actor().has_role(*STAFF))


@blueprint.get("/measures/print")
def print_page() -> ResponseReturnValue:
    """The same figures on paper."""
    return render_template("measures/print.html", **_figures(read_filters(current_actor(), request.args)))


@blueprint.get("/measures.pdf")
def pdf() -> ResponseReturnValue:
    """The print page as PDF. Where the PDF engine is missing, the print page opens and says so."""
    filters = read_filters(current_actor(), request.args)
    html = render_template("measures/print.html", **_figures(filters))
    try:
        body = as_pdf(html)
    except PdfUnavailable:
        flash(_("PDF files need Pango on the server. Print this page from your browser instead."), "warning")
        return redirect(same_filters(url_for(".print_page")), code=303)
    return _download(body, "application/pdf", filters, "pdf")


@blueprint.get("/measures.xlsx")
def xlsx() -> ResponseReturnValue:
    """The figures as a workbook."""
    filters = read_filters(current_actor(), request.args)
    found = overview(filters, today=today())
    return _download(workbook(found, figure_lines(found, filters), filters), _XLSX, filters, "xlsx")


@blueprint.get("/measures/rows/<measure>")
@require(*STAFF)
def rows(measure: str) -> ResponseReturnValue:
    """The rows behind one figure, of the same period and units."""
    filters = read_filters(current_actor(), request.args)
    found = rows_of(measure, filters, _wanted(filters))
    if found is None:
        abort(404)
    return render_template("measures/rows.html", found=found, filters=filters)


def _wanted(filters: FollowUpFilters) -> Wanted:
    """Rows of one coordinator are a figure about them: one's own, or where staff agreed."""
    actor, asked = filters.actor, request.args.get("staff", "")
    purpose = request.args.get("purpose")
    if not asked:
        return Wanted(purpose=purpose)
    staff = current_session().scalar(select(Staff).where(Staff.public_id == asked))
    if staff is None or (
        staff.id != actor.staff_id and staff.unit_id not in may_see_coordinators(actor, filters.unit_ids)
    ):
        abort(404)
    return Wanted(staff_id=staff.id, purpose=purpose)


def _figures(filters: FollowUpFilters) -> dict[str, object]:
    found = overview(filters, today=today())
    actor = filters.actor
    return {
        "filters": filters,
        "found": found,
        "lines": figure_lines(found, filters),
        "purposes": dict(picklists.options("contact_purpose", actor.language)),
        "stages": STAGES,
        "chart": week_chart(found),
        "funnel": funnel_chart(found),
        "as_of": as_of(),
        "staff_ids": _public_ids([each.staff_id for each in (*found.coordinators, found.own) if each]),
        "manages": actor.has_role(Role.MANAGER, Role.ADMINISTRATOR),
        "reviews": actor.has_role(Role.MANAGER),
    }


def _public_ids(staff_ids: list[int]) -> dict[int, str]:
    rows = current_session().execute(select(Staff.id, Staff.public_id).where(Staff.id.in_(staff_ids)))
    return {staff_id: public_id for staff_id, public_id in rows}  # noqa: C416  # typed rows


def _download(body: bytes, mimetype: str, filters: FollowUpFilters, kind: str) -> Response:
    with transaction():
        record(filters.actor, "measures.exported", subject_type="measures", details={"kind": kind})
    headers = {"Content-Disposition": f'attachment; filename="{file_name(filters, kind)}"'}
    return Response(body, mimetype=mimetype, headers=headers)

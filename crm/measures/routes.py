"""The page of measures, its rows, its paper and its workbook."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.models import Staff
from crm.accounts.permissions import require
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers.stages import STAGES
from crm.glossary import picklists
from crm.measures import contact_rows, cooperation_rows, heard_rows, pipeline_rows
from crm.measures.charts import MOST_WEEKS, funnel_chart, week_chart
from crm.measures.files import workbook
from crm.measures.lines import figure_lines, file_name
from crm.measures.overview import may_see_coordinators, overview
from crm.measures.pipeline_queries import WAY
from crm.measures.rows import PER_PAGE, Maker, Wanted, rows_of
from crm.reports.few import STAFF
from crm.reports.filters import FollowUpFilters, read_filters
from crm.reports.kept import as_of
from crm.reports.pdf import PdfUnavailable, as_pdf
from crm.web.downloads import attachment
from crm.web.filters import today
from crm.web.paging import page_of, requested_page, same_filters

blueprint = Blueprint("measures", __name__, template_folder="templates")

MAKERS: dict[str, Maker] = {
    **contact_rows.MAKERS,
    **cooperation_rows.MAKERS,
    **pipeline_rows.MAKERS,
    **heard_rows.MAKERS,
}
"""What makes the rows of each measure."""
FILTERS = ("unit", "programme", "since", "until")
"""What the address of a report says."""


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
    return download_of(filters.actor, file_name(filters, "pdf"), body)


@blueprint.get("/measures.xlsx")
def xlsx() -> ResponseReturnValue:
    """The figures as a workbook."""
    filters = read_filters(current_actor(), request.args)
    found = overview(filters, today=today())
    body = workbook(found, figure_lines(found, filters), filters)
    return download_of(filters.actor, file_name(filters, "xlsx"), body)


@blueprint.get("/measures/rows/<measure>")
@require(*STAFF)
def rows(measure: str) -> ResponseReturnValue:
    """The rows behind one figure, of the same period and units."""
    filters = read_filters(current_actor(), request.args)
    found = rows_of(MAKERS, measure, filters, _wanted(filters))
    if found is None:
        abort(404)
    page = page_of(found.rows, page=requested_page(), per_page=PER_PAGE, total=found.total)
    about = urlencode({name: value for name in FILTERS if (value := request.args.get(name))})
    back = url_for("measures.index") + (f"?{about}" if about else "")
    return render_template("measures/rows.html", found=found, page=page, filters=filters, back=back)


def _wanted(filters: FollowUpFilters) -> Wanted:
    """Rows of one coordinator are a figure about them: one's own, or those of units where staff agreed."""
    actor, asked = filters.actor, request.args.get("staff", "")
    purpose, stage, page = request.args.get("purpose"), request.args.get("stage", ""), requested_page()
    if not asked:
        return Wanted(purpose=purpose, stage=stage, page=page)
    staff_id = current_session().scalar(select(Staff.id).where(Staff.public_id == asked))
    allowed = filters.unit_ids if staff_id == actor.staff_id else may_see_coordinators(actor, filters.unit_ids)
    if staff_id is None or not allowed:
        abort(404)
    return Wanted(staff_id=staff_id, unit_ids=allowed, purpose=purpose, stage=stage, page=page)


def rows_address(measure: str, **changes: str) -> str:
    """The rows of a figure of this page, of the same period and units but for ``changes``."""
    arguments = {**request.args.to_dict(), **changes}
    asked = {name: value for name, value in arguments.items() if name in changes or (value and name != "page")}
    query = urlencode(asked)
    address = url_for("measures.rows", measure=measure)
    return f"{address}?{query}" if query else address


def _figures(filters: FollowUpFilters) -> dict[str, object]:
    found = overview(filters, today=today())
    actor = filters.actor
    return {
        "filters": filters,
        "found": found,
        "lines": figure_lines(found, filters),
        "purposes": dict(picklists.options("contact_purpose", actor.language)),
        "stages": STAGES,
        "way": WAY[1:],
        "chart": week_chart(found),
        "funnel": funnel_chart(found),
        "as_of": as_of(),
        "staff_ids": _public_ids([each.staff_id for each in (*found.coordinators, found.own) if each]),
        "rows_url": rows_address,
        "weeks": found.by_week[::-1],
        "most_weeks": MOST_WEEKS,
        "manages": actor.has_role(Role.MANAGER, Role.ADMINISTRATOR),
        "reviews": actor.has_role(Role.MANAGER),
    }


def _public_ids(staff_ids: list[int]) -> dict[int, str]:
    rows = current_session().execute(select(Staff.id, Staff.public_id).where(Staff.id.in_(staff_ids)))
    return dict(rows.all())


def download_of(actor: Actor, name: str, body: bytes) -> Response:
    """A file of measures to keep; that it was taken is a line of the audit log."""
    with transaction():
        record(actor, "measures.exported", subject_type="measures", details={"kind": name.rpartition(".")[2]})
    return attachment(name, body)

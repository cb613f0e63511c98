"""The Follow-up page and its files."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm import clock
from crm.accounts.current import current_actor, signed_in_actor
from crm.accounts.permissions import is_public
from crm.reports.few import FEWEST_PERSONS, hidden_rows, is_hidden
from crm.reports.filters import FollowUpFilters, read_filters, twelve_months_before
from crm.reports.flow import employer_figures, flow
from crm.reports.kept import as_of, forget, kept
from crm.reports.outcomes import exit_reasons, result_at_exit
from crm.reports.pdf import PdfUnavailable, as_pdf
from crm.reports.targets import work_or_studies_target
from crm.web.downloads import attachment
from crm.web.filters import show_number

blueprint = Blueprint("reports", __name__, template_folder="templates")


@blueprint.get("/follow-up")
def follow_up() -> ResponseReturnValue:
    """Figures with their bases: who came, what became of them, surveys, goals, pipeline."""
    filters = read_filters(current_actor(), request.args)
    if filters.problem:
        flash(_("The period could not be read. Dates are written as 2026-11-22, the first one first."), "warning")
    return render_template("reports/follow_up.html", **_figures(filters), **_choices(filters))


@blueprint.get("/follow-up/print")
def follow_up_print() -> ResponseReturnValue:
    """The same figures on paper: one page for the steering group."""
    filters = read_filters(current_actor(), request.args)
    return render_template("reports/follow_up_print.html", **_figures(filters))


@blueprint.get("/follow-up.pdf")
def follow_up_pdf() -> ResponseReturnValue:
    """The print page as PDF. Where the PDF engine is missing, the print page opens and says how to install it."""
    filters = read_filters(current_actor(), request.args)
    html = render_template("reports/follow_up_print.html", **_figures(filters))
    try:
        body = as_pdf(html)
    except PdfUnavailable:
        flash(
            _(
                "PDF files need Pango on the server (Debian: libpango-1.0-0). "
                "Print this page from your browser instead."
            ),
            "warning",
        )
        return redirect(f"{url_for('reports.follow_up_print')}?{request.query_string.decode()}", code=303)
    return attachment(f"follow-up-{filters.since}-{filters.until}.pdf", body)


@blueprint.after_app_request
def _count_anew(response: Response) -> Response:
    """Whoever has changed something sees it in the figures."""
    if request.method in ("GET", "HEAD") or request.endpoint is None or is_public(request.endpoint):
        return response
    if signed_in_actor() is not None:
        forget()
    return response


def _figures(filters: FollowUpFilters) -> dict[str, object]:
    actor, counted, reasons = filters.actor, kept("flow", filters, flow), kept("reasons", filters, exit_reasons)
    employers = kept("employers", filters, employer_figures)
    few = f"1–{FEWEST_PERSONS - 1}"
    return {
        "filters": filters,
        "flow": counted,
        "hidden_sexes": hidden_rows(actor, [row.persons for row in counted.by_sex]),
        "result": kept("result", filters, result_at_exit),
        "target": work_or_studies_target(filters),
        "reasons": reasons,
        "hidden_reasons": hidden_rows(actor, [count for _code, count in reasons]),
        "employers": employers,
        "placements": few
        if is_hidden(actor, employers.placements_started)
        else show_number(employers.placements_started),
        "as_of": as_of(),
    }


def _choices(filters: FollowUpFilters) -> dict[str, object]:
    today = clock.today()
    return {
        "units": filters.units,
        "programmes": filters.programmes,
        "twelve_months": (twelve_months_before(today), today),
        "this_year": (today.replace(month=1, day=1), today),
    }

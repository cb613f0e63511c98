"""The page that compares the time before the first contact with an employer with the time after it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.agreements.states import months_later
from crm.cooperation.models import CooperationGroup
from crm.db import current_session
from crm.employers.models import Employer
from crm.glossary import picklists
from crm.measures.before_after_queries import before_after, events_of, reference_groups
from crm.measures.before_after_words import EVENTS, NAMES, before_after_book, change, definitions, left_out
from crm.measures.routes import blueprint, download_of
from crm.measures.windows import LENGTHS, USUAL_LENGTH, Asked, BeforeAfter
from crm.reports.few import STAFF, is_hidden
from crm.reports.filters import FollowUpFilters, read_filters
from crm.reports.kept import as_of, kept
from crm.reports.pdf import PdfUnavailable, as_pdf
from crm.web.filters import today
from crm.web.paging import page_of, requested_page, same_filters

USUAL_PERIOD = 24
"""Months: half a year after the first contact leaves a year and a half of first contacts to look at."""
PER_PAGE = 50
MOST_ON_PAPER = 200


@blueprint.get("/measures/before-after")
def before_and_after() -> ResponseReturnValue:
    """Inquiries, contacts, agreements and placements before the first contact with an employer and after it."""
    filters, asked = _asked(current_actor(), request.args)
    if filters.problem:
        flash(_("The period could not be read. Dates are written as 2026-11-22, the first one first."), "warning")
    values = _compared(filters, asked)
    rows = values["found"].rows
    page = page_of(
        rows[(requested_page() - 1) * PER_PAGE :][:PER_PAGE], page=requested_page(), per_page=PER_PAGE, total=len(rows)
    )
    return render_template(
        "measures/before_after.html", **values, page=page, lengths=LENGTHS, groups=reference_groups(filters.actor)
    )


@blueprint.get("/measures/before-after/print")
def before_and_after_print() -> ResponseReturnValue:
    """The same on paper."""
    return render_template("measures/before_after_print.html", **_on_paper())


@blueprint.get("/measures/before-after.pdf")
def before_and_after_pdf() -> ResponseReturnValue:
    """The print page as PDF. Where the PDF engine is missing, the print page opens and says so."""
    values = _on_paper()
    try:
        body = as_pdf(render_template("measures/before_after_print.html", **values))
    except PdfUnavailable:
        flash(_("PDF files need Pango on the server. Print this page from your browser instead."), "warning")
        return redirect(same_filters(url_for(".before_and_after_print")), code=303)
    return _download(body, values["filters"], "pdf")


@blueprint.get("/measures/before-after.xlsx")
def before_and_after_xlsx() -> ResponseReturnValue:
    """The same as a workbook, with every employer for who may see single employers."""
    filters, asked = _asked(current_actor(), request.args)
    values = _compared(filters, asked)
    return _download(before_after_book(values["found"], filters, asked, told=values["may_open"]), filters, "xlsx")


@blueprint.get("/measures/before-after/employers/<public_id>")
@require(*STAFF)
def before_and_after_rows(public_id: str) -> ResponseReturnValue:
    """What is counted of one employer, by day."""
    filters, asked = _asked(current_actor(), request.args)
    statement = scoped(select(Employer), condition(Employer, filters.actor)).where(Employer.public_id == public_id)
    employer = current_session().scalar(statement)
    if employer is None:
        abort(404)
    window, events, unlisted = events_of(filters, asked, employer.id)
    if window is None:
        abort(404)
    return render_template(
        "measures/before_after_rows.html", filters=filters, employer=employer, window=window, events=events,
        unlisted=unlisted, names=EVENTS, back=same_filters(url_for(".before_and_after")),
    )  # fmt: skip


def _asked(actor: Actor, values: Mapping[str, str]) -> tuple[FollowUpFilters, Asked]:
    """What the address asks for. Without days or a programme: first contacts of the last two years."""
    filters = read_filters(actor, values)
    if not values.get("since") and filters.programme is None:
        filters = replace(filters, since=months_later(filters.until, -USUAL_PERIOD))
    typed = values.get("months", "")
    months = next((each for each in LENGTHS if str(each) == typed), USUAL_LENGTH)
    purpose = values.get("purpose", "")
    known = {code for code, _label in picklists.options("contact_purpose", actor.language)}
    return filters, Asked(months, purpose if purpose in known else "", _group(actor, values.get("group", "")))


def _group(actor: Actor, public_id: str) -> int | None:
    statement = scoped(select(CooperationGroup.id), condition(CooperationGroup, actor))
    return current_session().scalar(statement.where(CooperationGroup.public_id == public_id)) if public_id else None


def _compared(filters: FollowUpFilters, asked: Asked) -> dict[str, Any]:
    day = today()
    found: BeforeAfter = kept(
        "measures before after", filters, lambda each: before_after(each, asked, today=day), also=(asked, day)
    )
    may_open = filters.actor.has_role(*STAFF)
    return {
        "filters": filters,
        "asked": asked,
        "found": found,
        "names": NAMES,
        "definitions": list(definitions(asked)),
        "left_out": left_out(found, asked),
        "change": change,
        "may_open": may_open,
        "hidden": found.few_persons and not may_open,
        "at_work_hidden": is_hidden(filters.actor, found.at_work.count),
        "zero_before": not asked.purpose,
        "purposes": picklists.options("contact_purpose", filters.actor.language),
        "as_of": as_of(),
    }


def _on_paper() -> dict[str, Any]:
    values = _compared(*_asked(current_actor(), request.args))
    rows = values["found"].rows
    return values | {"rows": rows[:MOST_ON_PAPER] if values["may_open"] else (), "more": len(rows) - MOST_ON_PAPER}


def _download(body: bytes, filters: FollowUpFilters, kind: str) -> Response:
    name = f"before-and-after-{filters.since.isoformat()}-{filters.until.isoformat()}.{kind}"
    return download_of(filters.actor, name, body)

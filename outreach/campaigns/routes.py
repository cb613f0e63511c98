"""The pages of campaigns: all of a period, one list, paper and files."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import DateField, Form, SelectField
from wtforms.validators import Optional

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers.queries import STAFF
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.reports.pdf import PdfUnavailable, as_pdf
from crm.web.downloads import attachment
from crm.web.filters import today
from crm.web.forms import choices, optional_int
from outreach.campaigns.blueprint import blueprint
from outreach.campaigns.charts import week_chart
from outreach.campaigns.files import campaign_book, campaigns_book
from outreach.campaigns.overview import Period, campaign, campaigns, shows_callers
from outreach.campaigns.words import KINDS, definitions
from outreach.lists.models import CallList
from outreach.lists.words import REASONS, WANTED

SHOWN = 100
"""So many of what came of it stand on the page; the workbook holds all."""


class PeriodForm(Form):
    """Unit and period of the overview; read from the address."""

    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until"), validators=[Optional()])
    unit = SelectField(_l("Unit"), coerce=optional_int)


@blueprint.get("")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The lists that were open in a period, with what they have come to."""
    form, period = _period(current_actor())
    found = campaigns(current_actor(), period)
    return render_template(
        "campaigns/index.html", form=form, period=period, found=found, wanted=WANTED, definitions=definitions()
    )


@blueprint.get("/export.xlsx")
@require(*STAFF)
def export_all() -> ResponseReturnValue:
    """The same as a workbook."""
    actor = current_actor()
    _form, period = _period(actor)
    return _taken(actor, f"campaigns-{period.since}-{period.until}.xlsx", campaigns_book(campaigns(actor, period)))


@blueprint.get("/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """What one list has come to."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    return render_template("campaigns/show.html", **_context(actor, call_list))


@blueprint.get("/<public_id>/print")
@require(*STAFF)
def print_page(public_id: str) -> ResponseReturnValue:
    """The same on paper."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    return render_template("campaigns/print.html", **_context(actor, call_list))


@blueprint.get("/<public_id>/results.pdf")
@require(*STAFF)
def pdf(public_id: str) -> ResponseReturnValue:
    """The print page as PDF. Where the PDF engine is missing, the print page opens and says so."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    about = (call_list.id, call_list.unit_id)
    html = render_template("campaigns/print.html", **_context(actor, call_list))
    try:
        body = as_pdf(html)
    except PdfUnavailable:
        flash(_("PDF files need Pango on the server. Print this page from your browser instead."), "warning")
        return redirect(url_for(".print_page", public_id=public_id), code=303)
    return _taken(actor, f"campaign-{today()}.pdf", body, about)


@blueprint.get("/<public_id>/results.xlsx")
@require(*STAFF)
def xlsx(public_id: str) -> ResponseReturnValue:
    """The figures as a workbook."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    about = (call_list.id, call_list.unit_id)
    body = campaign_book(campaign(actor, call_list), actor.language)
    return _taken(actor, f"campaign-{today()}.xlsx", body, about)


def _context(actor: Actor, call_list: CallList) -> dict[str, object]:
    found = campaign(actor, call_list)
    return {
        "found": found,
        "call_list": call_list,
        "chart": week_chart(found),
        "outcomes": dict(picklists.options("contact_outcome", actor.language)),
        "wanted": WANTED,
        "kinds": KINDS,
        "reasons": REASONS,
        "definitions": definitions(),
        "shows_callers": shows_callers(actor, call_list),
        "shown": SHOWN,
        "title": call_list.script.title_in(actor.language),
    }


def _period(actor: Actor) -> tuple[PeriodForm, Period]:
    """The period of the address, or this year. What cannot be read is as if it had not been said."""
    form = PeriodForm(request.args)
    form.unit.choices = choices(unit_choices(actor.unit_ids), empty=_l("All units"))
    form.validate()
    since, until = today().replace(month=1, day=1), today().replace(month=12, day=31)
    since, until = form.since.data or since, form.until.data or until
    if until < since:
        since, until = until, since
    form.since.raw_data = form.until.raw_data = None
    form.since.data, form.until.data = since, until
    unit_id = None if form.unit.errors or form.unit.data not in actor.unit_ids else form.unit.data
    return form, Period(since, until, unit_id)


def _taken(actor: Actor, name: str, body: bytes, about: tuple[int, int] | None = None) -> Response:
    """A file to keep; that it was taken is a line of the audit log."""
    with transaction():
        record(
            actor, "campaign.exported", subject_type="call_list", subject_id=about[0] if about else None,
            unit_id=about[1] if about else None, details={"kind": name.rpartition(".")[2]},
        )  # fmt: skip
    return attachment(name, body)

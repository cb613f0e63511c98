"""The report of inquiries, and files of the list and of the report."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.actors import Actor
from crm.db import transaction
from crm.glossary import picklists
from crm.inquiries import queries
from crm.inquiries.blueprint import blueprint
from crm.inquiries.files import list_sheet, report_sheet
from crm.inquiries.forms import InquiryFilterForm, year_ago
from crm.inquiries.labels import problem_text
from crm.inquiries.queries import InquiryFilter
from crm.inquiries.report_queries import first_response, outcome_table
from crm.inquiries.routes import filter_form
from crm.inquiries.scopes import READERS
from crm.web.downloads import Cell, Sheet, download
from crm.web.filters import today


@blueprint.get("/inquiries/report")
@require(*READERS)
def report() -> ResponseReturnValue:
    """Inquiries by source with what was not stated, outcomes by source, and every sum that disagrees."""
    actor = current_actor()
    form = filter_form(actor)
    wanted = form.as_filter(state=queries.ALL, since=year_ago())
    table = outcome_table(actor, wanted)
    return render_template(
        "inquiries/report.html",
        form=form,
        table=table,
        problems=[(problem, problem_text(problem, actor.language)) for problem in table.problems()],
        response=first_response(actor, wanted),
        outcomes=picklists.options("inquiry_outcome", actor.language),
        since=wanted.since,
        until=wanted.until or today(),
    )


@blueprint.get("/inquiries/export.<any(csv, xlsx):kind>")
@require(*READERS)
def export(kind: str) -> ResponseReturnValue:
    """The list as a file, with the same filters. That it was taken stands in the audit log."""
    actor = current_actor()
    lines = list(queries.lines_for_file(actor, filter_form(actor).as_filter()))
    return _download(
        actor, list_sheet(lines, actor.language), kind, name="inquiries", rows=len(lines), title=_("Inquiries")
    )


@blueprint.get("/inquiries/report.<any(csv, xlsx):kind>")
@require(*READERS)
def report_file(kind: str) -> ResponseReturnValue:
    """The report as a file; what does not add up is written above the figures."""
    actor = current_actor()
    form = filter_form(actor)
    wanted = form.as_filter(state=queries.ALL, since=year_ago())
    table = outcome_table(actor, wanted)
    sheet = report_sheet(table, actor.language, _about(form, wanted))
    return _download(actor, sheet, kind, name="inquiries-report", rows=table.total, title=_("Report"))


def _about(form: InquiryFilterForm, wanted: InquiryFilter) -> list[list[Cell]]:
    """The period, and what was chosen in the other filters of the report."""
    chosen = [field for field in (form.unit, form.topic, form.channel, form.source) if field.data and not field.errors]
    return [
        [_("Period"), f"{wanted.since} – {wanted.until or today()}"],
        *([str(field.label.text), _chosen(field)] for field in chosen),
    ]


def _chosen(field: SelectField) -> str:
    """What was chosen, in words. Sources stand in groups, which only ``iter_choices`` looks into."""
    found = (str(label) for value, label, *_more in field.iter_choices() if value == field.data)
    return next(found, str(field.data))


def _download(actor: Actor, sheet: Sheet, kind: str, *, name: str, rows: int, title: str) -> Response:
    answer = download(f"{name}-{today()}", kind, sheet.headings, sheet.rows, above=sheet.above, title=title)
    with transaction():
        details = {"rows": rows, "kind": kind}
        record(actor, "inquiries.exported", subject_type="inquiry", unit_id=actor.unit_id, details=details)
    return answer

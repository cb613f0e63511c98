"""Promised against delivered, by unit and period: on the page, on paper and as a file."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import transaction
from crm.employers.queries import STAFF
from crm.partnerships.blueprint import blueprint
from crm.partnerships.filters import PeriodForm, report_filter
from crm.partnerships.frameworks import FRAMEWORKS
from crm.partnerships.list_queries import CommitmentReport, commitments_between, late_and_at_risk
from crm.partnerships.models import Partnership
from crm.partnerships.page import paper_context, words
from crm.partnerships.queries import counted
from crm.partnerships.shown import cells, headings, rows_shown
from crm.web.downloads import download
from crm.web.filters import today


@blueprint.get("/partnerships/report")
@require(*STAFF, Role.EVALUATOR)
def report() -> ResponseReturnValue:
    """Promised against delivered. An evaluator sees the sums alone."""
    return render_template("partnerships/report.html", **_context(current_actor()))


@blueprint.get("/partnerships/report/print")
@require(*STAFF, Role.EVALUATOR)
def report_print() -> ResponseReturnValue:
    """The same on paper."""
    return render_template("partnerships/report_print.html", **_context(current_actor()))


@blueprint.get("/partnerships/report.<any(csv, xlsx):kind>")
@require(*STAFF)
def export(kind: str) -> ResponseReturnValue:
    """Every commitment of the period as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    found, _form = _report(actor)
    answer = download(f"commitments-{found.since}-{found.until}", kind, _headings(), _cells(found, actor))
    with transaction():
        audit.record(
            actor, "partnerships_exported", subject_type="partnership",
            details={"rows": len(found.rows), "kind": kind},
        )  # fmt: skip
    return answer


@blueprint.get("/partnerships/<public_id>/print")
@require(*STAFF)
def print_partnership(public_id: str) -> ResponseReturnValue:
    """One partnership on paper, for the review with the employer. It names no participant."""
    actor = current_actor()
    partnership = visible_one(Partnership, actor, public_id)
    return render_template("partnerships/print.html", **paper_context(actor, partnership))


@blueprint.get("/partnerships/<public_id>/evidence.<any(csv, xlsx):kind>")
@require(*STAFF)
def export_evidence(public_id: str, kind: str) -> ResponseReturnValue:
    """The rows behind the figures of one partnership as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    partnership = visible_one(Partnership, actor, public_id)
    partnership_id, unit_id = partnership.id, partnership.unit_id
    figures = counted(partnership.commitments, on=today())
    rows = [figures[each.id] for each in partnership.commitments]
    lines = cells(rows, rows_shown(actor, rows), words(actor)["kinds"])
    answer = download(f"partnership-{today()}", kind, headings(), lines)
    with transaction():
        audit.record(
            actor, "partnerships_exported", subject_type="partnership", subject_id=partnership_id, unit_id=unit_id,
            details={"kind": kind},
        )  # fmt: skip
    return answer


def _report(actor: Actor) -> tuple[CommitmentReport, PeriodForm]:
    form, wanted = report_filter(actor)
    found = commitments_between(
        actor,
        wanted.since,
        wanted.until,
        on=today(),
        unit_id=wanted.unit_id,
        aggregate=not actor.has_role(*STAFF),
    )
    return found, form


def _context(actor: Actor) -> dict[str, object]:
    found, form = _report(actor)
    late, at_risk = late_and_at_risk(found.rows)
    single = actor.has_role(*STAFF)
    return {"report": found, "form": form, "late": late, "at_risk": at_risk, "single": single, **words(actor)}


def _headings() -> list[str]:
    return [
        _("Employer"), _("Unit"), _("Partnership"), _("What was promised"), _("In words"), _("Promised"),
        pgettext("commitments", "Delivered"), _("Of what"), _("State"), _("From"), _("Until"), _("For whom"),
        _("How it was before"), _("How one sees that it is kept"), _("Themes of reporting frameworks"),
        _("May be published"),
    ]  # fmt: skip


def _cells(found: CommitmentReport, actor: Actor) -> list[list[str]]:
    named = words(actor)
    rows = []
    for row in found.rows:
        each, partnership = row.commitment, row.commitment.partnership
        rows.append([
            partnership.employer.name, partnership.unit.name, partnership.name, named["kinds"][each.kind], each.text,
            str(row.promised), str(row.count), each.unit_of_measure or "", named["statuses"][row.status],
            each.starts_on.isoformat(), each.ends_on.isoformat(), each.target_group or "", each.baseline or "",
            each.measure or "", ", ".join(str(FRAMEWORKS[code]) for code in each.frameworks if code in FRAMEWORKS),
            _("Yes") if partnership.may_publish else _("No"),
        ])  # fmt: skip
    return rows

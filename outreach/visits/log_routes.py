"""Logging a visit on its page, and settling what could not be saved as it was sent."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crm.accounts.current import current_actor, current_staff
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers.forms import reader_language
from crm.employers.queries import STAFF, positions_at
from crm.errors import DomainError
from crm.glossary import picklists
from crm.note_guard.guard import Finding, find_sensitive, pointed_out
from crm.web.conflicts import refusal
from crm.web.undo import flash_undo
from outreach.visits.blueprint import blueprint
from outreach.visits.fields import LoggedVisit
from outreach.visits.forms import TEXTS, LogForm, new_key, pairs_of
from outreach.visits.models import ReportState, Visit, VisitReport
from outreach.visits.queries import contact_of
from outreach.visits.services import reports
from outreach.visits.services.logging import VisitConflict, log_visit, unlog_visit
from outreach.visits.visit_page import visit_page, words
from outreach.visits.words import CONFLICTS, LOGGED, NOTE, REASONS


@blueprint.post("/visits/<public_id>/log")
@require(*STAFF)
def log(public_id: str) -> ResponseReturnValue:
    """Save what happened. What was typed about a visit that has changed meanwhile is kept, and both are shown."""
    actor = current_actor()
    visit = visible_one(Visit, actor, public_id)
    form = LogForm()
    form.prepare(positions_at(actor, visit.employer_id))
    findings = pointed_out(form, *TEXTS)
    if form.validate_on_submit() and not findings:
        visit_id, version, logged = visit.id, form.version.data, form.logged(current_staff().unit.country)
        try:
            with transaction():
                log_visit(actor, visit_id=visit_id, logged=logged, seen_version=version)
            return _saved(public_id)
        except VisitConflict as conflict:
            key = logged.contact.submission_key or new_key()
            with transaction():
                kept = reports.keep_report(
                    actor, visit_id=visit_id, key=key, typed=form.typed(), reason=conflict.reason
                )
                report = kept.public_id
            return redirect(url_for(".look", public_id=report), code=303)
        except DomainError as error:
            form.add_error(error)
    return visit_page(visible_one(Visit, actor, public_id), log_form=form, findings=findings)


@blueprint.post("/visits/<public_id>/open-again")
@require(*STAFF)
def open_again(public_id: str) -> ResponseReturnValue:
    """Take back that a visit was logged."""
    actor = current_actor()
    visit_id = visible_one(Visit, actor, public_id).id
    with transaction():
        unlog_visit(actor, visit_id=visit_id)
    flash(_("The visit is planned again."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.route("/visit-reports/<public_id>", methods=["GET", "POST"])
@require(*STAFF)
def look(public_id: str) -> ResponseReturnValue:
    """What was sent and could not be saved, beside what stands there now; save it as it should be."""
    actor = current_actor()
    report = visible_one(VisitReport, actor, public_id)
    if report.state is not ReportState.KEPT:
        return redirect(url_for(".show", public_id=report.visit.public_id), code=303)
    form = LogForm() if request.method == "POST" else _filled(report)
    form.prepare(positions_at(actor, report.visit.employer_id))
    findings = pointed_out(form, *TEXTS) if request.method == "POST" else _private(form)
    if form.validate_on_submit() and not findings:
        visit_public_id = report.visit.public_id
        try:
            _settle(actor, report, form)
            return _saved(visit_public_id, how=_how())
        except VisitConflict as conflict:
            form.form_errors.append(str(conflict.message))
        except DomainError as error:
            refusal(form, error)
    elif request.method == "GET" and report.reason not in CONFLICTS:
        # What has to be corrected stands beside its field at once.
        form.validate()
        _forgive_token(form)
    return _look_page(actor, visible_one(VisitReport, actor, public_id), form, findings)


@blueprint.post("/visit-reports/<public_id>/discard")
@require(*STAFF)
def discard(public_id: str) -> ResponseReturnValue:
    """Do without what was kept; the message has an Undo button."""
    actor = current_actor()
    report = visible_one(VisitReport, actor, public_id)
    report_id, visit = report.id, report.visit.public_id
    with transaction():
        reports.discard_report(actor, report_id=report_id)
    flash_undo(_("What you wrote is discarded."), url_for(".take_back", public_id=public_id))
    return redirect(url_for(".show", public_id=visit), code=303)


@blueprint.post("/visit-reports/<public_id>/take-back")
@require(*STAFF)
def take_back(public_id: str) -> ResponseReturnValue:
    """Keep again what was discarded."""
    actor = current_actor()
    report_id = visible_one(VisitReport, actor, public_id).id
    with transaction():
        reports.take_back_report(actor, report_id=report_id)
    flash(_("What you wrote is back."), "success")
    return redirect(url_for(".look", public_id=public_id), code=303)


def _settle(actor: Actor, report: VisitReport, form: LogForm) -> None:
    report_id, version = report.id, form.version.data
    logged: LoggedVisit = form.logged(current_staff().unit.country)
    with transaction():
        reports.settle_report(actor, report_id=report_id, version=version, how=_how(), logged=logged)


def _how() -> str:
    asked = request.form.get("how", reports.LOG)
    return asked if asked in (reports.LOG, reports.SECOND, reports.REPLACE) else reports.LOG


def _filled(report: VisitReport) -> LogForm:
    """The form with what was typed; the report's own key, so that it becomes one contact however often it is sent."""
    typed = [pair for pair in pairs_of(report.fields) if pair[0] not in ("version", "submission_key", "csrf_token")]
    own = [("version", str(report.version_id)), ("submission_key", report.key)]
    return LogForm(formdata=MultiDict(typed + own))


def _private(form: LogForm) -> list[Finding]:
    return find_sensitive("\n".join(str(form[name].data) for name in TEXTS if form[name].data))


def _look_page(actor: Actor, report: VisitReport, form: LogForm, findings: list[Finding]) -> ResponseReturnValue:
    visit, language = report.visit, reader_language()
    contact = contact_of(actor, visit)
    page = render_template(
        "visits/look.html",
        report=report,
        visit=visit,
        contact=contact,
        form=form,
        findings=findings,
        why=REASONS.get(report.reason or "", REASONS[NOTE]),
        is_conflict=report.reason in CONFLICTS,
        is_logged=report.reason == LOGGED and visit.contact_id is not None,
        there=_there(contact, language),
        how=_how(),
        ask_basis=visit.employer.do_not_contact or bool(form.basis.errors),
        **words(visit),
    )
    return page, 422 if request.method == "POST" else 200


def _there(contact: Any, language: str) -> dict[str, object]:
    """What stands in the contact that the visit has become already."""
    if contact is None:
        return {}
    decides = {True: _("Yes"), False: _("No")}
    return {
        "by": contact.staff.name if contact.staff else None,
        "outcome": picklists.label("contact_outcome", contact.outcome, language),
        "purpose": picklists.label("contact_purpose", contact.purpose, language) if contact.purpose else None,
        "decides": decides.get(contact.met_decision_maker),
        "met": ", ".join(met.person.name for met in contact.met),
    }


def _forgive_token(form: LogForm) -> None:
    """What was kept carries no token; the page that shows it does."""
    if "csrf_token" in form:
        form["csrf_token"].errors = []


def _saved(visit: str, *, how: str = reports.LOG) -> ResponseReturnValue:
    if how == reports.LOG:
        flash_undo(_("The visit is logged."), url_for(".open_again", public_id=visit))
    elif how == reports.SECOND:
        flash(_("It is saved as one more contact with the employer. This page shows the first one."), "success")
    else:
        flash(_("The visit is logged."), "success")
    return redirect(url_for(".show", public_id=visit), code=303)

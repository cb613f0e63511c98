"""The pages of interviews: the list with the summary, one interview, the guide on paper."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.models import Employer
from crm.errors import DomainError
from crm.interviews import services
from crm.interviews.forms import ListForm, make_form
from crm.interviews.guide import GUIDE, SECTIONS
from crm.interviews.models import EmployerInterview
from crm.interviews.modules import only_where_it_is_on
from crm.interviews.queries import interviews, summary_of
from crm.interviews.scopes import READERS
from crm.web.conflicts import refusal
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.paging import paginate, sort_order

blueprint = Blueprint("interviews", __name__, template_folder="templates")
blueprint.before_request(only_where_it_is_on)


@blueprint.get("/interviews")
@require(*READERS)
def index() -> ResponseReturnValue:
    """What all employers said, and the interviews one by one."""
    actor = current_actor()
    form = ListForm(request.args)
    statement = _asked(actor, form)
    summary = summary_of(current_session().scalars(statement).unique())
    page = paginate(current_session(), _ordered(statement))
    listed = [topic for topic in GUIDE.values() if topic.listed]
    return render_template("interviews/index.html", form=form, summary=summary, page=page, listed=listed)


@blueprint.get("/interviews/export")
@require(*READERS)
def export() -> ResponseReturnValue:
    """The filtered list with the coded answers as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    found = current_session().scalars(_ordered(_asked(actor, ListForm(request.args)))).unique().all()
    headings = [_("Employer"), _("Day"), *[str(topic.label) for topic in GUIDE.values()], _("Note")]
    answer = download(f"interviews-{today()}", "csv", headings, [_cells(row) for row in found])
    with transaction():
        audit.record(actor, "interviews_exported", subject_type="unit", subject_id=actor.unit_id, unit_id=actor.unit_id)
    return answer


@blueprint.get("/interviews/guide")
@require(*READERS)
def guide() -> ResponseReturnValue:
    """The questions on paper, to take along."""
    return render_template("interviews/guide_print.html", sections=SECTIONS)


@blueprint.route("/employers/<public_id>/interviews/new", methods=["GET", "POST"])
@require(*READERS)
def add(public_id: str) -> ResponseReturnValue:
    """Write down an interview with an employer."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    employer_id = employer.id
    form = make_form(on_date=today()) if request.method == "GET" else make_form()
    if form.validate_on_submit():
        try:
            with transaction():
                key = (form.submission_key.data or "")[:40] or None
                services.add_interview(actor, employer_id=employer_id, given=form.as_fields(), submission_key=key)
            flash(_("Saved."), "success")
            return redirect(url_for("employers.show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _page(form, visible_one(Employer, actor, public_id))


@blueprint.route("/interviews/<public_id>", methods=["GET", "POST"])
@require(*READERS)
def edit(public_id: str) -> ResponseReturnValue:
    """Read or correct an interview."""
    actor = current_actor()
    row = visible_one(EmployerInterview, actor, public_id)
    interview_id, back = row.id, row.employer.public_id
    form = make_form(**services.interview_values(row)) if request.method == "GET" else make_form()
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        try:
            with transaction():
                version = int(form.version.data or 0)
                services.change_interview(actor, interview_id=interview_id, given=form.as_fields(), version=version)
            flash(_("Saved."), "success")
            return redirect(url_for("employers.show", public_id=back), code=303)
        except DomainError as error:
            different = refusal(form, error)
    return _page(form, visible_one(EmployerInterview, actor, public_id).employer, different=different)


def _page(form: Any, employer: Employer, *, different: Any = ()) -> ResponseReturnValue:
    html = render_template("interviews/form.html", form=form, employer=employer, sections=SECTIONS, different=different)
    return html, 422 if form.is_submitted() else 200


def _asked(actor: Actor, form: ListForm) -> Select[EmployerInterview]:
    form.validate()
    return interviews(actor, text=(form.q.data or "")[:100], since=form.since.data, until=form.until.data)


def _ordered(statement: Select[EmployerInterview]) -> Select[EmployerInterview]:
    joined = statement.join(Employer, Employer.id == EmployerInterview.employer_id)
    columns = {"day": EmployerInterview.on_date, "employer": Employer.sort_name}
    return joined.order_by(*sort_order(columns, default="-day"), EmployerInterview.id)


def _cells(row: EmployerInterview) -> list[str]:
    answers = [topic.shown(row.answers.get(key)) for key, topic in GUIDE.items()]
    return [row.employer.name, row.on_date.isoformat(), *answers, row.note or ""]

"""The pages of results and their files."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import coordinators_in, units_for
from crm.actors import Actor, Role
from crm.db import transaction
from crm.errors import DomainError
from crm.programmes.queries import programmes_for
from crm.reports.filters import FollowUpFilters, read_filters
from crm.web.context import local_path
from crm.web.downloads import Sheet, attachment, download, xlsx_book
from crm.web.forms import choices
from surveys.results.addresses import report_args
from surveys.results.answering import answering
from surveys.results.conditions import EXIT_WAVE
from surveys.results.distributions import may_read_texts, results_of
from surveys.results.forms import ImprovementForm
from surveys.results.goals import goal_questions
from surveys.results.improvement import add_improvement
from surveys.results.labels import LABELS
from surveys.results.report_tables import report_tables
from surveys.results.tables import answers_table
from surveys.results.versions import published_versions
from surveys.results.waves import wave_keys

blueprint = Blueprint("surveys_results", __name__, template_folder="templates")

_WEEKS_FOR_IMPROVEMENT = 4


@blueprint.get("/surveys/results")
def index() -> ResponseReturnValue:
    """How the answers to one questionnaire are spread."""
    filters = read_filters(current_actor(), request.args)
    versions = published_versions()
    version = next((each for each in versions if each.public_id == request.args.get("version")), None)
    version = version or (versions[0] if versions else None)
    return render_template(
        "survey_results/index.html",
        versions=versions,
        version=version,
        results=results_of(filters, version) if version else [],
        reads_texts=may_read_texts(filters.actor),
        **_page(filters),
    )


@blueprint.get("/surveys/results/answering")
def who_answered() -> ResponseReturnValue:
    """Who answered and who did not, as groups."""
    filters = read_filters(current_actor(), request.args)
    waves = wave_keys()
    wave = request.args.get("wave", EXIT_WAVE)
    if wave not in waves:
        wave = waves[0] if waves else EXIT_WAVE
    return render_template(
        "survey_results/answering.html",
        waves=waves,
        wave=wave,
        found=answering(filters, wave),
        **_page(filters),
    )


@blueprint.get("/surveys/results.csv")
def csv_file() -> ResponseReturnValue:
    """Every answer option with its count and base, one row each."""
    filters = read_filters(current_actor(), request.args)
    table = answers_table(filters, published_versions())
    return download(_file_name(filters), "csv", table.headings, table.rows)


@blueprint.get("/surveys/results.xlsx")
def xlsx_file() -> ResponseReturnValue:
    """The same, with the goals and the ledger on sheets of their own."""
    filters = read_filters(current_actor(), request.args)
    versions = published_versions()
    tables = [answers_table(filters, versions), *report_tables(filters)]
    book = xlsx_book({table.name: Sheet(table.headings, table.rows) for table in tables})
    return attachment(f"{_file_name(filters)}.xlsx", book)


@blueprint.route("/surveys/goals/<key>/improvement", methods=["GET", "POST"])
@require(Role.MANAGER)
def improve(key: str) -> ResponseReturnValue:
    """Write down what is done about a missed goal."""
    actor = current_actor()
    version, question, _goal = goal_questions(published_versions()).get(key) or (None, None, None)
    if version is None or question is None:
        raise NotFound
    back = local_path(request.values.get("next"), fallback=url_for("reports.follow_up"))
    form = _improvement_form(actor, back)
    if form.validate_on_submit():
        try:
            with transaction():
                add_improvement(actor, goal=key, wording=version.wording(question), **form.values())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved. It is a task for the person you chose."), "success")
            return redirect(back, code=303)
    status = 422 if request.method == "POST" else 200
    page = {"form": form, "wording": version.wording(question), "back": back}
    return render_template("survey_results/improve.html", **page), status


def _improvement_form(actor: Actor, back: str) -> ImprovementForm:
    today = clock.today()
    start = {"due_on": today + timedelta(weeks=_WEEKS_FOR_IMPROVEMENT), "next": back}
    form = ImprovementForm(data={**start, "owner_id": actor.staff_id, "unit_id": actor.unit_id})
    names: dict[object, str] = {actor.staff_id: actor.label}
    names.update((each.id, each.name) for each in coordinators_in(actor.unit_ids))
    form.owner_id.choices = choices(names.items())
    form.unit_id.choices = choices([(unit.id, unit.name) for unit in units_for(actor)])
    return form


def _page(filters: FollowUpFilters) -> dict[str, object]:
    return {
        "filters": filters,
        "args": report_args(filters),
        "units": units_for(filters.actor),
        "programmes": programmes_for(filters.actor),
        "labels": LABELS,
    }


def _file_name(filters: FollowUpFilters) -> str:
    return f"survey-results-{filters.since}-{filters.until}"

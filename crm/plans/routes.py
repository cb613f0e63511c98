"""The pages of profiles, plans and competence cards, on the screen and on paper."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import names_of
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import transaction
from crm.documents.pdf import PdfUnavailable, make_pdf
from crm.errors import DomainError
from crm.participants.models import Participant
from crm.placements.models import Placement
from crm.placements.queries import last_evaluated
from crm.placements.words import EVALUATORS
from crm.plans import services
from crm.plans.forms import ProfileForm, ShowForm, paper_form, show_choices
from crm.plans.matching import employers_that_may_fit
from crm.plans.models import PaperKind, PlanPaper
from crm.plans.modules import only_where_it_is_on
from crm.plans.queries import papers_of, placements_to_show_at, profile_of
from crm.plans.words import PAPERS, QUESTIONS
from crm.web.conflicts import refusal
from crm.web.downloads import attachment
from crm.web.forms import BaseForm

blueprint = Blueprint("plans", __name__, template_folder="templates")
blueprint.before_request(only_where_it_is_on)

_WHO = (Role.COORDINATOR, Role.MANAGER)


@blueprint.route("/participants/<public_id>/profile", methods=["GET", "POST"])
@require(*_WHO)
def profile(public_id: str) -> ResponseReturnValue:
    """What a participant wants and can."""
    person = visible_one(Participant, current_actor(), public_id)
    row = profile_of(person.id)
    data = services.profile_values(row) | {"version": row.version_id if row else 0}
    form: Any = ProfileForm(data=data) if request.method == "GET" else ProfileForm()
    person_id = person.id
    return _written(
        person,
        form,
        heading=_("Wishes and skills"),
        save=lambda actor: services.save_profile(
            actor, participant_id=person_id, given=form.as_fields(), version=int(form.version.data or 0)
        ),
    )


@blueprint.route("/participants/<public_id>/individual-plan", methods=["GET", "POST"])
@require(*_WHO)
def individual_plan(public_id: str) -> ResponseReturnValue:
    """The individual plan, with its earlier versions."""
    return _paper(public_id, PaperKind.INDIVIDUAL_PLAN)


@blueprint.route("/participants/<public_id>/competence-card", methods=["GET", "POST"])
@require(*_WHO)
def competence_card(public_id: str) -> ResponseReturnValue:
    """The competence card, with its earlier versions."""
    return _paper(public_id, PaperKind.COMPETENCE_CARD)


@blueprint.get("/plan-papers/<public_id>/print")
@require(*_WHO)
def print_paper(public_id: str) -> ResponseReturnValue:
    """A version as a page for paper."""
    actor = current_actor()
    paper = visible_one(PlanPaper, actor, public_id)
    person = paper.participant
    return seen_one(actor, _on_paper(paper), participant_id=person.id, unit_id=person.unit_id)


@blueprint.get("/plan-papers/<public_id>/pdf")
@require(*_WHO)
def pdf(public_id: str) -> ResponseReturnValue:
    """A version as PDF. Where the PDF engine is missing, the print page opens and says how to install it."""
    actor = current_actor()
    paper = visible_one(PlanPaper, actor, public_id)
    person, name, number = paper.participant, paper.kind.value.replace("_", "-"), paper.number
    try:
        body = make_pdf(_on_paper(paper))
    except PdfUnavailable:
        flash(
            _(
                "PDF files need Pango on the server (Debian: libpango-1.0-0). "
                "Print this page from your browser instead."
            ),
            "warning",
        )
        return redirect(url_for(".print_paper", public_id=public_id), code=303)
    seen_one(actor, "", participant_id=person.id, unit_id=person.unit_id)
    return attachment(f"{name}-{number}.pdf", body)


@blueprint.route("/plan-papers/<public_id>/employer", methods=["GET", "POST"])
@require(*_WHO)
def to_employer(public_id: str) -> ResponseReturnValue:
    """Give a competence card to an employer: refused without consent, and noted with the placement."""
    actor = current_actor()
    paper = visible_one(PlanPaper, actor, public_id)
    paper_id, person = paper.id, paper.participant
    form = ShowForm()
    placements = placements_to_show_at(person)
    show_choices(form, placements)
    refused_at: str | None = None
    if form.validate_on_submit():
        placement_id = visible_one(Placement, actor, form.placement.data or "").id
        try:
            with transaction():
                services.show_card_to_employer(
                    actor, paper_id=paper_id, placement_id=placement_id, told=form.told.data or "",
                    submission_key=(form.submission_key.data or "")[:40] or None,
                )  # fmt: skip
            flash(_("Written down. Give the card to nobody else."), "success")
            return redirect(url_for(".print_paper", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            refused_at = form.placement.data
    html = render_template(
        "plans/to_employer.html", form=form, paper=paper, person=person, placements=placements, refused_at=refused_at
    )
    html = seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)
    return html, 422 if form.is_submitted() else 200


@blueprint.get("/participants/<public_id>/employers")
@require(*_WHO)
def matches(public_id: str) -> ResponseReturnValue:
    """Employers that may fit the participant, each with why, and the training that is still needed."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    row = profile_of(person.id)
    found = employers_that_may_fit(actor, person, row) if row else []
    html = render_template("plans/matches.html", person=person, profile=row, found=found)
    return seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)


def _paper(public_id: str, kind: PaperKind) -> ResponseReturnValue:
    person = visible_one(Participant, current_actor(), public_id)
    papers = papers_of(person.id, kind)
    data: dict[str, Any] = {**(papers[0].answers if papers else {}), "version": papers[0].number if papers else 0}
    make = paper_form(kind)
    form = make(data=data) if request.method == "GET" else make()
    person_id = person.id
    return _written(
        person,
        form,
        heading=str(PAPERS[kind]),
        papers=papers,
        save=lambda actor: services.save_paper(
            actor,
            participant_id=person_id,
            kind=kind,
            answers={key: form[key].data for key in QUESTIONS[kind]},
            based_on=int(form.version.data or 0),
        ),
    )


def _written(
    person: Participant,
    form: BaseForm,
    *,
    heading: str,
    save: Callable[[Actor], object],
    papers: list[PlanPaper] | None = None,
) -> ResponseReturnValue:
    """Show a form about a person, or save it. What does not belong in a note is pointed out first, once."""
    actor = current_actor()
    person_id, public_id, unit_id = person.id, person.public_id, person.unit_id
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        try:
            with transaction():
                save(actor)
            flash(_("Saved."), "success")
            return redirect(url_for("participants.show", public_id=public_id, _anchor="plans"), code=303)
        except DomainError as error:
            different = refusal(form, error)
    authors = names_of({each.created_by_id for each in papers or () if each.created_by_id})
    html = render_template(
        "plans/form.html", form=form, person=person, heading=heading, papers=papers or [], authors=authors,
        different=different, evaluators=EVALUATORS, evaluated=last_evaluated(actor, person_id),
    )  # fmt: skip
    html = seen_one(actor, html, participant_id=person_id, unit_id=unit_id)
    return html, 422 if form.is_submitted() else 200


def _on_paper(paper: PlanPaper) -> str:
    return render_template(
        "plans/print.html",
        paper=paper,
        person=paper.participant,
        heading=PAPERS[paper.kind],
        questions=QUESTIONS[paper.kind],
    )

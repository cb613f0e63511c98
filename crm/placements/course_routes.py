"""The page of a placement, and the steps that it goes through."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.errors import DomainError, EditConflict
from crm.participants.services.editing import unit_of
from crm.placements import following_services, preparing_services, services
from crm.placements.blueprint import WHO, blueprint
from crm.placements.course_forms import (
    ApprovalForm,
    CertificateForm,
    CheckInForm,
    ClarificationForm,
    CloseForm,
    EvaluationForm,
    InstructionForm,
    MeetingForm,
)
from crm.placements.models import Placement
from crm.placements.page import placement_context
from crm.placements.step_models import CheckIn, Evaluator
from crm.placements.words import EVALUATORS
from crm.web.conflicts import differences
from crm.web.filters import show_date
from crm.web.forms import BaseForm


@blueprint.get("/placements/<public_id>")
@require(*WHO)
def show(public_id: str) -> ResponseReturnValue:
    """Everything about one placement: what is missing, what comes next, what has been written down."""
    actor = current_actor()
    placement = visible_one(Placement, actor, public_id)
    person = placement.participant
    html = render_template("placements/show.html", **placement_context(actor, placement))
    return seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)


@blueprint.route("/placements/<public_id>/clarification", methods=["GET", "POST"])
@require(*WHO)
def clarification(public_id: str) -> ResponseReturnValue:
    """What everybody expects of the placement."""
    placement = visible_one(Placement, current_actor(), public_id)
    row = placement.clarification
    data = preparing_services.clarification_values(row) if row else {"version": 0}
    form = _filled(ClarificationForm, data)
    return _step(
        placement,
        form,
        heading=_("Clarification before the start"),
        intro=_(
            "The first four answers are needed before the start. The others may stay empty. You can save and come back."
        ),
        save=lambda actor, placement_id: preparing_services.save_clarification(
            actor, placement_id=placement_id, given=form.as_fields(), version=_version(form)
        ),
    )


@blueprint.route("/placements/<public_id>/meeting", methods=["GET", "POST"])
@require(*WHO)
def meeting(public_id: str) -> ResponseReturnValue:
    """A meeting before the start."""
    placement = visible_one(Placement, current_actor(), public_id)
    today = clock.today(unit_of(placement.unit_id).time_zone)
    form = _filled(MeetingForm, {"on_date": today, "plan_follow_up": not placement.meetings})
    return _step(
        placement,
        form,
        heading=_("Meeting before the start"),
        intro=_("All three meet before the start: the participant, the employer and us."),
        save=lambda actor, placement_id: preparing_services.save_meeting(
            actor, placement_id=placement_id, given=form.as_fields()
        ),
    )


@blueprint.route("/placements/<public_id>/instruction", methods=["GET", "POST"])
@require(*WHO)
def instruction(public_id: str) -> ResponseReturnValue:
    """The work instruction."""
    placement = visible_one(Placement, current_actor(), public_id)
    row = placement.instruction
    form = _filled(InstructionForm, {"text": row.text, "version": row.version_id} if row else {"version": 0})
    return _step(
        placement,
        form,
        heading=_("Work instruction"),
        intro=_("The host, the project lead and the authority approve it before the start."),
        save=lambda actor, placement_id: preparing_services.save_instruction(
            actor, placement_id=placement_id, text=form.text.data or "", version=_version(form)
        ),
    )


@blueprint.route("/placements/<public_id>/approval", methods=["GET", "POST"])
@require(*WHO)
def approval(public_id: str) -> ResponseReturnValue:
    """Write down that one of the three has approved the work instruction."""
    placement = visible_one(Placement, current_actor(), public_id)
    form = _filled(ApprovalForm, {"on_date": clock.today(unit_of(placement.unit_id).time_zone)})
    return _step(
        placement,
        form,
        heading=_("Approval of the work instruction"),
        intro=placement.instruction.text if placement.instruction else _("Write the work instruction first."),
        save=lambda actor, placement_id: preparing_services.approve_instruction(
            actor,
            placement_id=placement_id,
            party=form.party.data,
            name=form.name.data or "",
            on_date=form.on_date.data,
        ),
    )


@blueprint.post("/placements/<public_id>/begin")
@require(*WHO)
def begin(public_id: str) -> ResponseReturnValue:
    """A planned placement has begun."""
    return _do(public_id, services.begin_placement, _("The placement has begun. The check-ins are planned."))


@blueprint.post("/placements/<public_id>/goes-on")
@require(*WHO)
def goes_on(public_id: str) -> ResponseReturnValue:
    """The end was a mistake."""
    return _do(public_id, services.take_back_end, _("The end is taken back."))


@blueprint.route("/check-ins/<public_id>", methods=["GET", "POST"])
@require(*WHO)
def check_in(public_id: str) -> ResponseReturnValue:
    """Write down whether a talk took place."""
    actor = current_actor()
    row = visible_one(CheckIn, actor, public_id)
    check_in_id, week = row.id, row.week
    today = clock.today(unit_of(row.placement.unit_id).time_zone)
    # As it usually is: it took place today, as the last one did. On a phone, Save is then enough.
    data = {
        "done": "no" if row.done is False else "yes",
        "done_on": row.done_on or today,
        "channel": row.channel or _usual_channel(row),
        "note": row.note,
        "version": row.version_id,
    }
    form = _filled(CheckInForm, data)
    form.prepare(actor.language)
    return _step(
        row.placement,
        form,
        heading=_("Check-in of week %(week)s", week=str(week)),
        intro=_("Planned for %(day)s.", day=show_date(row.due_on)),
        save=lambda actor, placement_id: following_services.save_check_in(
            actor, check_in_id=check_in_id, given=form.as_fields(), version=_version(form)
        ),
    )


@blueprint.route("/placements/<public_id>/evaluation", methods=["GET", "POST"])
@require(*WHO)
def evaluation(public_id: str) -> ResponseReturnValue:
    """One side's evaluation; whose, stands in the address."""
    placement = visible_one(Placement, current_actor(), public_id)
    employer = request.args.get("who") == Evaluator.EMPLOYER.value
    evaluator = Evaluator.EMPLOYER if employer else Evaluator.PARTICIPANT
    row = following_services.evaluation_by(placement, evaluator)
    names = ("worked", "challenges", "way_on", "clarification_value")
    data = {name: getattr(row, name) for name in names} | {"version": row.version_id} if row else {"version": 0}
    form = _filled(EvaluationForm, data)
    return _step(
        placement,
        form,
        heading=_("Evaluation: %(who)s", who=EVALUATORS[evaluator]),
        save=lambda actor, placement_id: following_services.save_evaluation(
            actor, placement_id=placement_id, given=form.as_fields(evaluator), version=_version(form)
        ),
    )


@blueprint.route("/placements/<public_id>/close", methods=["GET", "POST"])
@require(*WHO)
def close(public_id: str) -> ResponseReturnValue:
    """Nothing more is to be done about the placement."""
    placement = visible_one(Placement, current_actor(), public_id)
    form = _filled(CloseForm, {"reason": placement.no_evaluation_reason})
    return _step(
        placement,
        form,
        heading=_("Close the placement"),
        save=lambda actor, placement_id: following_services.close_placement(
            actor, placement_id=placement_id, reason=form.reason.data
        ),
    )


@blueprint.route("/placements/<public_id>/certificate", methods=["GET", "POST"])
@require(*WHO)
def certificate(public_id: str) -> ResponseReturnValue:
    """What the certificate says."""
    placement = visible_one(Placement, current_actor(), public_id)
    row = placement.certificate
    names = ("tasks", "skills", "supervisor", "hours_per_week", "issued_on")
    today = clock.today(unit_of(placement.unit_id).time_zone)
    data = {name: getattr(row, name) for name in names} | {"version": row.version_id} if row else None
    form = _filled(CertificateForm, data or {"issued_on": today, "version": 0})
    return _step(
        placement,
        form,
        heading=_("Certificate"),
        intro=_("The name, the employer, the period and the share of full time are filled in by themselves."),
        save=lambda actor, placement_id: following_services.issue_certificate(
            actor, placement_id=placement_id, given=form.as_fields(), version=_version(form)
        ),
    )


def _usual_channel(row: CheckIn) -> str:
    """How the last talk was held; by phone if there was none."""
    return next((each.channel for each in reversed(row.placement.check_ins) if each.channel), "phone")


def _filled(kind: Any, data: dict[str, Any]) -> Any:
    return kind(data=data) if request.method == "GET" else kind()


def _version(form: BaseForm) -> int:
    return int(form["version"].data or 0)


def _step(
    placement: Placement, form: BaseForm, *, heading: str, save: Callable[[Any, int], object], intro: str = ""
) -> ResponseReturnValue:
    """Show the form of a step, or save it. What does not belong in a note is pointed out first, once."""
    actor = current_actor()
    placement_id, public_id, person = placement.id, placement.public_id, placement.participant
    different: Sequence[tuple[str, object]] = ()
    if form.validate_on_submit():
        try:
            with transaction():
                save(actor, placement_id)
            flash(_("Saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, EditConflict):
                different = differences(form, error)
                form["version"].data = str(error.current["version"])
    html = render_template(
        "placements/step.html",
        form=form,
        placement=placement,
        person=person,
        heading=heading,
        intro=intro,
        different=different,
    )
    html = seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)
    return html, 422 if form.is_submitted() else 200


def _do(public_id: str, service: Callable[..., object], said: str) -> ResponseReturnValue:
    actor = current_actor()
    placement_id = visible_one(Placement, actor, public_id).id
    try:
        with transaction():
            service(actor, placement_id=placement_id)
        flash(said, "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=public_id), code=303)

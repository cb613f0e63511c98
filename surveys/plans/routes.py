"""The pages of follow-up plans: what holds where, a change with its consequences shown before it is saved."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.models import Unit
from crm.accounts.permissions import require
from crm.accounts.queries import units_for
from crm.accounts.reading import seen_many
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.web.clean import clean_line
from surveys.models import FollowUpPlan
from surveys.plans.forms import PlanForm, form_for
from surveys.plans.preview import difference, replan
from surveys.plans.services import add_unit_plan, change_plan, check_values, may_change
from surveys.wording import channels_text, plan_title, questionnaire_titles, reason_text, when_text

blueprint = Blueprint("surveys_plans", __name__, template_folder="templates", url_prefix="/surveys/plans")
DECIDERS = (Role.ADMINISTRATOR, Role.MANAGER)


@blueprint.get("")
@require(*DECIDERS)
def index() -> ResponseReturnValue:
    """Every plan that concerns the actor's units."""
    actor = current_actor()
    return render_template(
        "surveys/plans/index.html",
        plans=_plans(actor),
        titles=questionnaire_titles(actor.language),
        plan_title=plan_title,
        when_text=when_text,
        channels_text=channels_text,
        units=units_for(actor),
        may_change={plan.id: may_change(actor, plan) for plan in _plans(actor)},
    )


@blueprint.get("/<public_id>")
@require(*DECIDERS)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a plan."""
    plan = _plan(public_id)
    return _edit_page(plan, form_for(plan))


@blueprint.post("/<public_id>")
@require(*DECIDERS)
def save(public_id: str) -> ResponseReturnValue:
    """Show what a change would mean; save it when the button of the preview says so."""
    plan = _plan(public_id)
    form = form_for(plan)
    if not form.validate_on_submit():
        return _edit_page(plan, form), 422
    try:
        check_values(form.values())
        if request.form.get("confirmed") != "yes":
            return _preview_page(plan, form)
        with transaction():
            change_plan(current_actor(), plan_id=plan.id, version=int(form.version.data or 0), values=form.values())
    except DomainError as error:
        form.add_error(error)
        return _edit_page(plan, form), 422
    number = replan(current_actor(), plan.id)
    flash(ngettext("Saved. %(num)d exit was looked at.", "Saved. %(num)d exits were looked at.", number), "success")
    return redirect(url_for("surveys_plans.index"), 303)


@blueprint.post("/<public_id>/own")
@require(*DECIDERS)
def add_own(public_id: str) -> ResponseReturnValue:
    """Make a unit's own plan, to be changed next."""
    like = _plan(public_id)
    chosen = clean_line(request.form.get("unit", ""))
    unit = current_session().scalar(select(Unit).where(Unit.public_id == chosen))
    if unit is None:
        flash(_("Choose a unit."), "warning")
        return redirect(url_for("surveys_plans.index"), 303)
    with transaction():
        plan = add_unit_plan(current_actor(), like=like, unit_id=unit.id)
        address = plan.public_id
    return redirect(url_for("surveys_plans.edit", public_id=address), 303)


def _plans(actor: Actor) -> list[FollowUpPlan]:
    units = {unit.id for unit in units_for(actor)}
    statement = select(FollowUpPlan).order_by(
        FollowUpPlan.days_after, FollowUpPlan.key, FollowUpPlan.unit_id.is_not(None), FollowUpPlan.id
    )
    return [plan for plan in current_session().scalars(statement) if plan.unit_id is None or plan.unit_id in units]


def _plan(public_id: str) -> FollowUpPlan:
    found = next((plan for plan in _plans(current_actor()) if plan.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _edit_page(plan: FollowUpPlan, form: PlanForm) -> str:
    actor = current_actor()
    return render_template(
        "surveys/plans/edit.html",
        plan=plan,
        form=form,
        title=plan_title(plan, plan.key, questionnaire_titles(actor.language)),
        allowed=may_change(actor, plan),
    )


def _preview_page(plan: FollowUpPlan, form: PlanForm) -> str:
    actor = current_actor()
    found = difference(actor, plan, form.values())
    html = render_template(
        "surveys/plans/preview.html",
        plan=plan,
        form=form,
        found=found,
        unreachable=[(reason_text(reason), number) for reason, number in found.unreachable.most_common()],
        title=plan_title(plan, plan.key, questionnaire_titles(actor.language)),
    )
    return seen_many(actor, html, participant_ids=[each.participant_id for each in found.changes if each.name])

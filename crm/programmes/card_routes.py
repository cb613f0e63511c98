"""The project card: grants, partners, milestones, goals, closing; and the same on paper."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import transaction
from crm.errors import DomainError
from crm.programmes import card_services as services
from crm.programmes.blueprint import blueprint
from crm.programmes.card_forms import (
    STATE_COLORS,
    STATES,
    CloseForm,
    GoalForm,
    GrantForm,
    MilestoneForm,
    PartnerForm,
)
from crm.programmes.card_models import ProgrammeGoal, ProgrammeMilestone, ProgrammePartner
from crm.programmes.card_queries import card_of, employer_called, employer_text
from crm.programmes.models import Programme
from crm.web.clean import clean_line
from crm.web.conflicts import refusal
from crm.web.filters import today
from crm.web.forms import BaseForm

_WHO = (Role.MANAGER, Role.ADMINISTRATOR)


@blueprint.get("/settings/programmes/<public_id>/card")
@require(*_WHO)
def card(public_id: str) -> ResponseReturnValue:
    """The card of a project."""
    return _card(visible_one(Programme, current_actor(), public_id))


@blueprint.get("/settings/programmes/<public_id>/card/print")
@require(*_WHO)
def card_print(public_id: str) -> ResponseReturnValue:
    """The card on paper."""
    programme = visible_one(Programme, current_actor(), public_id)
    card = card_of(current_actor(), programme)
    return render_template("programmes/card_print.html", card=card, programme=programme, states=STATES)


@blueprint.post("/settings/programmes/<public_id>/grants")
@require(*_WHO)
def set_grant(public_id: str) -> ResponseReturnValue:
    """Write down what is granted for a year."""
    form = GrantForm()

    def act(actor: Actor, programme_id: int) -> None:
        services.set_grant(actor, programme_id=programme_id, year=form.year.data or 0, amount=form.amount.data)

    return _do(public_id, "grant_form", form, act)


@blueprint.post("/settings/programmes/<public_id>/partners")
@require(*_WHO)
def add_partner(public_id: str) -> ResponseReturnValue:
    """A partner joins."""
    form = PartnerForm()

    def act(actor: Actor, programme_id: int) -> None:
        services.add_partner(actor, programme_id=programme_id, given=_partner_said(form))

    return _do(public_id, "partner_form", form, act)


@blueprint.post("/settings/programmes/<public_id>/milestones")
@require(*_WHO)
def add_milestone(public_id: str) -> ResponseReturnValue:
    """A fixed date, with its reminder."""
    form = MilestoneForm()

    def act(actor: Actor, programme_id: int) -> None:
        services.add_milestone(
            actor,
            programme_id=programme_id,
            on_date=form.on_date.data or today(),
            text=form.text.data or "",
            remind_days=form.remind_days.data or 0,
        )

    return _do(public_id, "milestone_form", form, act)


@blueprint.post("/settings/programmes/<public_id>/goals")
@require(*_WHO)
def add_goal(public_id: str) -> ResponseReturnValue:
    """A goal in words."""
    form = GoalForm()

    def act(actor: Actor, programme_id: int) -> None:
        services.add_goal(actor, programme_id=programme_id, given=form.as_fields())

    return _do(public_id, "goal_form", form, act)


@blueprint.post("/settings/programmes/<public_id>/close")
@require(*_WHO)
def close(public_id: str) -> ResponseReturnValue:
    """Close a project. What was done with employers stays."""
    form = CloseForm()

    def act(actor: Actor, programme_id: int) -> None:
        services.close_programme(actor, programme_id=programme_id, on_date=form.closed_on.data)

    return _do(public_id, "close_form", form, act)


@blueprint.post("/settings/programmes/<public_id>/reopen")
@require(*_WHO)
def reopen(public_id: str) -> ResponseReturnValue:
    """Open a project again."""
    actor = current_actor()
    programme_id = visible_one(Programme, actor, public_id).id
    with transaction():
        services.close_programme(actor, programme_id=programme_id, on_date=None)
    return _back(public_id)


@blueprint.route("/settings/programmes/partners/<public_id>", methods=["GET", "POST"])
@require(*_WHO)
def edit_partner(public_id: str) -> ResponseReturnValue:
    """Correct a partner, or write when it leaves."""
    actor = current_actor()
    partner = visible_one(ProgrammePartner, actor, public_id)
    now = asdict(services.partner_values(partner)) | {
        "version": partner.version_id,
        "employer": employer_text(partner.employer_id),
    }
    form = PartnerForm(data=now) if request.method == "GET" else PartnerForm()
    partner_id, employer_id = partner.id, partner.employer_id
    return _edit(
        partner.programme,
        form,
        partner.name,
        lambda: services.change_partner(
            actor,
            partner_id=partner_id,
            version=int(form.version.data or 0),
            given=_partner_said(form, now=employer_id),
        ),
        remove=url_for(".remove_partner", public_id=public_id),
    )


@blueprint.post("/settings/programmes/partners/<public_id>/remove")
@require(*_WHO)
def remove_partner(public_id: str) -> ResponseReturnValue:
    """Take away a partner that was added by mistake."""
    actor = current_actor()
    partner = visible_one(ProgrammePartner, actor, public_id)
    partner_id, back = partner.id, partner.programme.public_id
    with transaction():
        services.remove_partner(actor, partner_id=partner_id)
    flash(_("The partner is removed."), "success")
    return _back(back)


@blueprint.route("/settings/programmes/goals/<public_id>", methods=["GET", "POST"])
@require(*_WHO)
def edit_goal(public_id: str) -> ResponseReturnValue:
    """Write where a goal stands."""
    actor = current_actor()
    goal = visible_one(ProgrammeGoal, actor, public_id)
    now = asdict(services.goal_values(goal)) | {"version": goal.version_id}
    form = GoalForm(data=now) if request.method == "GET" else GoalForm()
    goal_id = goal.id
    return _edit(
        goal.programme,
        form,
        goal.text,
        lambda: services.change_goal(
            actor, goal_id=goal_id, version=int(form.version.data or 0), given=form.as_fields()
        ),
    )


@blueprint.post("/settings/programmes/milestones/<public_id>/<any(done, reopen, remove):action>")
@require(*_WHO)
def change_milestone(public_id: str, action: str) -> ResponseReturnValue:
    """A milestone is reached, is open again, or was a mistake."""
    actor = current_actor()
    milestone = visible_one(ProgrammeMilestone, actor, public_id)
    milestone_id, back = milestone.id, milestone.programme.public_id
    with transaction():
        if action == "remove":
            services.remove_milestone(actor, milestone_id=milestone_id)
        else:
            services.complete_milestone(actor, milestone_id=milestone_id, done=action == "done")
    return _back(back)


def _do(public_id: str, name: str, form: BaseForm, act: Callable[[Actor, int], None]) -> ResponseReturnValue:
    """Do what a form of the card asks for, or show the card with the form and what is wrong with it."""
    actor = current_actor()
    programme_id = visible_one(Programme, actor, public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                act(actor, programme_id)
            flash(_("Saved."), "success")
            return _back(public_id)
        except DomainError as error:
            form.add_error(error)
    return _card(visible_one(Programme, actor, public_id), **{name: form}), 422


def _partner_said(form: PartnerForm, *, now: int | None = None) -> services.PartnerFields:
    """What the form says. The employer that stands there now stays, also where it is not in use any more."""
    text = clean_line(form.employer.data or "")
    if text and text != employer_text(now):
        now = employer_called(text)
    return form.as_fields(now if text else None)


def _card(programme: Programme, **forms: BaseForm) -> str:
    fresh = {
        "grant_form": GrantForm,
        "partner_form": PartnerForm,
        "milestone_form": MilestoneForm,
        "goal_form": GoalForm,
        "close_form": CloseForm,
    }
    shown = {name: _with_own_ids(forms.get(name) or made(formdata=None), name) for name, made in fresh.items()}
    return render_template(
        "programmes/card.html",
        card=card_of(current_actor(), programme),
        programme=programme,
        states=STATES,
        state_colors=STATE_COLORS,
        failed=next(iter(forms), ""),
        **shown,
    )


def _with_own_ids(form: BaseForm, name: str) -> BaseForm:
    """The form with ids that no other form of the page has; names stay."""
    for field in form:
        field.id = f"{name}-{field.name}"
        field.label.field_id = field.id
    return form


def _edit(
    programme: Programme, form: BaseForm, heading: str, act: Callable[[], Any], *, remove: str | None = None
) -> ResponseReturnValue:
    different: list[tuple[str, object]] = []
    public_id, name = programme.public_id, programme.name
    if form.validate_on_submit():
        try:
            with transaction():
                act()
            flash(_("Saved."), "success")
            return _back(public_id)
        except DomainError as error:
            different = refusal(form, error)
    page = render_template(
        "programmes/card_form.html",
        form=form,
        heading=heading,
        back=url_for(".card", public_id=public_id),
        programme_name=name,
        different=different,
        remove=remove,
    )
    return page, 422 if form.is_submitted() else 200


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".card", public_id=public_id), code=303)

"""Starting an enrolment, moving it on, handing it over."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import transaction
from crm.errors import DomainError
from crm.participants import queries
from crm.participants.forms import (
    DeputyForm,
    EnrolmentForm,
    HandoverForm,
    coordinator_choices,
    programme_choices,
    stage_choices,
)
from crm.participants.models import Enrolment, EnrolmentStage, Participant
from crm.participants.routes.typed import given
from crm.participants.services import enrolments
from crm.programmes.queries import programmes_for
from crm.web.filters import today


def enrol(public_id: str) -> ResponseReturnValue:
    """Start a participant in a programme."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    person_id, unit_id = person.id, person.unit_id
    form = EnrolmentForm(data=_usual(actor)) if request.method == "GET" else EnrolmentForm()
    programme_choices(form, programmes_for(actor))
    coordinator_choices(form.coordinator_id, queries.possible_coordinators(unit_id), empty=_("Nobody yet"))
    stage_choices(form.stage, actor.language)
    if form.validate_on_submit():
        try:
            with transaction():
                enrolments.enrol(
                    actor,
                    participant_id=person_id,
                    programme_id=form.programme_id.data,
                    unit_id=unit_id,
                    coordinator_id=form.coordinator_id.data,
                    starts_on=given(form.starts_on.data),
                    stage=form.stage.data,
                )
            flash(_("The participant has started in the programme."), "success")
            return _to_person(public_id)
        except DomainError as error:
            form.add_error(error)
    html = render_template("participants/enrol.html", form=form, person=person)
    return seen_one(actor, html, participant_id=person_id, unit_id=unit_id), 422 if form.is_submitted() else 200


def stage(public_id: str) -> ResponseReturnValue:
    """Move an enrolment to the stage that was chosen on the participant's page."""
    actor = current_actor()
    enrolment = visible_one(Enrolment, actor, public_id)
    person, enrolment_id = enrolment.participant.public_id, enrolment.id
    try:
        with transaction():
            enrolments.change_stage(
                actor,
                enrolment_id=enrolment_id,
                stage=request.form.get("stage", ""),
                version=request.form.get("version", type=int),
            )
        flash(_("The stage is changed."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return _to_person(person)


def handover(public_id: str) -> ResponseReturnValue:
    """Hand an enrolment over to another coordinator, with a note."""
    actor = current_actor()
    enrolment = visible_one(Enrolment, actor, public_id)
    form = HandoverForm(data={"version": enrolment.version_id}) if request.method == "GET" else HandoverForm()
    _fill(form, enrolment)
    if form.validate_on_submit():
        person, enrolment_id = enrolment.participant.public_id, enrolment.id
        try:
            with transaction():
                enrolments.hand_over(
                    actor,
                    enrolment_id=enrolment_id,
                    to_staff_id=form.to_staff_id.data,
                    note=given(form.note.data),
                    version=form.version.data or None,
                )
            flash(_("The enrolment is handed over."), "success")
            return _after_handover(actor, person)
        except DomainError as error:
            form.add_error(error)
    return _handover_page(actor, enrolment, form), 422 if form.is_submitted() else 200


def deputy(public_id: str) -> ResponseReturnValue:
    """Say who stands in for the coordinator."""
    actor = current_actor()
    enrolment = visible_one(Enrolment, actor, public_id)
    form = DeputyForm()
    staff = queries.possible_coordinators(enrolment.unit_id)
    coordinator_choices(form.deputy_id, staff, empty=_("Nobody"))
    if form.validate_on_submit():
        person, enrolment_id = enrolment.participant.public_id, enrolment.id
        try:
            with transaction():
                enrolments.set_deputy(
                    actor,
                    enrolment_id=enrolment_id,
                    deputy_id=form.deputy_id.data,
                    version=form.version.data or None,
                )
            flash(_("The deputy is saved."), "success")
            return _to_person(person)
        except DomainError as error:
            flash(str(error.message), "warning")
    return redirect(url_for("participants.handover", public_id=public_id), code=303)


def _handover_page(actor: Actor, enrolment: Enrolment, form: HandoverForm) -> str:
    data = {"deputy_id": enrolment.deputy_id, "version": enrolment.version_id}
    standing_in = DeputyForm(formdata=None, data=data)
    staff = queries.possible_coordinators(enrolment.unit_id)
    coordinator_choices(standing_in.deputy_id, staff, empty=_("Nobody"))
    html = render_template(
        "participants/handover.html",
        form=form,
        deputy_form=standing_in,
        enrolment=enrolment,
        person=enrolment.participant,
    )
    return seen_one(actor, html, participant_id=enrolment.participant_id, unit_id=enrolment.unit_id)


def _fill(form: HandoverForm, enrolment: Enrolment) -> None:
    others = [each for each in queries.possible_coordinators(enrolment.unit_id) if each.id != enrolment.coordinator_id]
    coordinator_choices(form.to_staff_id, others, empty=_("Choose"))


def _after_handover(actor: Actor, person_public_id: str) -> ResponseReturnValue:
    """To the participant's page, or to the list where the person is no longer the actor's to see."""
    still_mine = queries.sees(actor, person_public_id)
    return _to_person(person_public_id) if still_mine else redirect(url_for("participants.index"), code=303)


def _usual(actor: Actor) -> dict[str, object]:
    coordinator = actor.staff_id if actor.has_role(Role.COORDINATOR) else None
    return {"starts_on": today(), "coordinator_id": coordinator, "stage": EnrolmentStage.REFERRED.value}


def _to_person(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("participants.show", public_id=public_id), code=303)

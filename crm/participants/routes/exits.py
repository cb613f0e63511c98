"""The exit: date and reason, the last check of how to reach the person, and what happens next."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.reading import seen_one
from crm.accounts.scopes import locked, visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.errors import DomainError, EditConflict
from crm.events import EmitResult
from crm.glossary import picklists
from crm.participants.conflicts import Difference, meet
from crm.participants.fields import fields_of
from crm.participants.forms import ExitChangeForm, ExitForm, reason_choices
from crm.participants.models import Enrolment, EnrolmentExit
from crm.participants.routes.typed import contact_data, given, typed_contact
from crm.participants.services.editing import unit_of
from crm.participants.services.exits import change_exit, exit_enrolment, reopen_enrolment
from crm.participants.services.participants import change_participant


def exit_form(public_id: str) -> ResponseReturnValue:
    """End an enrolment. What was corrected of the contact details is saved with it."""
    actor = current_actor()
    enrolment = visible_one(Enrolment, actor, public_id)
    if enrolment.exited_on is not None and request.method == "GET":
        return _to_exit(enrolment)
    form = ExitForm(data=_exit_data(enrolment)) if request.method == "GET" else ExitForm()
    reason_choices(form, actor.language)
    conflict: list[Difference] = []
    if form.validate_on_submit():
        enrolment_id = enrolment.id
        try:
            with transaction():
                ended, told = _save(actor, enrolment_id, form)
                done = ended.public_id
            _say(_("The exit is saved."), told)
            return redirect(url_for("participants.show_exit", public_id=done), code=303)
        except EditConflict as error:
            conflict = meet(form, error)
        except DomainError as error:
            form.add_error(error)
    html = render_template(
        "participants/exit.html", form=form, enrolment=enrolment, person=enrolment.participant, conflict=conflict
    )
    html = seen_one(actor, html, participant_id=enrolment.participant_id, unit_id=enrolment.unit_id)
    return html, 409 if conflict else 422 if form.is_submitted() else 200


def show_exit(public_id: str) -> ResponseReturnValue:
    """An exit and what has been planned after it."""
    actor = current_actor()
    ended = visible_one(EnrolmentExit, actor, public_id)
    enrolment = ended.enrolment
    html = render_template(
        "participants/exit_done.html",
        ended=ended,
        enrolment=enrolment,
        person=enrolment.participant,
        reason=picklists.label("exit_reason", ended.reason, actor.language),
    )
    return seen_one(actor, html, participant_id=enrolment.participant_id, unit_id=enrolment.unit_id)


def edit_exit(public_id: str) -> ResponseReturnValue:
    """Correct the date or the reason of an exit."""
    actor = current_actor()
    ended = visible_one(EnrolmentExit, actor, public_id)
    data = {"exit_on": ended.exit_on, "reason": ended.reason, "note": ended.note}
    form = ExitChangeForm(data=data) if request.method == "GET" else ExitChangeForm()
    reason_choices(form, actor.language)
    if form.validate_on_submit():
        exit_id = ended.id
        try:
            with transaction():
                _ended, told = change_exit(
                    actor,
                    exit_id=exit_id,
                    exit_on=given(form.exit_on.data),
                    reason=form.reason.data,
                    note=form.note.data or "",
                )
            _say(_("The exit is changed."), told)
            return redirect(url_for("participants.show_exit", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    enrolment = ended.enrolment
    html = render_template(
        "participants/exit_edit.html", form=form, ended=ended, enrolment=enrolment, person=enrolment.participant
    )
    html = seen_one(actor, html, participant_id=enrolment.participant_id, unit_id=enrolment.unit_id)
    return html, 422 if form.is_submitted() else 200


def reopen(public_id: str) -> ResponseReturnValue:
    """Ask whether the exit is to be taken back; a POST takes it back."""
    actor = current_actor()
    enrolment = visible_one(Enrolment, actor, public_id)
    person = enrolment.participant.public_id
    if request.method == "POST":
        enrolment_id = enrolment.id
        try:
            with transaction():
                _enrolment, told = reopen_enrolment(actor, enrolment_id=enrolment_id)
            _say(_("The enrolment is open again."), told)
        except DomainError as error:
            flash(str(error.message), "warning")
        return redirect(url_for("participants.show", public_id=person), code=303)
    if enrolment.exited_on is None:
        return redirect(url_for("participants.show", public_id=person), code=303)
    html = render_template("participants/reopen.html", enrolment=enrolment, person=enrolment.participant)
    return seen_one(actor, html, participant_id=enrolment.participant_id, unit_id=enrolment.unit_id)


def _save(actor: Actor, enrolment_id: int, form: ExitForm) -> tuple[EnrolmentExit, EmitResult]:
    person = locked(Enrolment, actor, enrolment_id).participant
    change_participant(
        actor,
        participant_id=person.id,
        version=int(form.person_version.data or 0),
        given=typed_contact(form, fields_of(person)),
    )
    return exit_enrolment(
        actor,
        enrolment_id=enrolment_id,
        exit_on=given(form.exit_on.data),
        reason=form.reason.data,
        note=form.note.data or None,
        version=int(form.version.data or 0),
    )


def _exit_data(enrolment: Enrolment) -> dict[str, object]:
    person = contact_data(enrolment.participant)
    today = clock.today(unit_of(enrolment.unit_id).time_zone)
    return {**person, "exit_on": max(today, enrolment.starts_on), "version": enrolment.version_id}


def _say(text: str, told: EmitResult) -> None:
    flash(text, "success")
    if told.failed_plugins:
        flash(_("The follow-up is not planned yet. Brobygg tries again tonight and tells your manager."), "warning")


def _to_exit(enrolment: Enrolment) -> ResponseReturnValue:
    in_force = next(each for each in enrolment.exits if each.reopened_at is None)
    return redirect(url_for("participants.show_exit", public_id=in_force.public_id), code=303)

"""What holds of a participant: consents, protection, death, archive."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.errors import DomainError
from crm.participants import queries
from crm.participants.forms import ConsentForm, DeathForm, ProtectionForm
from crm.participants.models import Participant
from crm.participants.services import consents as consent_services
from crm.participants.services import participants
from crm.participants.services import protection as protection_services
from crm.web.filters import today
from crm.web.undo import flash_undo


def consents(public_id: str) -> ResponseReturnValue:
    """Keep what the person said yes or no to."""
    actor = current_actor()
    person_id = visible_one(Participant, actor, public_id).id
    form = ConsentForm()
    if form.validate_on_submit():
        with transaction():
            consent_services.record_consent(
                actor,
                participant_id=person_id,
                kind=form.kind.data,
                given=form.given.data == "yes",
                source="staff",
            )
        flash(_("The answer is saved."), "success")
    else:
        flash(_("Choose one of the alternatives."), "warning")
    return _to_person(public_id)


def protection(public_id: str) -> ResponseReturnValue:
    """Protect a participant, or change who may see a protected one."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    person_id, unit_id = person.id, person.unit_id
    form = ProtectionForm(data={"named_staff_ids": _named(person)}) if request.method == "GET" else ProtectionForm()
    staff = {each.id: each for each in queries.possible_coordinators(unit_id)}
    staff |= {each.id: each for each in queries.named_staff_of(person)}
    form.named_staff_ids.choices = [(each.id, each.name) for each in staff.values() if each.id != actor.staff_id]
    if form.validate_on_submit():
        try:
            with transaction():
                protection_services.protect(
                    actor, participant_id=person_id, named_staff_ids=form.named_staff_ids.data or []
                )
            flash(_("The participant is protected. Only named staff see them; nothing is sent by itself."), "success")
            return _to_person(public_id)
        except DomainError as error:
            form.add_error(error)
    html = render_template("participants/protection.html", form=form, person=person)
    return _seen(actor, person, html), 422 if form.is_submitted() else 200


def remove_protection(public_id: str) -> ResponseReturnValue:
    """Take the protection away."""
    actor = current_actor()
    person_id = visible_one(Participant, actor, public_id).id
    with transaction():
        protection_services.unprotect(actor, participant_id=person_id)
    flash(_("The participant is no longer protected."), "success")
    return redirect(_where_now(actor, public_id), code=303)


def death(public_id: str) -> ResponseReturnValue:
    """Record a death."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    form = DeathForm(data={"died_on": today()}) if request.method == "GET" else DeathForm()
    if form.validate_on_submit():
        person_id = person.id
        try:
            with transaction():
                participants.record_death(actor, participant_id=person_id, died_on=form.died_on.data or date.max)
            flash(_("The death is recorded. Nothing more is sent."), "success")
            return _to_person(public_id)
        except DomainError as error:
            form.add_error(error)
    html = render_template("participants/death.html", form=form, person=person)
    return _seen(actor, person, html), 422 if form.is_submitted() else 200


def undo_death(public_id: str) -> ResponseReturnValue:
    """Correct a death that was recorded by mistake."""
    actor = current_actor()
    person_id = visible_one(Participant, actor, public_id).id
    with transaction():
        participants.take_back_death(actor, participant_id=person_id)
    flash(_("Corrected. Enrolments that were ended stay ended: reopen them here."), "success")
    return _to_person(public_id)


def archive(public_id: str) -> ResponseReturnValue:
    """Put a participant away."""
    actor = current_actor()
    person_id = visible_one(Participant, actor, public_id).id
    try:
        with transaction():
            participants.archive_participant(actor, participant_id=person_id)
        flash_undo(_("The participant is archived."), url_for("participants.restore", public_id=public_id))
    except DomainError as error:
        flash(str(error.message), "warning")
    return _to_person(public_id)


def restore(public_id: str) -> ResponseReturnValue:
    """Take a participant out of the archive."""
    actor = current_actor()
    person_id = visible_one(Participant, actor, public_id).id
    with transaction():
        participants.restore_participant(actor, participant_id=person_id)
    flash(_("The participant is back in the lists."), "success")
    return _to_person(public_id)


def _named(person: Participant) -> list[int]:
    """Who is named now; before the protection, the coordinators and deputies whose work goes on."""
    if person.protected:
        return [each.staff_id for each in person.named_staff]
    working = [staff for each in person.enrolments for staff in (each.coordinator_id, each.deputy_id)]
    return sorted({staff for staff in working if staff is not None})


def _where_now(actor: Actor, public_id: str) -> str:
    if queries.sees(actor, public_id):
        return url_for("participants.show", public_id=public_id)
    return url_for("participants.index")


def _seen(actor: Actor, person: Participant, html: str) -> str:
    return seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)


def _to_person(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("participants.show", public_id=public_id), code=303)

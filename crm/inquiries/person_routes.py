"""Persons of an inquiry and what came of it for each."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.errors import DomainError
from crm.glossary import picklists
from crm.inquiries import queries
from crm.inquiries.blueprint import blueprint
from crm.inquiries.forms import OutcomeForm, PersonForm
from crm.inquiries.models import Inquiry, InquiryPerson
from crm.inquiries.routes import inquiry_page
from crm.inquiries.scopes import READERS
from crm.inquiries.services import persons as services
from crm.inquiries.services.persons import NewPerson
from crm.participants.models import Participant
from crm.web.forms import choices


@blueprint.post("/inquiries/<public_id>/persons")
@require(*READERS)
def add_person(public_id: str) -> ResponseReturnValue:
    """Add somebody: a participant found by name, or a label. Several of a name are asked about."""
    actor = current_actor()
    inquiry_id = visible_one(Inquiry, actor, public_id).id
    form = PersonForm()
    found = queries.people_like(actor, form.search.data or "") if form.validate_on_submit() else []
    form.participant.choices = choices([(person.public_id, person.full_name) for person in found])
    chosen = form.participant.data or (found[0].public_id if len(found) == 1 else None)
    if form.errors or (form.search.data and chosen is None):
        if not form.errors and not found:
            form.search.errors = [*form.search.errors, _("Nobody has this name, or you do not see them.")]
        return inquiry_page(public_id, person_form=form, status=422)
    try:
        participant_id = visible_one(Participant, actor, chosen).id if chosen else None
        with transaction():
            services.add_person(
                actor, inquiry_id=inquiry_id, given=NewPerson(participant_id, None if chosen else form.label.data)
            )
    except DomainError as error:
        form.add_error(error)
        return inquiry_page(public_id, person_form=form, status=422)
    flash(_("Added."), "success")
    return _to(public_id)


@blueprint.post("/inquiry-persons/<public_id>/outcome")
@require(*READERS)
def outcome(public_id: str) -> ResponseReturnValue:
    """Say what came of it for one person."""
    actor = current_actor()
    person = visible_one(InquiryPerson, actor, public_id)
    person_id, inquiry = person.id, person.inquiry.public_id
    form = OutcomeForm()
    form.outcome.choices = choices(picklists.options("inquiry_outcome", actor.language))
    if not form.validate_on_submit():
        flash(_("Choose an outcome, and a day that exists."), "warning")
        return _to(inquiry)
    try:
        with transaction():
            services.set_outcome(actor, person_id=person_id, outcome=form.outcome.data, outcome_on=form.outcome_on.data)
        flash(_("The outcome is saved."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return _to(inquiry)


@blueprint.post("/inquiry-persons/<public_id>/remove")
@require(*READERS)
def remove_person(public_id: str) -> ResponseReturnValue:
    """Take somebody out of the inquiry."""
    actor = current_actor()
    person = visible_one(InquiryPerson, actor, public_id)
    person_id, inquiry = person.id, person.inquiry.public_id
    try:
        with transaction():
            services.remove_person(actor, person_id=person_id)
        flash(_("Taken out."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return _to(inquiry)


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", public_id=public_id), code=303)

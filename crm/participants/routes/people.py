"""A participant's page; adding and changing one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.queries import units_for
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import transaction
from crm.errors import DomainError, EditConflict
from crm.glossary import picklists
from crm.history.queries import lines_for
from crm.participants import queries
from crm.participants.conflicts import Difference, meet
from crm.participants.fields import ParticipantFields, checked, fields_of
from crm.participants.forms import (
    CONSENT_LABELS,
    ConsentForm,
    ContactDetailsForm,
    NewParticipantForm,
    ParticipantForm,
    coordinator_choices,
    programme_choices,
    unit_choices,
)
from crm.participants.models import Participant
from crm.participants.routes.typed import contact_data, participant_data, typed_contact, typed_participant
from crm.participants.services.editing import unit_of
from crm.participants.services.enrolments import enrol
from crm.participants.services.participants import add_participant, change_participant
from crm.participants.submissions import made_by_submission, new_submission_key
from crm.programmes.queries import programmes_for
from crm.web.filters import today
from crm.web.paging import requested_page


def show(public_id: str) -> ResponseReturnValue:
    """A participant: facts, ways to reach them, enrolments, consents and the contact history."""
    return _page(public_id)


def save_contact_details(public_id: str) -> ResponseReturnValue:
    """Save what was answered to "Is this right?" on the participant's page."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    form = ContactDetailsForm()
    conflict: list[Difference] = []
    if form.validate_on_submit():
        try:
            given = typed_contact(form, fields_of(person))
            person_id, version = person.id, _version(form)
            with transaction():
                change_participant(actor, participant_id=person_id, version=version, given=given)
            flash(_("The contact details are saved."), "success")
            return redirect(url_for("participants.show", public_id=public_id), code=303)
        except EditConflict as error:
            conflict = meet(form, error)
        except DomainError as error:
            form.add_error(error)
    return _page(public_id, contact=form, conflict=conflict), 409 if conflict else 422


def add() -> ResponseReturnValue:
    """Add a participant, who can start in a programme at once."""
    actor = current_actor()
    units = units_for(actor)
    form = NewParticipantForm(data=_new_data(actor)) if request.method == "GET" else NewParticipantForm()
    unit_choices(form, units)
    programme_choices(form, programmes_for(actor))
    coordinators = queries.possible_coordinators(form.unit_id.data or actor.unit_id or 0)
    coordinator_choices(form.coordinator_id, coordinators, empty=_("Nobody yet"))
    alike: list[Participant] = []
    if form.validate_on_submit():
        try:
            given = typed_participant(form)
            public_id = _sent_before(form, given)
            alike = [] if public_id else _alike(actor, form, given)
            # The same form, sent a second time, may meet what the first one has saved since we asked.
            public_id = public_id or (_sent_before(form, given) if alike else None)
            if public_id or not alike:
                public_id = public_id or _add_once(actor, form, given)
                return redirect(url_for("participants.show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page("participants/add.html", actor, form, alike=alike)


def edit(public_id: str) -> ResponseReturnValue:
    """Change a participant."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    form = ParticipantForm(data=participant_data(person)) if request.method == "GET" else ParticipantForm()
    units = {unit.id: unit for unit in [unit_of(person.unit_id), *units_for(actor)]}
    unit_choices(form, list(units.values()))
    alike: list[Participant] = []
    conflict: list[Difference] = []
    person_id = person.id
    if form.validate_on_submit():
        try:
            given = typed_participant(form)
            alike = _alike(actor, form, given, except_id=person_id)
            if not alike:
                with transaction():
                    change_participant(actor, participant_id=person_id, version=_version(form), given=given)
                flash(_("The changes are saved."), "success")
                return redirect(url_for("participants.show", public_id=public_id), code=303)
        except EditConflict as error:
            conflict = meet(form, error)
        except DomainError as error:
            form.add_error(error)
    return _form_page("participants/edit.html", actor, form, person=person, alike=alike, conflict=conflict)


def _page(
    public_id: str, *, contact: ContactDetailsForm | None = None, conflict: list[Difference] | None = None
) -> str:
    actor = current_actor()
    person = queries.participant_page(actor, public_id)
    html = render_template(
        "participants/show.html",
        person=person,
        unit=unit_of(person.unit_id),
        contact=contact or ContactDetailsForm(formdata=None, data=contact_data(person)),
        conflict=conflict or [],
        consents=queries.consents_of(person.id),
        consent_labels=CONSENT_LABELS,
        consent_form=ConsentForm(formdata=None),
        named=queries.named_staff_of(person) if person.protected else [],
        stages=_stages(actor),
        history=lines_for(actor, participant_id=person.id, page=requested_page()),
        reader=actor.language,
        is_manager=actor.has_role(Role.MANAGER),
    )
    return seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)


def _stages(actor: Actor) -> list[tuple[str, str]]:
    return [(code, label) for code, label in picklists.options("participant_stage", actor.language) if code != "exited"]


def _form_page(
    template: str,
    actor: Actor,
    form: ParticipantForm,
    *,
    person: Participant | None = None,
    alike: list[Participant],
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    html = render_template(template, form=form, person=person, alike=alike, conflict=conflict or [])
    if person is not None:
        html = seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)
    return html, 409 if conflict else 422 if form.is_submitted() else 200


def _sent_before(form: NewParticipantForm, given: ParticipantFields) -> str | None:
    """The address of whom this form has made already: a second press on the button, a reply that got lost."""
    return made_by_submission(form.submission_key.data, checked(given, unit_of(given.unit_id)))


def _add_once(actor: Actor, form: NewParticipantForm, given: ParticipantFields) -> str:
    """Add the participant; of two presses at the same moment, the second finds whom the first has made."""
    try:
        return _add(actor, form, given)
    except IntegrityError:
        there = _sent_before(form, given)
        if there is None:
            raise
        return there


def _add(actor: Actor, form: NewParticipantForm, given: ParticipantFields) -> str:
    with transaction():
        there = _sent_before(form, given)
        if there is not None:
            return there
        person = add_participant(actor, given=given, submission_key=form.submission_key.data)
        if form.programme_id.data is not None:
            enrol(
                actor,
                participant_id=person.id,
                programme_id=form.programme_id.data,
                unit_id=given.unit_id,
                coordinator_id=form.coordinator_id.data,
                starts_on=form.starts_on.data or clock.today(unit_of(given.unit_id).time_zone),
            )
        public_id = person.public_id
    flash(_("The participant is added."), "success")
    return public_id


def _alike(
    actor: Actor, form: ParticipantForm, given: ParticipantFields, *, except_id: int | None = None
) -> list[Participant]:
    """Who may be the same person, unless somebody has looked and said no."""
    if form.somebody_else.data:
        return []
    return queries.look_alikes(actor, checked(given, unit_of(given.unit_id)), except_id=except_id)


def _new_data(actor: Actor) -> dict[str, object]:
    unit = unit_of(actor.unit_id) if actor.unit_id is not None else None
    coordinator = actor.staff_id if actor.has_role(Role.COORDINATOR) else None
    return {
        "unit_id": actor.unit_id,
        "language": unit.language if unit else "en",
        "channels": "email,sms",
        "coordinator_id": coordinator,
        "starts_on": today(),
        "submission_key": new_submission_key(),
    }


def _version(form: ContactDetailsForm) -> int:
    return int(form.person_version.data or 0)

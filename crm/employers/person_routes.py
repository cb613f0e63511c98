"""Contact persons and workplaces of an employer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers import services
from crm.employers.approach import closed_to, works_at
from crm.employers.blueprint import blueprint
from crm.employers.forms import PersonForm, WorkplaceForm, WorksAlsoForm
from crm.employers.models import ContactPerson, Employer, Position, Workplace
from crm.employers.queries import STAFF, person_of_id, positions_of, workplaces_of
from crm.employers.services.persons import values_of
from crm.employers.ways import NEEDS_REASON, WAYS
from crm.errors import DomainError, EditConflict, NotVisible
from crm.history.queries import lines_for
from crm.messaging.addresses import show_phone
from crm.web.conflicts import differences
from crm.web.filters import today
from crm.web.paging import requested_page
from crm.web.undo import flash_undo


@blueprint.get("/people/<public_id>")
@require(*STAFF)
def show_person(public_id: str) -> ResponseReturnValue:
    """A contact person: where they work, how to reach them, what was said."""
    actor = current_actor()
    person = visible_one(ContactPerson, actor, public_id)
    if person.merged_into_id is not None and (kept := person_of_id(actor, person.merged_into_id)):
        return redirect(url_for(".show_person", public_id=kept.public_id), code=303)
    return person_page(actor, person, WorksAlsoForm(formdata=None))


def person_page(actor: Actor, person: ContactPerson, works_form: WorksAlsoForm) -> str:
    """The page of a contact person. ``works_form``: another employer that is being added."""
    positions = positions_of(actor, person.id)
    return render_template(
        "employers/person.html",
        person=person,
        positions=positions,
        closed=closed_to(actor, works_at(positions)),
        needs_reason=NEEDS_REASON,
        history=lines_for(actor, contact_person_id=person.id, page=requested_page()),
        phone=lambda number, country: show_phone(number, country),
        works_form=works_form,
        ways=WAYS,
    )


@blueprint.route("/employers/<public_id>/people/new", methods=["GET", "POST"])
@require(*STAFF)
def add_person(public_id: str) -> ResponseReturnValue:
    """Add a contact person to an employer."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    form = PersonForm() if request.method == "POST" else PersonForm(data={"told_on": None})
    _prepare(form, actor, employer)
    if form.validate_on_submit():
        employer_id, fields = employer.id, form.as_fields(employer.country)
        try:
            with transaction():
                services.add_contact_person(actor, employer_id=employer_id, fields=fields, position=form.as_position())
            flash(_("%(name)s is added.", name=fields.name), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _person_form(form, visible_one(Employer, actor, public_id), None)


@blueprint.route("/employers/<public_id>/people/<person_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit_person(public_id: str, person_id: str) -> ResponseReturnValue:
    """Change a contact person and what they are at this employer."""
    actor = current_actor()
    employer, person = visible_one(Employer, actor, public_id), visible_one(ContactPerson, actor, person_id)
    position = _position(actor, employer, person)
    shown = values_of(person) | {
        "version": person.version_id,
        "phone": show_phone(person.phone, employer.country) if person.phone else "",
        "title": position.title,
        "decides": position.decides,
        "workplace_id": position.workplace_id,
    }
    form = PersonForm() if request.method == "POST" else PersonForm(data=shown)
    _prepare(form, actor, employer)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        ids, fields = (employer.id, person.id), form.as_fields(employer.country)
        try:
            with transaction():
                services.change_contact_person(
                    actor, person_id=ids[1], version=int(form.version.data or 0), fields=fields
                )
                services.add_position(actor, employer_id=ids[0], person_id=ids[1], fields=form.as_position())
            flash(_("Saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except EditConflict as error:
            different = differences(form, error)
            form.version.data = str(visible_one(ContactPerson, actor, person_id).version_id)
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    employer, person = visible_one(Employer, actor, public_id), visible_one(ContactPerson, actor, person_id)
    return _person_form(form, employer, person, different)


@blueprint.post("/employers/<public_id>/people/<person_id>/left")
@require(*STAFF)
def person_left(public_id: str, person_id: str) -> ResponseReturnValue:
    """Say that somebody no longer works here; the message carries an Undo button."""
    actor = current_actor()
    ids = visible_one(Employer, actor, public_id).id, visible_one(ContactPerson, actor, person_id).id
    with transaction():
        services.leave_position(actor, employer_id=ids[0], person_id=ids[1], left_on=today())
    back = url_for(".person_returned", public_id=public_id, person_id=person_id)
    flash_undo(_("They stand among those who have left. The history stays."), back)
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/employers/<public_id>/people/<person_id>/returned")
@require(*STAFF)
def person_returned(public_id: str, person_id: str) -> ResponseReturnValue:
    """Take back that somebody has left."""
    actor = current_actor()
    ids = visible_one(Employer, actor, public_id).id, visible_one(ContactPerson, actor, person_id).id
    with transaction():
        services.return_to_position(actor, employer_id=ids[0], person_id=ids[1])
    flash(_("They work here again."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.route("/employers/<public_id>/workplaces/new", methods=["GET", "POST"])
@require(*STAFF)
def add_workplace(public_id: str) -> ResponseReturnValue:
    """Add a workplace unit."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    form = WorkplaceForm()
    if form.validate_on_submit():
        employer_id, fields = employer.id, form.as_fields()
        try:
            with transaction():
                services.add_workplace(actor, employer_id=employer_id, fields=fields)
            flash(_("%(name)s is added.", name=fields.name), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _workplace_form(form, visible_one(Employer, actor, public_id), None)


@blueprint.route("/employers/<public_id>/workplaces/<workplace_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit_workplace(public_id: str, workplace_id: str) -> ResponseReturnValue:
    """Change a workplace unit."""
    actor = current_actor()
    employer, place = _workplace_at(actor, public_id, workplace_id)
    form = WorkplaceForm() if request.method == "POST" else WorkplaceForm(obj=place)
    if form.validate_on_submit():
        place_id, fields = place.id, form.as_fields()
        try:
            with transaction():
                services.change_workplace(actor, workplace_id=place_id, fields=fields)
            flash(_("Saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    employer, place = _workplace_at(actor, public_id, workplace_id)
    return _workplace_form(form, employer, place)


@blueprint.post("/employers/<public_id>/workplaces/<workplace_id>/archive")
@require(*STAFF)
def archive_workplace(public_id: str, workplace_id: str) -> ResponseReturnValue:
    """Put a workplace away that is closed; the message carries an Undo button."""
    actor = current_actor()
    place_id = _workplace_at(actor, public_id, workplace_id)[1].id
    with transaction():
        services.archive_workplace(actor, workplace_id=place_id)
    back = url_for(".restore_workplace", public_id=public_id, workplace_id=workplace_id)
    flash_undo(_("The workplace is archived. Its history stays."), back)
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/employers/<public_id>/workplaces/<workplace_id>/restore")
@require(*STAFF)
def restore_workplace(public_id: str, workplace_id: str) -> ResponseReturnValue:
    """Take a workplace back."""
    actor = current_actor()
    place_id = _workplace_at(actor, public_id, workplace_id)[1].id
    with transaction():
        services.restore_workplace(actor, workplace_id=place_id)
    flash(_("The workplace is back."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


def _workplace_at(actor: Actor, public_id: str, workplace_id: str) -> tuple[Employer, Workplace]:
    """An employer and one of its workplaces. Raises NotVisible, also for a workplace of another employer."""
    employer, place = visible_one(Employer, actor, public_id), visible_one(Workplace, actor, workplace_id)
    if place.employer_id != employer.id:
        raise NotVisible(_("Not found, or not visible to you."))
    return employer, place


def _prepare(form: PersonForm, actor: Actor, employer: Employer) -> None:
    form.prepare([(place.id, place.name) for place in workplaces_of(actor, employer.id)])


def _position(actor: Actor, employer: Employer, person: ContactPerson) -> Position:
    for position in positions_of(actor, person.id):
        if position.employer_id == employer.id:
            return position
    raise NotVisible("Not found, or not visible to you.")


def _person_form(
    form: PersonForm,
    employer: Employer,
    person: ContactPerson | None,
    different: list[tuple[str, object]] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "employers/person_form.html", form=form, employer=employer, person=person, different=different or []
    )
    return page, 422 if form.is_submitted() else 200


def _workplace_form(form: WorkplaceForm, employer: Employer, place: Workplace | None) -> ResponseReturnValue:
    page = render_template("employers/workplace_form.html", form=form, employer=employer, workplace=place)
    return page, 422 if form.is_submitted() else 200

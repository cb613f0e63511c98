"""What employers want, and what contact persons must be told; where else a contact person works."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.fields import PositionFields
from crm.employers.forms import PreferencesForm, WorksAlsoForm
from crm.employers.models import ContactPerson, EmployerRelationship
from crm.employers.people_queries import employer_named, not_told
from crm.employers.person_routes import person_page
from crm.employers.queries import STAFF, employer_of_relationship
from crm.employers.services.preferences import preferences_of
from crm.errors import DomainError, EditConflict
from crm.note_guard.guard import pointed_out
from crm.web.conflicts import differences
from crm.web.filters import today


@blueprint.route("/relationships/<public_id>/wishes", methods=["GET", "POST"])
@require(*STAFF)
def preferences(public_id: str) -> ResponseReturnValue:
    """What information an employer wants, and how it went so far."""
    actor = current_actor()
    relationship = visible_one(EmployerRelationship, actor, public_id)
    shown = vars(preferences_of(relationship)) | {"version": relationship.version_id}
    form = PreferencesForm() if request.method == "POST" else PreferencesForm(data=shown)
    form.prepare()
    findings = pointed_out(form, "note")
    different: list[tuple[str, object]] = []
    if form.validate_on_submit() and not findings:
        relationship_id, employer = relationship.id, employer_of_relationship(relationship).public_id
        try:
            with transaction():
                services.set_preferences(
                    actor, relationship_id=relationship_id, version=int(form.version.data or 0),
                    wanted=form.as_preferences(),
                )  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for(".show", public_id=employer), code=303)
        except EditConflict as error:
            different = differences(form, error)
            form.version.data = str(visible_one(EmployerRelationship, actor, public_id).version_id)
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    employer_row = employer_of_relationship(visible_one(EmployerRelationship, actor, public_id))
    page = render_template(
        "employers/preferences.html", form=form, employer=employer_row, findings=findings, different=different
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/people/not-told")
@require(*STAFF)
def people_not_told() -> ResponseReturnValue:
    """The contact persons at one's own employers who should have been told by now that we keep their details."""
    return render_template("employers/not_told.html", people=not_told(current_actor()))


@blueprint.post("/people/<public_id>/told")
@require(*STAFF)
def person_told(public_id: str) -> ResponseReturnValue:
    """Write down that a contact person has been told today."""
    actor = current_actor()
    person_id = visible_one(ContactPerson, actor, public_id).id
    with transaction():
        name = services.note_told(actor, person_id=person_id, on=today()).name
    flash(_("%(name)s has been told.", name=name), "success")
    if request.form.get("from") == "list":
        return redirect(url_for(".people_not_told"), code=303)
    return redirect(url_for(".show_person", public_id=public_id), code=303)


@blueprint.post("/people/<public_id>/positions")
@require(*STAFF)
def works_also(public_id: str) -> ResponseReturnValue:
    """Say that a contact person works at another employer too."""
    actor = current_actor()
    person = visible_one(ContactPerson, actor, public_id)
    form = WorksAlsoForm()
    if form.validate_on_submit():
        employer, person_id = employer_named(actor, form.employer.data or ""), person.id
        if employer is None:
            form.employer.errors = [_("No employer has exactly this name or number. Copy it from the employer's page.")]
        else:
            employer_id, fields = employer.id, PositionFields(title=form.title.data or None)
            with transaction():
                services.add_position(actor, person_id=person_id, employer_id=employer_id, fields=fields)
            flash(_("Saved."), "success")
            return redirect(url_for(".show_person", public_id=public_id), code=303)
    current_session().expire_all()
    return person_page(actor, visible_one(ContactPerson, actor, public_id), form), 422

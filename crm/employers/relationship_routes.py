"""A unit's relationship to an employer: take it, hand it over, move it to another stage."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import trusted, visible_one
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.forms import THE_UNIT, RelationshipForm
from crm.employers.handover_queries import DO_NOT_CONTACT, NO_ADDRESS
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.queries import STAFF, staff_of_units
from crm.employers.services.relationships import StageAnswers, StageBlocked
from crm.employers.services.taking import Taken
from crm.employers.stage_forms import StageForm
from crm.employers.stage_queries import missing_for, stages_of
from crm.employers.stages import StageSet
from crm.errors import DomainError, EditConflict
from crm.note_guard.guard import pointed_out
from crm.web.context import local_path
from crm.web.undo import flash_undo


@blueprint.post("/employers/<public_id>/take")
@require(*STAFF)
def take_relationship(public_id: str) -> ResponseReturnValue:
    """Become responsible for an employer in one's own unit; the message carries an Undo button."""
    actor = current_actor()
    employer_id = visible_one(Employer, actor, public_id).id
    if actor.unit_id is None:
        raise BadRequest
    try:
        with transaction():
            taken = services.take_for_oneself(actor, employer_id=employer_id)
            public_id = taken.employer.public_id
        _tell_taken(taken)
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/relationships/<public_id>/take/undo")
@require(*STAFF)
def undo_taking(public_id: str) -> ResponseReturnValue:
    """Take back that one became responsible, unless something has come of it."""
    actor = current_actor()
    relationship = visible_one(EmployerRelationship, actor, public_id)
    relationship_id, employer_public_id = relationship.id, _employer_of(relationship).public_id
    version, unarchived = (request.form.get(name, type=int) for name in ("version", "unarchived"))
    try:
        with transaction():
            services.undo_taking(actor, relationship_id=relationship_id, version=version or 0, unarchived=unarchived)
        flash(_("Undone. You are not responsible any more."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=employer_public_id), code=303)


def _tell_taken(taken: Taken) -> None:
    said = _("You are responsible now.")
    if taken.version is None:
        flash(said, "success")
        return
    archive_again = {} if taken.unarchived is None else {"unarchived": taken.unarchived}
    undo = url_for(".undo_taking", public_id=taken.public_id)
    flash_undo(said, undo, version=taken.version, **archive_again)


@blueprint.route("/relationships/<public_id>/hand-over", methods=["GET", "POST"])
@require(*STAFF)
def hand_over(public_id: str) -> ResponseReturnValue:
    """Name who is responsible, and their deputy."""
    actor = current_actor()
    relationship = visible_one(EmployerRelationship, actor, public_id)
    employer = _employer_of(relationship)
    shown = {
        "version": relationship.version_id,
        "owner_id": relationship.owner_id or THE_UNIT,
        "deputy_id": relationship.deputy_id,
    }
    form = RelationshipForm() if request.method == "POST" else RelationshipForm(data=shown)
    form.prepare([(staff.id, staff.name) for staff in staff_of_units([relationship.unit_id, actor.unit_id or 0])])
    findings = pointed_out(form, "note")
    if form.validate_on_submit() and not findings:
        relationship_id, employer_public_id = relationship.id, employer.public_id
        try:
            _hand_over(actor, relationship_id, form)
            return redirect(url_for(".show", public_id=employer_public_id), code=303)
        except EditConflict as error:
            form.version.data = str(visible_one(EmployerRelationship, actor, public_id).version_id)
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    relationship = visible_one(EmployerRelationship, actor, public_id)
    page = render_template(
        "employers/hand_over.html", form=form, employer=_employer_of(relationship), findings=findings
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/relationships/<public_id>/stage", methods=["GET", "POST"])
@require(*STAFF)
def change_stage(public_id: str) -> ResponseReturnValue:
    """Move a relationship to another stage; what the stage asks for is asked here, before it is entered."""
    actor = current_actor()
    relationship = visible_one(EmployerRelationship, actor, public_id)
    stages = stages_of(relationship.unit_id)
    wanted = request.values.get("stage", "")
    shown = {"stage": wanted or stages.place_of(relationship.stage).code, "version": relationship.version_id}
    form = StageForm() if request.method == "POST" else StageForm(data=shown | {"next": request.args.get("next")})
    form.prepare(stages)
    if request.method == "GET":
        return _stage_page(form, relationship)
    if not form.validate():
        if not form.stage.errors and (form.reason.errors or form.again_on.errors):
            return _stage_page(form, relationship), 422
        flash(_("Choose one of the stages.") if form.stage.errors else _("It could not be moved."), "warning")
        return redirect(_back(form, relationship), code=303)
    # A page that is out of date is answered with what has happened meanwhile, and is asked nothing.
    is_fresh = form.version.data == relationship.version_id
    is_asked = form.asked.data == wanted or wanted == relationship.stage
    if is_fresh and not is_asked and _asks(relationship.id, stages, wanted):
        if form.asked.data:
            return _stage_page(form, relationship), 422
        back = form.next.data or None
        return redirect(url_for(".change_stage", public_id=public_id, stage=wanted, next=back), code=303)
    return _move(form, relationship)


@blueprint.post("/relationships/<public_id>/stage/undo")
@require(*STAFF)
def undo_stage(public_id: str) -> ResponseReturnValue:
    """Take the last move to another stage back, unless somebody has changed something since."""
    actor = current_actor()
    relationship = visible_one(EmployerRelationship, actor, public_id)
    form = StageForm()
    back, relationship_id, name = _back(form, relationship), relationship.id, _employer_of(relationship).name
    label = stages_of(relationship.unit_id).label
    try:
        with transaction():
            undone = services.undo_stage_change(
                actor, relationship_id=relationship_id, version=int(form.version.data or 0)
            )
            stage = str(label(undone.stage))
        flash(_("Undone. %(name)s is back under: %(stage)s", name=name, stage=stage), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(back, code=303)


def _hand_over(actor: Actor, relationship_id: int, form: RelationshipForm) -> None:
    """Save who is responsible, and tell the employer where that was ticked. Raises DomainError."""
    wish: dict[str, Any] = {
        "relationship_id": relationship_id,
        "version": int(form.version.data or 0),
        "owner_id": form.owner_id.data or None,
        "deputy_id": form.deputy_id.data,
        "note": form.note.data or None,
    }
    why_not = None
    with transaction():
        if form.tell.data:
            _row, why_not = services.hand_over_and_tell(actor, **wish)
        else:
            services.hand_over_relationship(actor, **wish)
    flash(_("Saved. The history tells who is responsible."), "success")
    if why_not is not None:
        reasons = {DO_NOT_CONTACT: _("Not told: do not contact"), NO_ADDRESS: _("Not told: no address")}
        flash(reasons[why_not], "warning")


def _move(form: StageForm, relationship: EmployerRelationship) -> ResponseReturnValue:
    actor, public_id, relationship_id = current_actor(), relationship.public_id, relationship.id
    back, name = _back(form, relationship), _employer_of(relationship).name
    label, before, stage = stages_of(relationship.unit_id).label, relationship.stage, form.stage.data
    answers = StageAnswers(reason=form.reason.data or None, again_on=form.again_on.data)
    try:
        with transaction():
            moved = services.change_stage(
                actor, relationship_id=relationship_id, stage=stage, version=form.version.data, answers=answers
            )
            version, now = moved.version_id, moved.stage
    except StageBlocked:
        return _stage_page(form, visible_one(EmployerRelationship, actor, public_id)), 422
    except DomainError as error:
        flash(str(error.message), "warning")
        return redirect(back, code=303)
    if now != before:
        text = _("%(name)s is now under: %(stage)s", name=name, stage=str(label(now)))
        flash_undo(text, url_for(".undo_stage", public_id=public_id), version=version, next=back)
    return redirect(back, code=303)


def _asks(relationship_id: int, stages: StageSet, stage: str) -> bool:
    wanted = stages.get(stage)
    return wanted is not None and (wanted.is_side or bool(missing_for(relationship_id, stage)))


def _stage_page(form: StageForm, relationship: EmployerRelationship) -> str:
    stages, wanted = stages_of(relationship.unit_id), str(form.stage.data)
    missing = missing_for(relationship.id, wanted) if stages.get(wanted) else []
    actor, offers = current_actor(), dict.fromkeys(each.offer for each in missing if each.offer is not None)
    form.version.data = str(relationship.version_id)
    return render_template(
        "employers/stage.html",
        form=form,
        employer=_employer_of(relationship),
        stages=stages,
        now=stages.label(relationship.stage),
        wanted=stages.place_of(wanted),
        missing=missing,
        offers=[(endpoint, label) for endpoint, label, roles in offers if actor.has_role(*roles)],
        back=_back(form, relationship),
    )


def _back(form: StageForm, relationship: EmployerRelationship) -> str:
    page = url_for(".show", public_id=_employer_of(relationship).public_id)
    return local_path(form.next.data, fallback=page)


def _employer_of(relationship: EmployerRelationship) -> Employer:
    statement = select(Employer).where(Employer.id == relationship.employer_id)
    because = "the employer of a relationship already checked"
    return current_session().scalars(trusted(statement, because=because)).one()

"""The pages of programmes, in the settings."""

from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import units_among, units_for
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import transaction
from crm.errors import DomainError, EditConflict
from crm.programmes import services
from crm.programmes.blueprint import blueprint
from crm.programmes.forms import ProgrammeForm
from crm.programmes.models import Programme
from crm.programmes.queries import programmes_for
from crm.programmes.services import RESPONSE_RATE, WORK_OR_STUDIES, ProgrammeFields
from crm.web.filters import today
from crm.web.forms import choices

_WHO = (Role.MANAGER, Role.ADMINISTRATOR)
_TARGETS = (WORK_OR_STUDIES, RESPONSE_RATE)
_CARD_TEXTS = (
    "funding_programme", "phase", "diary_number", "project_owner", "contact_name", "contact_phone", "currency",
)  # fmt: skip


@blueprint.get("/settings/programmes")
@require(*_WHO)
def index() -> ResponseReturnValue:
    """The programmes that the actor knows."""
    actor = current_actor()
    programmes = programmes_for(actor, with_archived=True)
    units = {unit.id: unit.name for unit in units_among({each.unit_id for each in programmes}, with_archived=True)}
    return render_template("programmes/index.html", programmes=programmes, units=units)


@blueprint.route("/settings/programmes/new", methods=["GET", "POST"])
@require(*_WHO)
def add() -> ResponseReturnValue:
    """Add a programme."""
    actor = current_actor()
    usual = {"unit_id": actor.unit_id, "starts_on": today(), "sends_messages": True, WORK_OR_STUDIES: 60}
    form = ProgrammeForm(data=usual) if request.method == "GET" else ProgrammeForm()
    _fill(form, actor)
    if form.validate_on_submit():
        try:
            with transaction():
                programme = services.add_programme(actor, given=_typed(form))
                _set_targets(actor, programme.id, form)
            flash(_("The programme is added."), "success")
            return redirect(url_for("programmes.index"), code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(form, None)


@blueprint.route("/settings/programmes/<public_id>", methods=["GET", "POST"])
@require(*_WHO)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a programme."""
    actor = current_actor()
    programme = visible_one(Programme, actor, public_id)
    form = ProgrammeForm(data=_data(programme)) if request.method == "GET" else ProgrammeForm()
    _fill(form, actor, programme.unit_id)
    if form.validate_on_submit():
        programme_id = programme.id
        try:
            with transaction():
                services.change_programme(
                    actor, programme_id=programme_id, version=int(form.version.data or 0), given=_typed(form)
                )
                _set_targets(actor, programme_id, form)
            flash(_("The programme is saved."), "success")
            return redirect(url_for("programmes.index"), code=303)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, EditConflict):
                form.version.data = str(error.current["version"])
    return _form_page(form, programme)


@blueprint.post("/settings/programmes/<public_id>/archive")
@require(*_WHO)
def archive(public_id: str) -> ResponseReturnValue:
    """Take a programme out of the choices."""
    actor = current_actor()
    programme_id = visible_one(Programme, actor, public_id).id
    with transaction():
        services.archive_programme(actor, programme_id=programme_id)
    flash(_("The programme is archived."), "success")
    return redirect(url_for("programmes.index"), code=303)


@blueprint.post("/settings/programmes/<public_id>/restore")
@require(*_WHO)
def restore(public_id: str) -> ResponseReturnValue:
    """Put a programme back among the choices."""
    actor = current_actor()
    programme_id = visible_one(Programme, actor, public_id).id
    with transaction():
        services.restore_programme(actor, programme_id=programme_id)
    flash(_("The programme can be chosen again."), "success")
    return redirect(url_for("programmes.index"), code=303)


def _form_page(form: ProgrammeForm, programme: Programme | None) -> ResponseReturnValue:
    page = render_template("programmes/form.html", form=form, programme=programme)
    return page, 422 if form.is_submitted() else 200


def _fill(form: ProgrammeForm, actor: Actor, own_unit: int | None = None) -> None:
    units = {unit.id: unit.name for unit in units_for(actor)}
    if own_unit is not None and own_unit not in units:
        units |= {unit.id: unit.name for unit in units_among({own_unit}, with_archived=True)}
    form.unit_id.choices = choices(units.items())


def _data(programme: Programme) -> dict[str, object]:
    targets = {target.key: Decimal(f"{target.percent.normalize():f}") for target in programme.targets}
    return {**services.values_of(programme), **{key: targets.get(key) for key in _TARGETS}}


def _typed(form: ProgrammeForm) -> ProgrammeFields:
    return ProgrammeFields(
        code=form.code.data or "",
        name=form.name.data or "",
        unit_id=form.unit_id.data,
        starts_on=form.starts_on.data or today(),
        ends_on=form.ends_on.data,
        funder=form.funder.data,
        expected_participants=form.expected_participants.data,
        sends_messages=bool(form.sends_messages.data),
        note=form.note.data,
        total_budget=form.total_budget.data,
        **{name: form[name].data or None for name in _CARD_TEXTS},
    )


def _set_targets(actor: Actor, programme_id: int, form: ProgrammeForm) -> None:
    for key in _TARGETS:
        services.set_target(actor, programme_id=programme_id, key=key, percent=form[key].data)

"""The pages where administrators see and change units."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts import unit_services
from crm.accounts.current import current_actor
from crm.accounts.forms import UnitForm
from crm.accounts.models import Unit
from crm.accounts.permissions import require
from crm.accounts.queries import modules_on, staff_counts, unit_choices, unit_lines, unit_one, unit_tree_ids
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict
from crm.extension_points import Module
from crm.registry import current_registry
from crm.web.forms import choices


def add_to(blueprint: Blueprint) -> None:
    """Hang these pages into the blueprint of accounts."""
    rule = blueprint.add_url_rule
    rule("/settings/units", "units", unit_list)
    rule("/settings/units/add", "add_unit", add, methods=["GET", "POST"])
    rule("/settings/units/<unit_public_id>", "unit", change, methods=["GET", "POST"])
    rule("/settings/units/<unit_public_id>/archive", "archive_unit", archive, methods=["POST"])


@require(Role.ADMINISTRATOR)
def unit_list() -> ResponseReturnValue:
    """The tree of the administrator's units."""
    unit_ids = current_actor().unit_ids
    return render_template(
        "accounts/units.html",
        lines=unit_lines(unit_ids, with_archived=True),
        staff_counts=staff_counts(unit_ids),
    )


@require(Role.ADMINISTRATOR)
def add() -> ResponseReturnValue:
    """Add a unit below another, with what that one has."""
    actor = current_actor()
    above = current_session().get_one(Unit, actor.unit_id)
    like = {name: getattr(above, name) for name in ("country", "language", "time_zone", "phone", "sms_sender")}
    hours = {"quiet_from": above.quiet_from, "quiet_until": above.quiet_until}
    form = _unit_form(
        actor,
        unit=None,
        data={
            **like,
            **hours,
            "parent_id": above.id,
            "modules": sorted(modules_on(above.id)),
            "version": "0",
        },
    )
    if form.validate_on_submit():
        try:
            with transaction():
                unit_services.add_unit(actor, fields=form.fields())
            flash(_("The unit has been added."), "success")
            return redirect(url_for("accounts.units"), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template("accounts/unit.html", form=form, unit=None, modules=_modules())
    return page, 422 if form.is_submitted() else 200


@require(Role.ADMINISTRATOR)
def change(unit_public_id: str) -> ResponseReturnValue:
    """Change a unit."""
    actor = current_actor()
    unit = unit_one(actor, unit_public_id)
    form = _unit_form(
        actor,
        unit=unit,
        obj=unit,
        data={
            "modules": sorted(modules_on(unit.id)),
            "figures_on": unit.coordinator_figures_agreed is not None,
            "version": str(unit.version_id),
        },
    )
    conflict = None
    if form.validate_on_submit():
        try:
            with transaction():
                unit_services.change_unit(actor, unit_id=unit.id, version=_version(form), fields=form.fields())
            flash(_("Saved."), "success")
            return redirect(url_for("accounts.units"), code=303)
        except EditConflict as error:
            conflict = error.current
            form.add_error(error)
            form.version.data = str(unit.version_id)
            form.version.raw_data = None
        except DomainError as error:
            form.add_error(error)
    page = render_template(
        "accounts/unit.html",
        form=form,
        unit=unit,
        modules=_modules(),
        conflict=conflict,
        is_own=unit.id == actor.unit_id,
    )
    return page, 422 if form.is_submitted() else 200


@require(Role.ADMINISTRATOR)
def archive(unit_public_id: str) -> ResponseReturnValue:
    """Put a unit aside."""
    actor = current_actor()
    unit = unit_one(actor, unit_public_id)
    try:
        with transaction():
            unit_services.archive_unit(actor, unit_id=unit.id)
        flash(_("The unit is archived."), "success")
        return redirect(url_for("accounts.units"), code=303)
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for("accounts.unit", unit_public_id=unit_public_id), code=303)


def _unit_form(actor: Actor, *, unit: Unit | None, **values: object) -> UnitForm:
    form = UnitForm(**values)
    form.parent_id.choices = choices(_parents(actor, unit))
    form.modules.choices = choices([(module.key, module.label) for module in _modules()])
    return form


def _parents(actor: Actor, unit: Unit | None) -> list[tuple[object, object]]:
    """What the unit may stand below: any of the actor's units that is not itself or below it."""
    pairs: list[tuple[object, object]] = list(unit_choices(actor.unit_ids))
    if unit is None:
        return pairs
    if unit.parent_id is None:
        return [("", _("None: this is the top"))]
    if unit.id == actor.unit_id:
        above = current_session().get_one(Unit, unit.parent_id)
        return [(above.id, above.name)]
    below = unit_tree_ids(unit.id)
    return [pair for pair in pairs if pair[0] not in below]


def _modules() -> list[Module]:
    return sorted(current_registry().modules.values(), key=lambda module: str(module.label).casefold())


def _version(form: UnitForm) -> int:
    return int(form.version.data or 0)

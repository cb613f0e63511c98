"""An employer beside its register: what is different, what to take over, workplaces; and how registers are doing."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers.blueprint import blueprint
from crm.employers.forms import country_choices
from crm.employers.models import Employer, RegisterStatus
from crm.employers.queries import STAFF, workplaces_of
from crm.employers.register_models import RegisterHealth
from crm.employers.register_panels import record_of
from crm.employers.registers.by_hand import is_by_hand
from crm.employers.registers.comparing import compare
from crm.employers.registers.entries import Retrieved, kept_number, seal, unseal
from crm.employers.registers.finding import company_of
from crm.employers.registers.ports import register_label, register_of, registers
from crm.employers.registers.services import take_over, take_units
from crm.employers.registers.watching import WATCH_JOB
from crm.employers.registers.words import GROUP, REASON, STATUS
from crm.errors import DomainError
from crm.jobs.wake import wake
from crm.messaging.addresses import show_phone
from crm.registry import current_registry

MANAGERS = (Role.MANAGER, Role.ADMINISTRATOR)


@blueprint.get("/employers/<public_id>/register")
@require(*STAFF)
def register_compare(public_id: str) -> ResponseReturnValue:
    """Ask the register, and show what is different before anything is changed."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    country, number, version = employer.country, employer.org_number, employer.version_id
    found = _ask(country, number)
    if isinstance(found, str):
        flash(found, "warning")
        return redirect(url_for(".show", public_id=public_id), code=303)
    employer = visible_one(Employer, actor, public_id)
    said = record_of(employer.id)
    return render_template(
        "employers/register.html",
        employer=employer,
        version=version,
        different=compare(employer, said.values if said else {}, found.entry),
        shown=lambda values: _shown(values, country),
        groups=GROUP,
        found=found,
        sealed=seal(found),
        register=register_label(found.register),
        status=STATUS[employer.register_status],
        new_status=None if "status" in found.entry.missing else STATUS[RegisterStatus(found.entry.status)],
        by_hand=is_by_hand(employer, said),
    )


@blueprint.post("/employers/<public_id>/register")
@require(*STAFF)
def register_take(public_id: str) -> ResponseReturnValue:
    """Take over what was ticked; the rest stays as it is."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    found = unseal(request.form.get("sealed", ""))
    if found is None or kept_number(found.entry) != employer.org_number or found.entry.country != employer.country:
        flash(_("What the register said is too old by now. Look again."), "warning")
        return redirect(url_for(".register_compare", public_id=public_id), code=303)
    employer_id, version = employer.id, request.form.get("version", default=0, type=int)
    groups = frozenset(request.form.getlist("take"))
    try:
        with transaction():
            take_over(actor, employer_id=employer_id, version=version, found=found, groups=groups)
    except DomainError as error:
        flash(str(error.message), "warning")
        return redirect(url_for(".register_compare", public_id=public_id), code=303)
    flash(_("Saved. What you did not tick stays as it is."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.get("/employers/<public_id>/workplaces/register")
@require(*STAFF)
def register_units(public_id: str) -> ResponseReturnValue:
    """The workplaces that the register has under an employer, to choose from."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    found = _ask(employer.country, employer.org_number)
    if isinstance(found, str):
        flash(found, "warning")
        return redirect(url_for(".show", public_id=public_id), code=303)
    employer = visible_one(Employer, actor, public_id)
    here = {place.unit_number for place in workplaces_of(actor, employer.id)}
    return render_template(
        "employers/register_units.html",
        employer=employer,
        units=[unit for unit in found.units if unit.number not in here and unit.status != "closed"],
        here=len(here),
        chosen=frozenset(request.args.getlist("unit")),
        sealed=seal(found),
        register=register_label(found.register),
    )


@blueprint.post("/employers/<public_id>/workplaces/register")
@require(*STAFF)
def register_units_take(public_id: str) -> ResponseReturnValue:
    """Add the chosen workplaces."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    found = unseal(request.form.get("sealed", ""))
    if found is None or kept_number(found.entry) != employer.org_number or found.entry.country != employer.country:
        flash(_("What the register said is too old by now. Look again."), "warning")
        return redirect(url_for(".register_units", public_id=public_id), code=303)
    employer_id, numbers = employer.id, frozenset(request.form.getlist("units"))
    with transaction():
        made = take_units(actor, employer_id=employer_id, found=found, unit_numbers=numbers)
        count = len(made)
    flash(_("Workplaces added: %(num)d", num=count), "success" if count else "info")
    return redirect(url_for(".show", public_id=public_id, _anchor="workplaces"), code=303)


@blueprint.get("/settings/registers")
@require(*MANAGERS)
def registers_page() -> ResponseReturnValue:
    """Which registers are asked, when each last answered, and what is wrong."""
    health = {row.register: row for row in current_session().scalars(select(RegisterHealth))}
    asked = {register.key: register for register in registers().values()}
    return render_template(
        "employers/registers.html",
        factories=sorted(current_registry().registers.values(), key=lambda each: each.country),
        asked=asked,
        health=health,
        reasons=REASON,
        countries=dict(country_choices()),
        waiting=any(each.not_before for each in health.values()),
    )


@blueprint.post("/settings/registers/ask")
@require(*MANAGERS)
def registers_ask() -> ResponseReturnValue:
    """Ask the registers that failed again now, whatever pause they have."""
    actor = current_actor()
    with transaction() as session:
        for health in session.scalars(select(RegisterHealth).where(RegisterHealth.not_before.is_not(None))):
            health.not_before = None
        record(actor, "registers.ask_again", subject_type="register")
        wake(WATCH_JOB)
    flash(_("The registers are asked again in a moment."), "success")
    return redirect(url_for(".registers_page"), code=303)


def _ask(country: str, number: str | None) -> Retrieved | str:
    """What the register has, or why there is nothing, in words."""
    if not number or register_of(country) is None:
        return str(_("There is no number, or no register of this country is connected."))
    try:
        found = company_of(country, number)
    except DomainError as error:
        return str(error.message)
    return found or str(_("The register has nobody of this number."))


def _shown(values: Mapping[str, object], country: str) -> str:
    """A group of columns as one text."""
    if "phone" in values:
        return show_phone(str(values["phone"]), country) if values["phone"] else ""
    if "advertising_block" in values:
        return str(_("Yes") if values["advertising_block"] else _("No"))
    if "industry_code" in values:
        scheme = f"({values['industry_scheme']})" if values.get("industry_scheme") and values["industry_code"] else None
        parts = [values["industry_code"], values.get("industry_text"), scheme]
        return " ".join(str(part) for part in parts if part)
    if "employee_count" in values and values["employee_count"] is None:
        return str(_("not known"))
    return ", ".join(str(value) for value in values.values() if value)

"""The pages where administrators invite and change staff."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute

from crm.accounts import invitations, services
from crm.accounts.current import current_actor, forget_actor
from crm.accounts.forms import ROLE_HINTS, ROLE_LABELS, StaffFilterForm, StaffForm
from crm.accounts.invitation_tokens import invitation_is_open
from crm.accounts.models import Staff
from crm.accounts.permissions import require
from crm.accounts.queries import StaffFilters, staff_in, staff_one, unit_choices
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import choices
from crm.web.paging import paginate, sort_order


def add_to(blueprint: Blueprint) -> None:
    """Hang these pages into the blueprint of accounts."""
    rule = blueprint.add_url_rule
    one = "/settings/staff/<staff_public_id>"
    rule("/settings/staff", "staff", staff_list)
    rule("/settings/staff/invite", "invite", invite, methods=["GET", "POST"])
    rule(one, "staff_member", staff_member, methods=["GET", "POST"])
    rule(f"{one}/invitation", "resend_invitation", resend_invitation, methods=["POST"])
    rule(f"{one}/disable", "disable", disable, methods=["POST"])
    rule(f"{one}/enable", "enable", enable, methods=["POST"])
    rule(f"{one}/unlock", "unlock", unlock, methods=["POST"])
    rule(f"{one}/two-factor", "remove_two_factor", remove_two_factor, methods=["POST"])


@require(Role.ADMINISTRATOR)
def staff_list() -> ResponseReturnValue:
    """Everybody in the administrator's units, filtered, sorted, in pages."""
    actor = current_actor()
    form = StaffFilterForm(request.args)
    form.unit.choices = choices(unit_choices(actor.unit_ids), empty=_l("All"))
    form.validate()
    columns: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
        "name": func.lower(Staff.name),
        "last": Staff.current_login_at,
    }
    statement = staff_in(actor, _filters(form)).order_by(*sort_order(columns, default="name"), Staff.id)
    page = paginate(current_session(), statement)
    return render_template(
        "accounts/staff.html", page=page, form=form, role_labels=ROLE_LABELS, is_open=invitation_is_open
    )


@require(Role.ADMINISTRATOR)
def invite() -> ResponseReturnValue:
    """Invite somebody."""
    actor = current_actor()
    form = _staff_form(actor, data={"unit_id": actor.unit_id, "language": actor.language, "roles": [Role.COORDINATOR]})
    if form.validate_on_submit():
        try:
            with transaction():
                staff = invitations.invite_staff(actor, fields=form.fields())
                flash(_("An invitation is on its way to %(email)s.", email=staff.email), "success")
            return redirect(url_for("accounts.staff"), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template("accounts/invite.html", form=form, role_hints=ROLE_HINTS, role_labels=ROLE_LABELS)
    return page, 422 if form.is_submitted() else 200


@require(Role.ADMINISTRATOR)
def staff_member(staff_public_id: str) -> ResponseReturnValue:
    """One member of staff: what can be changed, and the state of the account."""
    actor = current_actor()
    staff = staff_one(actor, staff_public_id)
    form = _staff_form(actor, obj=staff, data={"roles": list(staff.role_names)})
    if form.validate_on_submit():
        try:
            with transaction():
                services.change_staff(actor, staff_id=staff.id, fields=form.fields())
            forget_actor()
            flash(_("Saved."), "success")
            return redirect(url_for("accounts.staff"), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template(
        "accounts/staff_member.html",
        form=form,
        staff=staff,
        is_self=staff.id == actor.staff_id,
        is_open=invitation_is_open(staff),
        role_hints=ROLE_HINTS,
        role_labels=ROLE_LABELS,
    )
    return page, 422 if form.is_submitted() else 200


@require(Role.ADMINISTRATOR)
def resend_invitation(staff_public_id: str) -> ResponseReturnValue:
    """Send a new link."""
    return _act(staff_public_id, invitations.resend_invitation, _l("A new invitation is on its way."))


@require(Role.ADMINISTRATOR)
def disable(staff_public_id: str) -> ResponseReturnValue:
    """Take the sign-in away at once."""
    return _act(staff_public_id, services.disable_staff, _l("The account is disabled and signed out everywhere."))


@require(Role.ADMINISTRATOR)
def enable(staff_public_id: str) -> ResponseReturnValue:
    """Give the sign-in back."""
    return _act(staff_public_id, services.enable_staff, _l("The account can be used again."))


@require(Role.ADMINISTRATOR)
def unlock(staff_public_id: str) -> ResponseReturnValue:
    """End the lock after wrong passwords."""
    return _act(staff_public_id, services.unlock_staff, _l("The account is unlocked."))


@require(Role.ADMINISTRATOR)
def remove_two_factor(staff_public_id: str) -> ResponseReturnValue:
    """Take two-step sign-in off for somebody who lost their telephone."""
    return _act(staff_public_id, services.remove_two_factor, _l("Two-step sign-in is off for this account."))


def _act(public_id: str, service: Callable[..., object], done: Text) -> ResponseReturnValue:
    actor = current_actor()
    staff = staff_one(actor, public_id)
    try:
        with transaction():
            service(actor, staff_id=staff.id)
        flash(str(done), "success")
    except DomainError as error:
        flash(str(error.message), "error")
    return redirect(url_for("accounts.staff_member", staff_public_id=public_id), code=303)


def _staff_form(actor: Actor, **values: object) -> StaffForm:
    form = StaffForm(**values)
    form.unit_id.choices = choices(unit_choices(actor.unit_ids))
    return form


def _filters(form: StaffFilterForm) -> StaffFilters:
    role = form.role.data if not form.role.errors else None
    return StaffFilters(
        q=form.q.data or "",
        unit_id=None if form.unit.errors else form.unit.data,
        role=Role(role) if role else None,
        state="active" if form.state.errors else form.state.data or "active",
    )

"""The list of blocked addresses: look one up, allow it again."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import NotVisible
from crm.messaging.blueprint import blueprint
from crm.messaging.forms import AddressForm, LiftForm
from crm.messaging.models import SuppressedAddress
from crm.messaging.queries import as_stored, suppressed_addresses
from crm.messaging.suppression import lift
from crm.web.paging import paginate

_WHO = (Role.MANAGER, Role.ADMINISTRATOR)


@blueprint.get("/messages/blocked")
@require(*_WHO)
def blocked() -> ResponseReturnValue:
    """Blocked addresses, newest first. The addresses themselves are not kept, so one is found by typing
    it."""
    page = paginate(current_session(), suppressed_addresses())
    return render_template(
        "messaging/blocked.html", page=page, form=AddressForm(), looked_up=None, lift_form=LiftForm()
    )


@blueprint.post("/messages/blocked")
@require(*_WHO)
def look_up() -> ResponseReturnValue:
    """Whether one address is blocked. Posted only so that the address stands in no address bar and no log."""
    form = AddressForm()
    if not form.validate():
        page = paginate(current_session(), suppressed_addresses())
        shown = render_template("messaging/blocked.html", page=page, form=form, looked_up=None, lift_form=LiftForm())
        return shown, 422
    address = as_stored(form.address.data or "", current_actor())
    page = paginate(current_session(), suppressed_addresses(address))
    return render_template(
        "messaging/blocked.html", page=page, form=form, looked_up=form.address.data, lift_form=LiftForm()
    )


@blueprint.post("/messages/blocked/<public_id>/lift")
@require(*_WHO)
def lift_block(public_id: str) -> ResponseReturnValue:
    """Allow an address again, with a reason."""
    form = LiftForm()
    if current_session().scalar(select(SuppressedAddress.id).where(SuppressedAddress.public_id == public_id)) is None:
        raise NotVisible(_("Not found, or not visible to you."))
    if not form.validate():
        flash(_("Write why the address may be used again."), "warning")
        return redirect(url_for("messaging.blocked"), code=303)
    with transaction() as session:
        statement = select(SuppressedAddress).where(SuppressedAddress.public_id == public_id)
        found = session.scalar(statement.with_for_update())
        if found is None:
            raise NotVisible(_("Not found, or not visible to you."))
        lift(current_actor(), suppressed=found, reason=form.reason.data or "")
    flash(_("The address may be used again."), "success")
    return redirect(url_for("messaging.blocked"), code=303)

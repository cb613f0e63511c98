"""The devices that keep somebody's visits, and cutting off one that is lost."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import logout_user

from crm.accounts.current import current_actor
from crm.accounts.models import Staff
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import current_session, transaction
from crm.employers.queries import STAFF
from outreach.visits.blueprint import blueprint
from outreach.visits.models import VisitDevice
from outreach.visits.services.devices import cut_off_device


@blueprint.post("/visit-devices/<public_id>/cut-off")
@require(*STAFF)
def cut_off(public_id: str) -> ResponseReturnValue:
    """Cut a device off. Its owner is signed out everywhere, here too; an administrator goes back to the account."""
    actor = current_actor()
    device = visible_one(VisitDevice, actor, public_id)
    device_id, owner_id, own = device.id, device.staff_id, device.staff_id == actor.staff_id
    with transaction():
        cut_off_device(actor, device_id=device_id)
    if own:
        logout_user()
        flash(_("The device is cut off, and you have been signed out everywhere."), "success")
        return redirect(url_for("security.login"), code=303)
    flash(_("The device is cut off, and its owner is signed out everywhere."), "success")
    owner = current_session().get_one(Staff, owner_id)
    return redirect(url_for("accounts.staff_member", staff_public_id=owner.public_id), code=303)

"""Signing out on a device that keeps visits: what it has not sent is sent first, or she says that it may go.

And the next contact of a device that was cut off, whichever page it opens first.
"""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.accounts.current import signed_in_actor
from crm.db import transaction
from outreach.visits.blueprint import blueprint
from outreach.visits.cookies import DEVICE, forget, waiting
from outreach.visits.phone_routes import addresses
from outreach.visits.services import devices

_SIGN_OUT = frozenset({"security.logout", "accounts.sign_out_all"})
_FIRST_PAGES = frozenset({"security.login", "tasks.today"})
LEAVE = "leave_visits"
"""The field with which somebody says that what was not sent may go."""


@blueprint.before_app_request
def ask_first() -> ResponseReturnValue | None:
    """Ask before somebody signs out whose device has visits that were not sent; else note that it keeps nothing now."""
    if request.endpoint not in _SIGN_OUT or request.method != "POST" or DEVICE not in request.cookies:
        return None
    number = waiting()
    if number and signed_in_actor() is not None and not request.form.get(LEAVE):
        page = render_template("visits/leaving.html", number=number, action=request.path, addresses=addresses())
        return page, 409
    device = devices.device_of_token(request.cookies.get(DEVICE))
    if device is not None and device.cut_off_at is None:
        device_id = device.id
        with transaction():
            devices.note_cleared(device_id)
    return None


@blueprint.after_app_request
def clear(response: Response) -> Response:
    """Nothing stays on a device after signing out on it, nor on one that was cut off."""
    if DEVICE not in request.cookies:
        return response
    if request.endpoint in _SIGN_OUT and request.method == "POST" and response.status_code in (302, 303):
        forget(response)
    elif request.endpoint in _FIRST_PAGES and request.method == "GET":
        device = devices.device_of_token(request.cookies[DEVICE])
        if device is not None and device.cut_off_at is not None:
            device_id = device.id
            with transaction():
                devices.note_wiped(device_id)
            forget(response)
    return response

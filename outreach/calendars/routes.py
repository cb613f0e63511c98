"""The private calendar as programs read it, and the page that gives its address."""

import hashlib

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from limits import parse
from werkzeug.exceptions import NotFound, TooManyRequests

from crm.accounts.current import actor_for, current_actor
from crm.accounts.limits import EXTENSION, Attempts
from crm.accounts.models import Staff
from crm.accounts.permissions import require
from crm.db import current_session, transaction
from crm.employers.queries import STAFF
from outreach.calendars import services
from outreach.calendars.queries import feed_of
from outreach.calendars.sources import entries_of
from outreach.ical import MIMETYPE, calendar_file

blueprint = Blueprint("outreach_calendars", __name__, template_folder="templates")

PER_CALENDAR = "60 per hour"
"""Programs ask every few minutes at most; telephone and computer of one person share the address."""
PER_GUESSER = "30 per hour"
"""Wrong addresses from one place."""


@blueprint.route("/settings/calendar", methods=["GET", "POST"])
@require(*STAFF)
def settings() -> ResponseReturnValue:
    """One's own calendar: make an address, which is shown this once. One made before works no more."""
    actor = current_actor()
    address = None
    if request.method == "POST":
        with transaction():
            token = services.make_feed(actor)
        address = url_for(".feed", token=token, _external=True)
    page = render_template("calendars/settings.html", feed=feed_of(actor), address=address)
    return page, 200, {"Cache-Control": "no-store"}


@blueprint.post("/settings/calendar/revoke")
@require(*STAFF)
def revoke() -> ResponseReturnValue:
    """Take the address away at once."""
    with transaction():
        gone = services.revoke_feed(current_actor())
    flash(_("The calendar's address does not work any more.") if gone else _("There was no address."), "success")
    return redirect(url_for(".settings"), code=303)


@blueprint.get("/calendars/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    """Somebody's calendar, for a program that knows the secret address. Asked again it says that nothing has changed.

    Who has left, and whose address was taken away, has no calendar.
    """
    found = services.feed_of_token(token)
    staff = current_session().get(Staff, found.staff_id) if found is not None else None
    if found is None or staff is None or not staff.active:
        _count(PER_GUESSER, "guess", request.remote_addr or "")
        raise NotFound
    _count(PER_CALENDAR, "feed", str(found.id))
    body = _calendar_of(staff)
    response = Response(body, content_type=f"{MIMETYPE}; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="brobygg.ics"'
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _calendar_of(staff: Staff) -> bytes:
    with force_locale(staff.language):
        entries = entries_of(actor_for(staff), staff.unit.time_zone)
        return calendar_file(entries, name=f"Brobygg, {staff.unit.name}")


def _count(limit: str, *names: str) -> None:
    """Raises TooManyRequests (429) for who asks too often."""
    if not current_app.config.get("RATELIMIT_ENABLED", True):
        return
    attempts: Attempts = current_app.extensions[EXTENSION]
    if not attempts.may(parse(limit), "outreach_calendars", *names):
        raise TooManyRequests

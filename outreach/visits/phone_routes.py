"""What a telephone asks for: the card that works without a network, the visits of the day, and what it has to send."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from crm import clock
from crm.accounts.current import current_actor, current_staff, signed_in_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers.queries import STAFF, positions_at
from crm.errors import NotVisible
from crm.note_guard.guard import TICK, find_sensitive
from crm.web.assets import asset_url
from crm.web.clean import clean_line
from crm.web.filters import today
from outreach.visits.blueprint import blueprint
from outreach.visits.cookies import DEVICE, device_label, remember_device, remember_waiting
from outreach.visits.fields import SentReport
from outreach.visits.forms import TEXTS, LogForm, name_and_title, pairs_of
from outreach.visits.models import ReportState, Visit, VisitDevice, VisitReport
from outreach.visits.modules import only_where_it_is_on
from outreach.visits.queries import kept_reports, people_at, visits_to_log
from outreach.visits.services import devices, reports
from outreach.visits.shown import Shown, shown

ASSETS = ("app.css", "app.js", "visits-keep.js", "visits-phone.js", "favicon.svg")
"""What the card needs to look and to work without a network."""
_MOST_TYPED = 64 * 1024
_NOTED_EVERY = timedelta(minutes=5)


@blueprint.get("/visits/phone")
@require(*STAFF)
def phone() -> ResponseReturnValue:
    """The card of visits as a telephone keeps it: a page with nobody's name, no visit and no token in it."""
    return _shell()


@blueprint.get("/visits/worker.js")
@require(*STAFF)
def worker() -> ResponseReturnValue:
    """The service worker. It keeps the card and what that needs, and answers for no other page; while there is no
    network it leads from Today to the card, which is why its scope is the whole application."""
    shell = _shell()
    kept = [asset_url(name) for name in ASSETS]
    # Another text of the card, or another style sheet, is another worker, which fetches them anew.
    version = hashlib.sha256((shell + json.dumps(kept)).encode()).hexdigest()[:16]
    text = render_template("visits/worker.js", version=version, kept=kept, addresses=addresses())
    response = make_response(text)
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Service-Worker-Allowed"] = addresses()["root"]
    return response


@blueprint.get("/visits/today.json")
def day() -> ResponseReturnValue:
    """The visits that a telephone keeps for today, as little of each as the card shows, and a token to send with.

    A device that was cut off hears that it has to delete everything (410), also when nobody is signed in on it;
    otherwise who is not signed in gets 401, and who works where visits are switched off 404. May be asked again.
    """
    device = devices.device_of_token(request.cookies.get(DEVICE))
    if device is not None and device.cut_off_at is not None:
        return _cut_off(device)
    actor = signed_in_actor()
    if actor is None or not actor.has_role(*STAFF):
        return jsonify(state="signed_out"), 401
    only_where_it_is_on()
    mine = device is not None and device.staff_id == actor.staff_id
    answer = {
        "state": "ready",
        "staff": current_staff().public_id,
        "device": device.public_id if device is not None and mine else None,
        "token": generate_csrf(),
        "visits": _visits(actor),
        "kept": [_kept(each) for each in kept_reports(actor)],
    }
    if device is not None and mine and (device.cleared_at or clock.now() - device.seen_at > _NOTED_EVERY):
        device_id = device.id
        with transaction():
            devices.note_seen(device_id)
    return jsonify(answer)


@blueprint.post("/visit-devices")
@require(*STAFF)
def add_device() -> ResponseReturnValue:
    """Let this telephone keep the visits of the day. Its token is a cookie that no script can read."""
    actor = current_actor()
    if not request.is_json:
        return jsonify(state="refused"), 400
    label = device_label(request.user_agent.string)
    with transaction():
        device, token = devices.add_device(actor, label=label)
        public_id = device.public_id
    response = jsonify(state="ready", device=public_id)
    remember_device(response, token)
    return response


@blueprint.post("/visits/<public_id>/send")
@require(*STAFF)
def send(public_id: str) -> ResponseReturnValue:
    """Take in what a telephone has kept about a visit. Sent again, it is answered as before and saved once."""
    actor = current_actor()
    try:
        visit = visible_one(Visit, actor, public_id)
        sent, left = _sent(request.get_json(silent=True))
        if sent is None:
            return jsonify(state="refused"), 400
        understood = _understood(actor, visit, sent)
        visit_id = visit.id
        with transaction():
            report = reports.receive_report(actor, visit_id=visit_id, sent=understood)
            answer = _answer(report)
    except reports.CutOff:
        device = devices.device_of_token(request.cookies.get(DEVICE))
        return _cut_off(device)
    except NotVisible:
        # The employer was erased, say. The telephone keeps what was typed and shows it.
        return jsonify(state="gone"), 404
    response = jsonify(answer)
    remember_waiting(response, left)
    return response


def _shell() -> str:
    form = LogForm(formdata=None, meta={"csrf": False})
    form.prepare([])
    return render_template("visits/phone.html", form=form, addresses=addresses(), tick=TICK)


def addresses() -> dict[str, str]:
    """Where the scripts of visits find what they ask for; VISIT stands for the public id of one."""
    return {
        "root": request.script_root + "/",
        "home": url_for("tasks.today"),
        "phone": url_for("outreach_visits.phone"),
        "worker": url_for("outreach_visits.worker", lang=str(get_locale())),
        "keep": asset_url("visits-keep.js"),
        "day": url_for("outreach_visits.day"),
        "devices": url_for("outreach_visits.add_device"),
        "send": url_for("outreach_visits.send", public_id="VISIT"),
        "show": url_for("outreach_visits.show", public_id="VISIT"),
        "sign_in": url_for("security.login", next=url_for("outreach_visits.phone")),
    }


def _visits(actor: Actor) -> list[dict[str, Any]]:
    zone = current_staff().unit.time_zone
    rows = shown(actor, visits_to_log(actor, today(), zone), day=today())
    people = people_at(actor, {row.visit.employer_id for row in rows})
    return [_visit(row, people.get(row.visit.employer_id, [])) for row in rows]


def _visit(row: Shown, people: list[Any]) -> dict[str, Any]:
    visit = row.visit
    return {
        "id": visit.public_id,
        "version": visit.version_id,
        "day": row.local.date().isoformat(),
        "time": row.time,
        "employer": visit.employer.name,
        "workplace": visit.workplace.name if visit.workplace else "",
        "address": row.address,
        "route": row.route,
        "phone": row.phone or "",
        "last": row.last,
        "purpose": visit.purpose or "",
        "person": visit.person_id,
        "people": [[each.person_id, name_and_title(each)] for each in people],
        "basis": visit.basis or "",
        "ask_basis": visit.employer.do_not_contact,
    }


def _kept(report: VisitReport) -> dict[str, str]:
    return {"key": report.key, "employer": report.visit.employer.name, "href": _look_at(report)}


def _look_at(report: VisitReport) -> str:
    return url_for(".look", public_id=report.public_id)


def _sent(body: Any) -> tuple[SentReport | None, int]:
    """What a telephone sent, and how much more it keeps; None for what no telephone of ours sends."""
    if not isinstance(body, dict) or (request.content_length or 0) > _MOST_TYPED:
        return None, 0
    key, typed, version = body.get("key"), body.get("typed"), body.get("version")
    device, left = body.get("device"), body.get("left")
    if not isinstance(key, str) or not re.fullmatch(r"[\w-]{16,40}", key, re.ASCII) or not isinstance(typed, dict):
        return None, 0
    report = SentReport(
        key=key,
        version=version if isinstance(version, int) else 0,
        typed=typed,
        typed_at=_instant(body.get("typed_at")),
        device=clean_line(device) if isinstance(device, str) else None,
    )
    return report, left if isinstance(left, int) and 0 <= left < 1000 else 0


def _instant(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _understood(actor: Actor, visit: Visit, sent: SentReport) -> SentReport:
    """The same with what the form makes of it."""
    pairs = [pair for pair in pairs_of(sent.typed) if pair[0] not in ("csrf_token", "submission_key")]
    typed = {name: [value for each, value in pairs if each == name] for name in dict(pairs)}
    form = LogForm(formdata=MultiDict([*pairs, ("submission_key", sent.key)]), meta={"csrf": False})
    form.prepare(positions_at(actor, visit.employer_id))
    fits = form.validate()
    texts = "\n".join(str(form[name].data) for name in TEXTS if form[name].data)
    return SentReport(
        key=sent.key,
        version=sent.version,
        typed=typed,
        logged=form.logged(current_staff().unit.country) if fits else None,
        looks_private=bool(find_sensitive(texts)) and not typed.get(TICK),
        typed_at=sent.typed_at,
        device=sent.device,
    )


def _answer(report: VisitReport) -> dict[str, str]:
    saved = report.state is not ReportState.KEPT
    words = _("Sent and saved.") if saved else _("Sent. It has to be looked at once more.")
    return {"state": "saved" if saved else "kept", "words": words, "href": "" if saved else _look_at(report)}


def _cut_off(device: VisitDevice | None) -> Response:
    """What a device hears that was cut off: its scripts delete what it keeps. The next page that it opens has the
    browser delete everything once more (outreach.visits.leaving); a worker that hears it would not live to the end.
    """
    if device is not None:
        device_id = device.id
        with transaction():
            devices.note_wiped(device_id)
    return make_response(jsonify(state="cut_off", words=_("This device was cut off.")), 410)

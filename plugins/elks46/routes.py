"""The addresses to which 46elks posts. Every reply that carries the secret has an EMPTY body and status
204."""

import structlog
from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue

from crm import clock
from crm.actors import system_actor
from crm.db import transaction
from crm.messaging.gateway_reports import DeliveryNews, IncomingSms, file_delivery, file_incoming
from plugins.elks46.callbacks import CallbackRefused, parse_delivery_report, parse_inbound, secret_matches
from plugins.elks46.configuration import callback_secret

log = structlog.get_logger()
blueprint = Blueprint("elks46", __name__, template_folder="templates")
GATEWAY = "elks46"
# A body in the reply to an incoming SMS would be sent to the person as an SMS.
EMPTY: ResponseReturnValue = ("", 204)


@blueprint.post("/hooks/46elks/<secret>/incoming")
def incoming(secret: str) -> ResponseReturnValue:
    """A person has sent an SMS to one of our numbers."""
    _check(secret)
    try:
        sms = parse_inbound(request.form)
    except CallbackRefused as refused:
        log.warning("elks46.incoming_refused", why=str(refused))
        return EMPTY
    with transaction():
        file_incoming(
            system_actor("elks46"),
            IncomingSms(
                gateway=GATEWAY,
                external_id=sms.gateway_id,
                sender=sms.sender,
                text=sms.text,
                wants_stop=sms.wants_stop,
                at=sms.created_at,
            ),
        )
    return EMPTY


@blueprint.post("/hooks/46elks/<secret>/<return_token>")
def delivery(secret: str, return_token: str) -> ResponseReturnValue:
    """46elks knows something about a message that it took from us."""
    _check(secret)
    try:
        report = parse_delivery_report(request.form, reference=return_token)
    except CallbackRefused as refused:
        log.warning("elks46.report_refused", why=str(refused))
        return EMPTY
    with transaction():
        file_delivery(
            system_actor("elks46"),
            DeliveryNews(
                gateway=GATEWAY,
                external_id=report.gateway_id,
                return_token=report.reference,
                status=report.status,
                at=report.delivered_at or clock.now(),
            ),
        )
    return EMPTY


def _check(secret: str) -> None:
    """404 for a wrong secret: nothing tells that there is something here."""
    settings = current_app.extensions["brobygg.settings"]
    if not secret_matches(secret, callback_secret(settings.environment)):
        abort(404)

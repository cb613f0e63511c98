"""How messages leave this installation: the hold on sending, the settings, and whether other servers will
trust our mail."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.actors import Role
from crm.db import transaction
from crm.messaging.alignment import check_alignment
from crm.messaging.blueprint import STAFF, blueprint
from crm.messaging.email_format import return_path, sender_address
from crm.messaging.forms import PreviewForm
from crm.messaging.hold import current_hold, release_sending
from crm.messaging.setup import current_messaging
from crm.messaging.sms_text import count_sms, gsm_friendly


@blueprint.get("/messages/sending")
@require(Role.ADMINISTRATOR)
def sending() -> ResponseReturnValue:
    """What is set up. With ``?check=1`` the records of the sender's domain are looked up, which may take
    seconds."""
    messaging = current_messaging()
    settings = messaging.settings
    hold = current_hold()
    sender = sender_address(settings)
    bounces = return_path("token", settings)
    findings = []
    if request.args.get("check"):
        selector = settings.environment.get("BROBYGG_DKIM_SELECTOR", "").strip() or None
        findings = check_alignment(sender=sender, return_path=bounces, selector=selector)
    return render_template(
        "messaging/sending.html",
        settings=settings,
        hold=hold,
        sender=sender,
        return_path=bounces,
        askable=messaging.receiver_log is not None or settings.mail == "mailbox",
        has_bounce_mailbox=messaging.bounces is not None,
        findings=findings,
        checked=bool(request.args.get("check")),
    )


@blueprint.post("/messages/sending/release")
@require(Role.ADMINISTRATOR)
def release() -> ResponseReturnValue:
    """Let sending go on after it was held."""
    with transaction():
        release_sending(current_actor())
    flash(_("Messages are sent again."), "success")
    return redirect(url_for("messaging.sending"), code=303)


@blueprint.route("/messages/sms-length", methods=["GET", "POST"])
@require(*STAFF)
def sms_length() -> ResponseReturnValue:
    """How many SMS a text takes. Works as a page, and as a piece of another one through htmx."""
    form = PreviewForm()
    text = form.text.data or ""
    values = {"form": form, "text": text, "count": count_sms(text), "suggestion": gsm_friendly(text)}
    if request.headers.get("HX-Request"):
        return render_template("messaging/_sms_count.html", **values)
    return render_template("messaging/sms_length.html", **values)

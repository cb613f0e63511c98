"""Message texts: reading, editing with a sample and a count of parts, approval."""

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.messaging.sms_text import SmsCount, count_sms
from surveys.authoring.forms import MessageTextForm
from surveys.authoring.services import save_message_text, withdraw_message_text
from surveys.filling import PLACEHOLDERS, fill
from surveys.models import MessageText
from surveys.sending.texts import settings
from surveys.wording import channel_text, language_text, message_title, questionnaire_titles

blueprint = Blueprint("surveys_texts", __name__, template_folder="templates", url_prefix="/surveys/texts")
AUTHORS = (Role.ADMINISTRATOR, Role.MANAGER)


@blueprint.get("")
@require(*AUTHORS)
def index() -> ResponseReturnValue:
    """Every message text with its approval."""
    statement = select(MessageText).order_by(MessageText.key, MessageText.channel, MessageText.language)
    return render_template(
        "surveys/authoring/texts.html",
        texts=current_session().scalars(statement).all(),
        message_title=partial(message_title, titles=questionnaire_titles(current_actor().language)),
        channel_text=channel_text,
        language_text=language_text,
    )


@blueprint.get("/<public_id>")
@require(*AUTHORS)
def edit(public_id: str) -> ResponseReturnValue:
    """One message text with a sample of how it will read."""
    text = _text(public_id)
    return _edit_page(text, MessageTextForm(obj=text, data={"version": text.version_id}))


@blueprint.post("/<public_id>")
@require(*AUTHORS)
def save(public_id: str) -> ResponseReturnValue:
    """Save as a draft, save and approve, or take the approval back: by the button that was pressed."""
    text = _text(public_id)
    form = MessageTextForm()
    press = request.form.get("do", "save")
    if not form.validate_on_submit():
        return _edit_page(text, form), 422
    try:
        with transaction():
            _press(text.id, form, press)
    except DomainError as error:
        form.add_error(error)
        return _edit_page(_text(public_id), form), 422
    flash(_("Saved."), "success")
    return redirect(url_for("surveys_texts.edit", public_id=public_id), 303)


def _press(text_id: int, form: MessageTextForm, press: str) -> None:
    version = int(form.version.data or 0)
    if press == "withdraw":
        withdraw_message_text(current_actor(), text_id=text_id, version=version)
        return
    save_message_text(
        current_actor(),
        text_id=text_id,
        version=version,
        subject=form.subject.data or None,
        body=form.body.data or "",
        approve=press == "approve",
    )


def _text(public_id: str) -> MessageText:
    found = current_session().scalar(select(MessageText).where(MessageText.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def _edit_page(text: MessageText, form: MessageTextForm) -> str:
    sample = fill(form.body.data or "", sample_values())
    return render_template(
        "surveys/authoring/text.html",
        text=text,
        title=message_title(text.key, questionnaire_titles(current_actor().language)),
        form=form,
        sample=sample,
        count=sms_count(text, sample),
        placeholders=PLACEHOLDERS,
        channel_text=channel_text,
        language_text=language_text,
    )


def sms_count(text: MessageText, sample: str) -> SmsCount | None:
    """How many parts an SMS takes with the sample's values; None for mail."""
    return count_sms(sample) if text.channel == "sms" else None


def sample_values() -> dict[str, str]:
    """Values of usual length; the links are as long as real ones."""
    base = settings().base_url
    return {
        "first_name": "Samira",
        "org": settings().organisation,
        "link": f"{base}/s/{'x' * 22}",
        "optout_link": f"{base}/o/{'x' * 22}",
        "deadline": "2026-12-09",
        "contact_name": "Karin Lind",
        "contact_phone": "070-123 45 67",
        "switchboard": "010-123 45 67",
    }

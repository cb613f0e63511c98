"""Texts and their approval. Nothing is sent in a language before somebody has approved it here.

All run inside ``transaction()`` and wake the reconciliation, which moves due rows to the language that now fits.
"""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, EditConflict
from crm.jobs.wake import wake
from surveys.definition_texts import missing_texts, text_paths
from surveys.filling import missing_placeholders, unknown_placeholders
from surveys.models import MessageText, QuestionnaireVersion, Translation
from surveys.responses import definition_of

RECONCILE = "surveys.reconcile"
MOST_CHARACTERS = 4000


def save_translation(
    actor: Actor, *, translation_id: int, version: int, texts: Mapping[str, str], translator: str | None
) -> Translation:
    """Save the wording of one version in one language. A changed text takes the approval away.

    Raises EditConflict, and DomainError for a text that is too long.
    """
    translation = _translation(translation_id, version)
    paths = text_paths(definition_of(translation.version))
    kept = {path: texts.get(path, "").strip() for path in paths}
    if any(len(text) > MOST_CHARACTERS for text in kept.values()):
        raise DomainError(_("A text is too long."))
    kept = {path: text for path, text in kept.items() if text}
    if kept != translation.texts:
        translation.texts = kept
        translation.approved_at = translation.approved_by = None
    translation.translator = translator or None
    translation.version_id += 1
    _audit(actor, "survey_translation_saved", translation)
    return translation


def approve_translation(actor: Actor, *, translation_id: int, version: int) -> Translation:
    """Allow the language to be sent: somebody has read every text, those of the pages included.

    Raises EditConflict, and DomainError while texts are missing.
    """
    translation = _translation(translation_id, version)
    missing = missing_texts(definition_of(translation.version), translation.texts)
    if missing:
        raise DomainError(_("Texts are missing: %(number)s. Fill them in first.", number=len(missing)))
    translation.approved_at, translation.approved_by = clock.now(), _name(actor)
    translation.version_id += 1
    _audit(actor, "survey_translation_approved", translation)
    wake(RECONCILE)
    return translation


def withdraw_translation(actor: Actor, *, translation_id: int, version: int) -> Translation:
    """Take the approval back. From now on the unit's language is used in its place. Raises EditConflict."""
    translation = _translation(translation_id, version)
    translation.approved_at = translation.approved_by = None
    translation.version_id += 1
    _audit(actor, "survey_translation_withdrawn", translation)
    wake(RECONCILE)
    return translation


def add_language(actor: Actor, *, version_id: int, language: str) -> Translation:
    """Begin a translation into one more language. Returns the one that is there when it was begun already."""
    version = current_session().get_one(QuestionnaireVersion, version_id)
    there = next((each for each in version.translations if each.language == language), None)
    if there is not None:
        return there
    translation = Translation(language=language, texts={})
    version.translations.append(translation)
    current_session().flush()  # The audit line names it by its id.
    _audit(actor, "survey_translation_added", translation)
    return translation


def save_message_text(
    actor: Actor, *, text_id: int, version: int, subject: str | None, body: str, approve: bool
) -> MessageText:
    """Save a message, approved by the same press or as a draft that is not sent.

    Raises EditConflict, and DomainError for an unknown placeholder or one without which nobody could answer.
    """
    text = _message(text_id, version)
    check_message(subject if text.channel == "email" else None, body, channel=text.channel)
    text.subject = subject if text.channel == "email" else None
    text.body = body
    text.approved_at = clock.now() if approve else None
    text.approved_by = _name(actor) if approve else None
    text.version_id += 1
    _audit(actor, "survey_message_approved" if approve else "survey_message_saved", text)
    wake(RECONCILE)
    return text


def withdraw_message_text(actor: Actor, *, text_id: int, version: int) -> MessageText:
    """Take the approval of a message back: it is not sent any more. Raises EditConflict."""
    text = _message(text_id, version)
    text.approved_at = text.approved_by = None
    text.version_id += 1
    _audit(actor, "survey_message_withdrawn", text)
    wake(RECONCILE)
    return text


def check_message(subject: str | None, body: str, *, channel: str) -> None:
    """Raises DomainError on the field that could not be sent as it is written."""
    if channel == "email" and not (subject or "").strip():
        raise DomainError(_("Write a subject."), field="subject")
    for field, content in (("subject", subject or ""), ("body", body)):
        unknown = unknown_placeholders(content)
        if unknown:
            raise DomainError(_("There is no placeholder {%(name)s}.", name=unknown[0]), field=field)
    missing = missing_placeholders(body)
    if missing:
        raise DomainError(_("The text must contain {%(name)s}.", name=missing[0]), field="body")


def _translation(translation_id: int, version: int) -> Translation:
    statement = select(Translation).where(Translation.id == translation_id).with_for_update(of=Translation)
    found = current_session().scalars(statement).one()
    if found.version_id != version:
        raise EditConflict(_("Somebody changed this translation while you had the page open."), current=found.texts)
    return found


def _message(text_id: int, version: int) -> MessageText:
    statement = select(MessageText).where(MessageText.id == text_id).with_for_update()
    found = current_session().scalars(statement).one()
    if found.version_id != version:
        current = {"subject": found.subject or "", "body": found.body}
        raise EditConflict(_("Somebody changed this text while you had the page open."), current=current)
    return found


def _name(actor: Actor) -> str:
    staff = current_session().get(Staff, actor.staff_id) if actor.staff_id else None
    return staff.name if staff else actor.label


def _audit(actor: Actor, action: str, row: Translation | MessageText) -> None:
    record(actor, action, subject_type=row.__tablename__, subject_id=row.id, details={"language": row.language})

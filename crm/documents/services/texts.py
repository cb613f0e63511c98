"""Writing templates: a text that stands in a document is never changed, its next version is."""

import hashlib
import secrets
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.documents.fields import check_body
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion
from crm.documents.shipped import LANGUAGES, ShippedText, shipped_texts
from crm.errors import DomainError, EditConflict
from crm.glossary import picklists

LONGEST = 40_000
_BY_KEY = "shipped texts are named by their own keys"


def add_template(
    actor: Actor, *, kind: DocumentKind, language: str, title: str, body: str, agreement_type: str | None = None
) -> DocumentTemplate:
    """A new template with its first version in one language. Raises DomainError for what is wrong. Not repeatable."""
    _check(kind, language, title, body)
    if (kind is DocumentKind.AGREEMENT) != (agreement_type is not None):
        raise DomainError(_("Choose which kind of agreement it is."), field="agreement_type")
    if agreement_type is not None and agreement_type not in picklists.codes("agreement_type"):
        raise DomainError(_("Choose one of the alternatives."), field="agreement_type")
    template = _new_template(actor, f"own.{secrets.token_hex(8)}", kind, agreement_type)
    template.versions.append(_version(actor, 1, {language: title}, {language: body}))
    _record(actor, template, "document.added")
    return template


def save_text(
    actor: Actor, *, template_id: int, language: str, title: str, body: str, edition: int | None = None
) -> DocumentVersion:
    """Change what a template says in one language.

    The newest version is changed as long as no document was made of it; then a new one is made, with the other
    languages as they were. ``edition`` is that of the text that was shown (see ``edition_of``). Raises NotVisible,
    DomainError, EditConflict when somebody has saved since.
    """
    template = locked(DocumentTemplate, actor, template_id)
    _check(template.kind, language, title, body)
    newest = template.newest
    if edition is not None and edition != edition_of(newest, language):
        message = _("Somebody else saved this while you had it open. Compare what is different, and save again.")
        raise EditConflict(message, current=shown_of(newest, language))
    titles, bodies = {**newest.titles, language: title}, {**newest.bodies, language: body}
    if (titles, bodies) == (newest.titles, newest.bodies):
        return newest
    if newest.used_at is None and template.kind is not DocumentKind.INFORMATION:
        newest.titles, newest.bodies = titles, bodies
    else:
        # What was told to somebody counts as used from the start: a sheet leaves this system on paper.
        newest = _version(actor, newest.number + 1, titles, bodies)
        template.versions.append(newest)
    _record(actor, template, "document.changed", language=language)
    return newest


def edition_of(version: DocumentVersion, language: str) -> int:
    """Tells one state of a text from every other: a version that no document was made of changes in place."""
    words = "\0".join((str(version.number), version.titles.get(language, ""), version.bodies.get(language, "")))
    return int(hashlib.sha256(words.encode()).hexdigest()[:7], 16)


def shown_of(version: DocumentVersion, language: str) -> dict[str, object]:
    """What the form of a text shows, by the names of its fields."""
    return {
        "title": version.titles.get(language),
        "body": version.bodies.get(language),
        "version": edition_of(version, language),
    }


def archive_template(actor: Actor, *, template_id: int) -> DocumentTemplate:
    """Take a template out of use; what was made of it stays. May be repeated. Raises NotVisible."""
    template = locked(DocumentTemplate, actor, template_id)
    if template.archived_at is None:
        template.archived_at = clock.now()
        _record(actor, template, "document.archived")
    return template


def restore_template(actor: Actor, *, template_id: int) -> DocumentTemplate:
    """Bring a template back into use. May be repeated. Raises NotVisible."""
    template = locked(DocumentTemplate, actor, template_id)
    if template.archived_at is not None:
        template.archived_at = None
        _record(actor, template, "document.restored")
    return template


def use_version(version: DocumentVersion) -> None:
    """Note that a document was made of a version: from now on it never changes. May be repeated."""
    if version.used_at is None:
        version.used_at = clock.now()


def ensure_shipped(actor: Actor) -> int:
    """Add the shipped templates that are not there, and say how many were added. What staff changed stays as it is.

    May be repeated; runs inside ``transaction()``.
    """
    keys = [text.key for text in shipped_texts()]
    statement = trusted(select(DocumentTemplate.key).where(DocumentTemplate.key.in_(keys)), because=_BY_KEY)
    there = set(current_session().scalars(statement))
    missing = [text for text in shipped_texts() if text.key not in there]
    for text in missing:
        _install(actor, text)
    if missing:
        current_session().flush()  # Whoever asked for them chooses among them by id.
        record(actor, "document.installed", subject_type="document", details={"rows": len(missing)})
    return len(missing)


def _install(actor: Actor, text: ShippedText) -> None:
    template = _new_template(actor, text.key, text.kind, text.agreement_type)
    template.shipped = True
    template.versions.append(_version(actor, 1, text.titles, text.bodies))


def _new_template(actor: Actor, key: str, kind: DocumentKind, agreement_type: str | None) -> DocumentTemplate:
    template = DocumentTemplate(key=key, kind=kind, agreement_type=agreement_type, created_at=clock.now())
    current_session().add(template)
    return template


def _version(actor: Actor, number: int, titles: Mapping[str, str], bodies: Mapping[str, str]) -> DocumentVersion:
    return DocumentVersion(
        number=number, titles=dict(titles), bodies=dict(bodies), created_at=clock.now(), created_by_id=actor.staff_id
    )


def _check(kind: DocumentKind, language: str, title: str, body: str) -> None:
    if language not in LANGUAGES:
        raise DomainError(_("Choose one of the languages."), field="language")
    if not title.strip():
        raise DomainError(_("Write a title."), field="title")
    if not body.strip():
        raise DomainError(_("Write the text."), field="body")
    if len(body) > LONGEST:
        raise DomainError(_("Write %(max)d characters at most.", max=LONGEST), field="body")
    check_body(body, kind)


def _record(actor: Actor, template: DocumentTemplate, action: str, **details: object) -> None:
    current_session().flush()  # A new template gets its id.
    record(actor, action, subject_type="document", subject_id=template.id, details=details)

"""Writing an agreement before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementStatus, Follows
from crm.agreements.services.rows import changed_row, log
from crm.agreements.wording import WRITTEN, title_and_body
from crm.db import current_session
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion
from crm.employers.models import Employer, Position
from crm.errors import DomainError

LONGEST = 4000
MOST_IN_SCOPE = 30
_BY_KEY = "the form's own key, which only its sender knows"


@dataclass(frozen=True)
class AgreementFields:
    """What is said of an agreement. ``template_id``: whose newest version is the text.

    ``written`` holds what stands in the text by hand: purpose, employer_does, we_do, follow_up, places.
    """

    template_id: int
    language: str
    starts_on: date
    ends_on: date | None
    review_on: date
    contact_id: int | None
    owner_id: int | None
    deputy_id: int | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    scope: tuple[str, ...] = ()


def write_agreement(
    actor: Actor,
    *,
    employer_id: int,
    unit_id: int,
    given: AgreementFields,
    submission_key: str | None = None,
    follows: tuple[int, Follows] | None = None,
) -> Agreement:
    """A new agreement, as a draft. May be repeated with the same ``submission_key``.

    Raises NotVisible, DomainError for what is wrong.
    """
    if submission_key is not None:
        there = _of_form(submission_key)
        if there is not None:
            return there
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit")
    employer = current_session().scalar(visible(Employer, actor).where(Employer.id == employer_id))
    if employer is None or employer.archived_at is not None:
        raise DomainError(_("Choose an employer that is in use."))
    version = _checked(actor, employer_id, given)
    agreement = Agreement(
        employer_id=employer_id, unit_id=unit_id, created_at=clock.now(), created_by_id=actor.staff_id,
        submission_key=submission_key, **_columns(given, version),
    )  # fmt: skip
    if follows is not None:
        agreement.follows_id, agreement.follows_as = follows
    current_session().add(agreement)
    current_session().flush()  # The line of the audit log names its id.
    log(actor, agreement, "agreement.written")
    return agreement


def change_agreement(actor: Actor, *, agreement_id: int, version: int | None, given: AgreementFields) -> Agreement:
    """Change a draft. Raises NotVisible, DomainError, EditConflict when somebody saved after ``version``."""
    agreement = changed_row(actor, agreement_id, version)
    if agreement.status is not AgreementStatus.DRAFT:
        raise DomainError(_("This agreement was sent. Its text does not change any more: replace it by a new one."))
    text_version = _checked(actor, agreement.employer_id, given)
    for name, value in _columns(given, text_version).items():
        setattr(agreement, name, value)
    agreement.version_id += 1
    log(actor, agreement, "agreement.changed")
    return agreement


def discard_draft(actor: Actor, *, agreement_id: int) -> None:
    """Throw a draft away. Raises NotVisible, and DomainError for what was sent."""
    agreement = changed_row(actor, agreement_id)
    if agreement.status is not AgreementStatus.DRAFT:
        raise DomainError(_("Only a draft can be thrown away."))
    log(actor, agreement, "agreement.discarded")
    current_session().delete(agreement)


def values_of(agreement: Agreement) -> dict[str, object]:
    """What stands in the row, by the names of the form."""
    return {
        "contact": agreement.contact_id,
        "owner": agreement.owner_id,
        "deputy": agreement.deputy_id,
        "starts_on": agreement.starts_on,
        "ends_on": agreement.ends_on,
        "review_on": agreement.review_on,
        "scope": "\n".join(agreement.scope),
        "version": agreement.version_id,
        **{name: agreement.fields.get(name, "") for name in WRITTEN},
    }


def _columns(given: AgreementFields, version: DocumentVersion) -> dict[str, object]:
    return {
        "type": version.template.agreement_type,
        "text_version_id": version.id,
        "language": given.language,
        "starts_on": given.starts_on,
        "ends_on": given.ends_on,
        "review_on": given.review_on,
        "contact_id": given.contact_id,
        "owner_id": given.owner_id,
        "deputy_id": given.deputy_id,
        "fields": {name: given.written.get(name, "").strip() for name in WRITTEN},
        "scope": [line.strip() for line in given.scope if line.strip()],
    }


def _checked(actor: Actor, employer_id: int, given: AgreementFields) -> DocumentVersion:
    version = _newest_text(actor, given.template_id)
    title_and_body(version, given.language)
    if given.ends_on is not None and given.ends_on <= given.starts_on:
        raise DomainError(_("The last day is before the first."), field="ends_on")
    if given.review_on < given.starts_on or (given.ends_on is not None and given.review_on > given.ends_on):
        raise DomainError(_("The review lies outside the agreement."), field="review_on")
    if any(len(text) > LONGEST for text in given.written.values()):
        raise DomainError(_("Write %(max)d characters at most.", max=LONGEST))
    if len(given.scope) > MOST_IN_SCOPE:
        raise DomainError(_("Write %(max)d lines at most.", max=MOST_IN_SCOPE), field="scope")
    _check_people(actor, employer_id, given)
    return version


def _newest_text(actor: Actor, template_id: int) -> DocumentVersion:
    # One that is archived meanwhile is still good for renewing what was made of it; forms do not offer it.
    statement = visible(DocumentTemplate, actor).where(
        DocumentTemplate.id == template_id,
        DocumentTemplate.kind == DocumentKind.AGREEMENT,
    )
    template = current_session().scalar(statement)
    if template is None:
        raise DomainError(_("Choose one of the templates."), field="template")
    return template.newest


def _check_people(actor: Actor, employer_id: int, given: AgreementFields) -> None:
    if given.contact_id is not None:
        here = visible(Position, actor).where(
            Position.employer_id == employer_id, Position.person_id == given.contact_id
        )
        if current_session().scalar(here) is None:
            raise DomainError(_("Choose one of the employer's contact persons."), field="contact")
    if given.owner_id is not None and given.owner_id == given.deputy_id:
        raise DomainError(_("Choose two different people."), field="deputy")
    for name, staff_id in (("owner", given.owner_id), ("deputy", given.deputy_id)):
        person = current_session().get(Staff, staff_id) if staff_id is not None else None
        if staff_id is not None and (person is None or not person.active):
            raise DomainError(_("Choose somebody who works here."), field=name)


def _of_form(key: str) -> Agreement | None:
    return current_session().scalar(trusted(select(Agreement).where(Agreement.submission_key == key), because=_BY_KEY))

"""Noting which version of an information sheet an employer was given."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion, SheetGiven
from crm.documents.services.texts import use_version
from crm.errors import DomainError

_OF_CONTACT = "the sheets of a contact or employer that the caller has checked"


def give_sheet(
    actor: Actor, *, employer_id: int, version_id: int, on: date, contact_id: int | None = None
) -> SheetGiven:
    """Note that an employer was given a version of a sheet, with the contact in which it happened if it was one.

    The caller has checked that the actor sees employer and contact. May be repeated for a contact. Raises DomainError
    for what is no sheet.
    """
    version = _sheet(actor, version_id)
    if contact_id is not None:
        there = current_session().scalar(_given_at(contact_id).where(SheetGiven.version_id == version.id))
        if there is not None:
            return there
    given = SheetGiven(
        version_id=version.id, employer_id=employer_id, contact_id=contact_id, unit_id=actor.unit_id,
        staff_id=actor.staff_id, given_on=on, created_at=clock.now(),
    )  # fmt: skip
    use_version(version)
    current_session().add(given)
    record(
        actor, "document.given", subject_type="employer", subject_id=employer_id, unit_id=actor.unit_id,
        details={"version_id": version.id},
    )  # fmt: skip
    return given


def set_sheet_of_contact(actor: Actor, *, employer_id: int, contact_id: int, version_id: int | None, on: date) -> None:
    """Say which sheet was given in a contact; None when none was. What stood there before goes. May be repeated."""
    for row in current_session().scalars(_given_at(contact_id)).all():
        if row.version_id != version_id:
            current_session().delete(row)
    if version_id is not None:
        give_sheet(actor, employer_id=employer_id, version_id=version_id, on=on, contact_id=contact_id)


def _sheet(actor: Actor, version_id: int) -> DocumentVersion:
    of_sheets = visible(DocumentTemplate, actor).with_only_columns(DocumentTemplate.id)
    of_sheets = of_sheets.where(DocumentTemplate.kind == DocumentKind.INFORMATION)
    statement = visible(DocumentVersion, actor).where(
        DocumentVersion.id == version_id, DocumentVersion.template_id.in_(of_sheets)
    )
    found = current_session().scalar(statement.with_for_update())
    if found is None:
        raise DomainError(_("Choose one of the information sheets."), field="sheet")
    return found


def _given_at(contact_id: int) -> Select[SheetGiven]:
    return trusted(select(SheetGiven).where(SheetGiven.contact_id == contact_id), because=_OF_CONTACT)

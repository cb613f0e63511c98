"""Reading templates, their versions, and who was given which sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, column, false, select, table, true
from sqlalchemy.orm import selectinload

from crm.accounts.models import Staff
from crm.accounts.scopes import condition, read_prepared, scoped, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion, SheetGiven
from crm.errors import NotVisible
from crm.languages import in_language

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
DECIDERS = (Role.MANAGER, Role.ADMINISTRATOR)
"""Who writes the organisation's texts."""


def everybody_here(actor: Actor) -> ColumnElement[bool]:
    """Texts are the organisation's: all roles but evaluators see them."""
    return true() if actor.has_role(*STAFF) else false()


def own_sheets(actor: Actor) -> ColumnElement[bool]:
    """What was told to an employer is everybody's to know, so that all tell the same: sheet, version and day."""
    return everybody_here(actor)


def templates(actor: Actor, kind: DocumentKind | None = None, *, archived: bool = False) -> Sequence[DocumentTemplate]:
    """Templates in use (or archived) with their versions, shipped ones first. Two queries."""
    statement = visible(DocumentTemplate, actor).options(selectinload(DocumentTemplate.versions))
    if kind is not None:
        statement = statement.where(DocumentTemplate.kind == kind)
    is_archived = DocumentTemplate.archived_at
    statement = statement.where(is_archived.is_not(None) if archived else is_archived.is_(None))
    return current_session().scalars(statement.order_by(DocumentTemplate.shipped.desc(), DocumentTemplate.id)).all()


def template_with_versions(actor: Actor, public_id: str) -> DocumentTemplate:
    """One template with its versions. Raises NotVisible."""
    statement = visible(DocumentTemplate, actor).where(DocumentTemplate.public_id == public_id)
    found = current_session().scalar(statement.options(selectinload(DocumentTemplate.versions)))
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def title_of(version: DocumentVersion, language: str) -> str:
    """The title in a language, else in another that it has."""
    return in_language(version.titles, language)


def sheet_choices(actor: Actor) -> list[tuple[int, str]]:
    """Id and name of every information sheet's newest versions, for the form of a contact: two of each at most.

    The one before the newest is there because it may have lain in the car. One query.
    """
    statement = scoped(_SHEETS, condition(DocumentTemplate, actor), condition(DocumentVersion, actor))
    return _choices(current_session().execute(statement).all(), actor.language)


@dataclass(frozen=True)
class GivenSheet:
    """A sheet that an employer was given."""

    template_id: int
    title: str
    number: int
    newest: int
    on: date
    by: str | None


@dataclass(frozen=True)
class SheetsAt:
    """What an employer was given, the newest day first, and the sheets that can be given now."""

    given: list[GivenSheet]
    choices: list[tuple[int, str]]


def sheets_given_to(actor: Actor, employer_id: int) -> list[GivenSheet]:
    """Which sheets an employer was given, the newest day first. One query."""
    return sheets_at(actor, employer_id).given


def sheets_at(actor: Actor, employer_id: int) -> SheetsAt:
    """Which sheets an employer was given, and which there are, in one query: the page of an employer wants both."""
    rows = read_prepared(actor, "sheets", lambda: _with_given(actor), employer_id=employer_id)
    newest = {row.template_id: row.number for row in rows}
    given = [
        GivenSheet(
            row.template_id, in_language(row.titles, actor.language), row.number, newest[row.template_id],
            row.given_on, row.by,
        )
        for row in sorted(rows, key=lambda row: (row.given_on or date.min, row.given_id or 0), reverse=True)
        if row.given_id is not None
    ]  # fmt: skip
    return SheetsAt(given, _choices(rows, actor.language))


def sheet_of_contact(actor: Actor, contact_id: int) -> tuple[int, str] | None:
    """Id and name of the sheet that was given in a contact that the caller has checked."""
    statement = select(DocumentVersion).join(SheetGiven, SheetGiven.version_id == DocumentVersion.id)
    statement = statement.where(SheetGiven.contact_id == contact_id).order_by(SheetGiven.id.desc()).limit(1)
    found = current_session().scalar(scoped(statement, condition(DocumentVersion, actor), condition(SheetGiven, actor)))
    return (found.id, f"{title_of(found, actor.language)} (v{found.number})") if found else None


# Contacts stand above this feature: what was given in one that was removed was not given.
_CONTACT = table("contact", column("id"), column("archived_at"))
# The texts themselves stay where they are: they are long, and the names are enough.
_SHEETS = (
    select(
        DocumentTemplate.id.label("template_id"), DocumentTemplate.archived_at, DocumentVersion.id.label("version_id"),
        DocumentVersion.number, DocumentVersion.titles,
    )
    .join(DocumentVersion, DocumentVersion.template_id == DocumentTemplate.id)
    .where(DocumentTemplate.kind == DocumentKind.INFORMATION)
    .order_by(DocumentTemplate.shipped.desc(), DocumentTemplate.id, DocumentVersion.number)
)  # fmt: skip


def _with_given(actor: Actor) -> Select[*tuple[Any, ...]]:
    of_employer = and_(
        SheetGiven.version_id == DocumentVersion.id,
        SheetGiven.employer_id == bindparam("employer_id"),
        ~select(_CONTACT.c.id)
        .where(_CONTACT.c.id == SheetGiven.contact_id, _CONTACT.c.archived_at.is_not(None))
        .exists(),
        condition(SheetGiven, actor),
    )
    statement = (
        _SHEETS.outerjoin(SheetGiven, of_employer)
        .outerjoin(Staff, Staff.id == SheetGiven.staff_id)
        .add_columns(SheetGiven.id.label("given_id"), SheetGiven.given_on, Staff.name.label("by"))
    )
    return scoped(statement, condition(DocumentTemplate, actor), condition(DocumentVersion, actor))


def _choices(rows: Sequence[Any], language: str) -> list[tuple[int, str]]:
    by_template: dict[int, dict[int, str]] = {}
    for row in rows:
        if row.archived_at is None:
            name = f"{in_language(row.titles, language)} (v{row.number})"
            by_template.setdefault(row.template_id, {})[row.version_id] = name
    return [each for versions in by_template.values() for each in list(versions.items())[:-3:-1]]


@dataclass(frozen=True)
class Contradiction:
    """Two people gave an employer different versions of the same sheet: the older must be corrected."""

    title: str
    older: GivenSheet
    newer: GivenSheet


def contradictions(sheets: Sequence[GivenSheet]) -> list[Contradiction]:
    """Sheets of which an employer has got different versions from different people.

    Where the same person came back with the newer version, nothing contradicts; nor where whoever gave the older
    version has since given the newest that the employer has.
    """
    found = []
    for template_id in dict.fromkeys(sheet.template_id for sheet in sheets):
        of_template = [sheet for sheet in sheets if sheet.template_id == template_id]
        newer = max(of_template, key=lambda sheet: (sheet.number, sheet.on))
        up_to_date = {sheet.by for sheet in of_template if sheet.number == newer.number}
        for older in of_template:
            if older.number < newer.number and older.by not in up_to_date:
                found.append(Contradiction(newer.title, older, newer))
                break
    return found

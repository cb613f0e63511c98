"""Reading templates, their versions, and who was given which sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import Staff
from crm.accounts.scopes import condition, scoped, visible
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

    The one before the newest is there because it may have lain in the car.
    """
    return [
        (version.id, f"{title_of(version, actor.language)} (v{version.number})")
        for template in templates(actor, DocumentKind.INFORMATION)
        for version in template.versions[:-3:-1]
    ]


@dataclass(frozen=True)
class GivenSheet:
    """A sheet that an employer was given."""

    template_id: int
    title: str
    number: int
    newest: int
    on: date
    by: str | None


def sheets_given_to(actor: Actor, employer_id: int) -> list[GivenSheet]:
    """Which sheets an employer was given, the newest day first. Three queries."""
    statement = (
        select(SheetGiven, Staff.name)
        .outerjoin(Staff, Staff.id == SheetGiven.staff_id)
        .where(SheetGiven.employer_id == employer_id)
        .options(
            joinedload(SheetGiven.version).joinedload(DocumentVersion.template).selectinload(DocumentTemplate.versions)
        )
        .order_by(SheetGiven.given_on.desc(), SheetGiven.id.desc())
    )
    rows = current_session().execute(scoped(statement, condition(SheetGiven, actor)))
    return [_given(row, by, actor.language) for row, by in rows]


def _given(row: SheetGiven, by: str | None, language: str) -> GivenSheet:
    template = row.version.template
    newest = template.newest.number
    return GivenSheet(template.id, title_of(row.version, language), row.version.number, newest, row.given_on, by)


@dataclass(frozen=True)
class Contradiction:
    """Two people gave an employer different versions of the same sheet: the older must be corrected."""

    title: str
    older: GivenSheet
    newer: GivenSheet


def contradictions(sheets: Sequence[GivenSheet]) -> list[Contradiction]:
    """Sheets of which an employer has got different versions from different people (requirement S1-8).

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

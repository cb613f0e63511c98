"""What somebody said that columns mean, remembered for lists with the same headings."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.imports.columns import check_needed, folded_heading, folded_notes
from crm.imports.models import ImportMapping

LONGEST_NAME = 80
_WHY = "what columns mean tells of no person; everybody who reads files in shares it"


def remember_mapping(
    actor: Actor, *, kind: str, name: str, headings: Sequence[str], places: Mapping[str, int]
) -> ImportMapping:
    """Remember what columns mean under a name; one of the same name is replaced. Raises DomainError."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise DomainError(_("Write a name of at most %(count)s characters.", count=LONGEST_NAME), field="save_as")
    check_needed(places, kind)
    session = current_session()
    mapping = session.scalar(_named(kind, name))
    if mapping is None:
        mapping = ImportMapping(kind=kind, name=name, created_at=clock.now(), created_by_id=actor.staff_id)
        session.add(mapping)
    mapping.headings = _signature(headings)
    mapping.fields = {field: folded_heading(headings[place]) for field, place in places.items()}
    mapping.created_by_id, mapping.created_at = actor.staff_id, clock.now()
    record(actor, "file_columns_remembered", subject_type=kind)
    return mapping


def forget_mapping(actor: Actor, *, mapping_id: int) -> None:
    """Forget what columns were said to mean. Raises NotVisible."""
    mapping = locked(ImportMapping, actor, mapping_id)
    record(actor, "file_columns_forgotten", subject_type=mapping.kind)
    current_session().delete(mapping)


def places_remembered(kind: str, headings: Sequence[str]) -> dict[str, int] | None:
    """The places of the fields in a list with these headings, by the newest mapping that was made for them."""
    of_kind = select(ImportMapping).where(ImportMapping.kind == kind).order_by(ImportMapping.created_at.desc())
    signature = _signature(headings)
    for mapping in current_session().scalars(trusted(of_kind, because=_WHY)):
        if mapping.headings == signature:
            return places_of(mapping, headings)
    return None


def places_named(kind: str, name: str, headings: Sequence[str]) -> dict[str, int]:
    """The places of the fields by the mapping of this name. Raises DomainError when there is none, or when the list
    lacks one of its headings."""
    mapping = current_session().scalar(_named(kind, name))
    if mapping is None:
        raise DomainError(_("No columns are remembered as “%(name)s”.", name=name), field="mapping")
    places = places_of(mapping, headings)
    missing = sorted(set(mapping.fields.values()) - {folded_heading(heading) for heading in headings})
    if missing:
        raise DomainError(_("The file has no column %(names)s.", names=", ".join(missing)), field="mapping")
    return places


def places_of(mapping: ImportMapping, headings: Sequence[str]) -> dict[str, int]:
    """Where the fields of a mapping stand in a list with these headings; those that it lacks are left out."""
    at: dict[str, int] = {}
    for place, heading in enumerate(headings):
        at.setdefault(folded_heading(heading), place)
    return {field: at[heading] for field, heading in mapping.fields.items() if heading in at}


def _named(kind: str, name: str) -> Select[ImportMapping]:
    statement = select(ImportMapping).where(ImportMapping.kind == kind, ImportMapping.name == name.strip())
    return trusted(statement, because=_WHY)


def _signature(headings: Sequence[str]) -> list[str]:
    return sorted({folded_heading(heading) for heading in headings if heading} - folded_notes())

"""The employers that some rows may be about, as they are in the database now: read with a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, Table, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position, Workplace
from crm.employers.rules import sort_name
from crm.employers.text_index import text_index
from crm.errors import DomainError
from crm.folding import fold
from crm.imports.employer_rows import Said
from crm.many_rows import among

EMPLOYER_FIELDS = (
    "name", "country", "org_number", "kind", "industry_scheme", "industry_code", "industry_text", "municipality",
    "municipality_code", "address", "postcode", "city", "phone", "email", "website", "employee_count", "source",
)  # fmt: skip
_WHY = "employers are organisation-wide; a row of a list is matched with all of them, and none is shown"

Values = dict[str, Any]


@dataclass(eq=False)
class Record:
    """A row of a table that is there, or that will be: ``values`` as they are to be, ``before`` what they were."""

    values: Values
    id: int | None = None
    version: int = 1
    before: Values = field(default_factory=dict)

    def set(self, name: str, value: Any) -> None:
        """Change a value, remembering the first one."""
        if self.id is not None:
            self.before.setdefault(name, self.values.get(name))
        self.values[name] = value

    @property
    def changed(self) -> Values:
        """What is different from what is in the database."""
        return {name: self.values[name] for name, old in self.before.items() if self.values[name] != old}


@dataclass(eq=False)
class EmployerRecord(Record):
    """An employer with what hangs on it: contact persons and workplaces by folded name, relationships by unit."""

    persons: dict[str, "PersonRecord"] = field(default_factory=dict)
    workplaces: dict[str, Record] = field(default_factory=dict)
    relations: dict[int, Record] = field(default_factory=dict)
    archived: bool = False

    @property
    def places(self) -> frozenset[str]:
        """Where it is, folded."""
        found = (self.values.get("city"), self.values.get("municipality"))
        return frozenset(fold(each) for each in found if each)


@dataclass(eq=False)
class PersonRecord(Record):
    """A contact person and the position at this employer."""

    position: Record = field(default_factory=lambda: Record({}))


class Book:
    """Employers by number and by folded name. What rows add is entered at once, so that later rows find it."""

    def __init__(self, said: Sequence[Said]) -> None:
        self._by_number: dict[tuple[str, str], EmployerRecord] = {}
        self._by_name: dict[tuple[str, str], list[EmployerRecord]] = {}
        self.records: list[EmployerRecord] = []
        for record in _read_employers(said):
            self.enter(record)
        known = {record.id: record for record in self.records if record.id is not None}
        if known:
            _read_persons(known)
            _read_workplaces(known)
            _read_relations(known, {each.relation.unit_id for each in said if each.relation})

    def enter(self, record: EmployerRecord) -> None:
        """Let rows find this employer."""
        self.records.append(record)
        values = record.values
        self._by_name.setdefault((values["country"], fold(values["name"])), []).append(record)
        self.know_number(record)

    def know_number(self, record: EmployerRecord) -> None:
        """Let rows find this employer by its number, which it may have got just now."""
        if record.values.get("org_number"):
            self._by_number[record.values["country"], record.values["org_number"]] = record

    def find(self, said: Said) -> EmployerRecord | None:
        """The employer of a row: by country and number; else by name and place, where the number does not object.

        Raises DomainError when several have the name and the row does not tell them apart.
        """
        country, number = said.employer["country"], said.employer.get("org_number")
        if number is not None and (country, number) in self._by_number:
            return self._by_number[country, number]
        alike = self._by_name.get((country, fold(said.employer["name"])), ())
        fit = [each for each in alike if _may_be(each, number, said.places)]
        exact = [each for each in fit if each.places & said.places] or fit
        best = [each for each in exact if not each.archived] or exact
        if len(best) > 1:
            message = _("Several employers have this name. Write the organisation number or the place.")
            raise DomainError(message, field="name")
        return best[0] if best else None


def _may_be(record: EmployerRecord, number: str | None, places: frozenset[str]) -> bool:
    if number is not None and record.values.get("org_number"):
        return False
    return not places or not record.places or bool(places & record.places)


def _read_employers(said: Sequence[Said]) -> Iterable[EmployerRecord]:
    columns = [getattr(Employer, name) for name in EMPLOYER_FIELDS]
    wanted = _wanted(said)
    if not wanted:
        return
    statement = select(Employer.id, Employer.version_id, Employer.archived_at, *columns)
    statement = statement.where(_among(Employer.id, wanted))
    # In the order of their keys, so that two imports at once never wait for each other in a ring.
    statement = statement.where(Employer.merged_into_id.is_(None)).order_by(Employer.id).with_for_update()
    for row in _rows(statement):
        values = {name: row[name] for name in EMPLOYER_FIELDS}
        archived = row["archived_at"] is not None
        yield EmployerRecord(values, id=row["id"], version=row["version_id"], archived=archived)


def _wanted(said: Sequence[Said]) -> Sequence[int]:
    """The keys of those that have a name or a number of these rows.

    One question for each index: for an OR of them all employers might be read.
    """
    names = {each.employer["name"] for each in said}
    numbers: dict[str, list[str]] = {}
    for each in said:
        if each.employer.get("org_number"):
            numbers.setdefault(each.employer["country"], []).append(each.employer["org_number"])
    index = text_index().named(sorted({fold(name) for name in names}))
    asked = [select(Employer.id).where(_among(Employer.sort_name, sorted({sort_name(name) for name in names})))]
    for country, some in numbers.items():
        asked.append(select(Employer.id).where(Employer.country == country, _among(Employer.org_number, some)))
    found = {key for each in asked for key in current_session().scalars(trusted(each, because=_WHY))}
    return sorted(found | set(index))


def _read_persons(known: Mapping[int, EmployerRecord]) -> None:
    statement = (
        select(
            Position.id.label("position_id"), Position.employer_id, Position.title, Position.workplace_id,
            ContactPerson.id, ContactPerson.version_id, ContactPerson.name, ContactPerson.phone, ContactPerson.email,
        )
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(_among(Position.employer_id, known))
        .order_by(Position.id)
    )  # fmt: skip
    for row in _rows(statement):
        position = Record({"title": row["title"], "workplace_id": row["workplace_id"]}, id=row["position_id"])
        values = {name: row[name] for name in ("name", "phone", "email")}
        person = PersonRecord(values, id=row["id"], version=row["version_id"], position=position)
        known[row["employer_id"]].persons.setdefault(fold(row["name"]), person)


def _read_workplaces(known: Mapping[int, EmployerRecord]) -> None:
    statement = select(Workplace.id, Workplace.employer_id, Workplace.name, Workplace.unit_number)
    for row in _rows(statement.where(_among(Workplace.employer_id, known)).order_by(Workplace.id)):
        record = Record({"name": row["name"], "unit_number": row["unit_number"]}, id=row["id"])
        known[row["employer_id"]].workplaces.setdefault(fold(row["name"]), record)


def _read_relations(known: Mapping[int, EmployerRecord], unit_ids: set[int]) -> None:
    own = EmployerRelationship
    statement = select(own.id, own.version_id, own.employer_id, own.unit_id, own.owner_id, own.deputy_id,
                       own.stage, own.note, own.stage_since)  # fmt: skip
    some = statement.where(_among(own.employer_id, known), own.unit_id.in_(unit_ids)).order_by(own.id)
    for row in _rows(some.with_for_update()):
        values = {name: row[name] for name in ("unit_id", "owner_id", "deputy_id", "stage", "note", "stage_since")}
        record = Record(values, id=row["id"], version=row["version_id"])
        known[row["employer_id"]].relations[row["unit_id"]] = record


def _among(key: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    return among(current_session().connection(), key, values)


def _rows(statement: Select[*tuple[Any, ...]]) -> Iterable[Mapping[str, Any]]:
    return cast(Iterable[Mapping[str, Any]], current_session().execute(trusted(statement, because=_WHY)).mappings())


def table_of(model: type[Any]) -> Table:
    """The table of a model."""
    return cast(Table, model.__table__)

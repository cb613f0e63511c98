"""What a row changes: decided on records in memory, so that a check and the real thing decide alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm import clock
from crm.employers.models import Stage
from crm.employers.stages import meaning_of
from crm.errors import DomainError
from crm.folding import fold
from crm.imports.employer_book import Book, EmployerRecord, PersonRecord, Record
from crm.imports.employer_rows import PersonSaid, RelationSaid, Said
from crm.imports.lookups import Lookups
from crm.imports.report import Outcome


@dataclass(frozen=True)
class Decision:
    """What becomes of a row, the fields that change, and in words what its stage asks for and is not there.

    ``begun``: the relationship that a unit begins with an employer that was known without it. ``is_left``: it would
    have begun one, had somebody chosen the unit.
    """

    outcome: Outcome
    fields: list[str]
    missing: list[str]
    begun: RelationSaid | None = None
    is_left: bool = False


def decide(book: Book, said: Said, lookups: Lookups, *, overwrite: bool) -> Decision:
    """Enter a row into the book. What is filled in already stays, unless ``overwrite``.

    Raises DomainError, also when the stage cannot be entered without something that is not there.
    """
    record = book.find(said)
    missing = _missing_for_stage(record, said.relation, lookups, overwrite=overwrite)
    is_new = record is None
    if record is None:
        record = EmployerRecord({"source": "import", **said.employer})
        book.enter(record)
        fields = sorted(said.employer)
    else:
        fields = _merge(record, _told_apart(record, said), overwrite=overwrite)
        book.know_number(record)
    fields += _keep_workplace(record, said, overwrite=overwrite)
    if said.person is not None:
        fields += _keep_person(record, said.person, said.workplace, overwrite=overwrite)
    begins = said.relation is not None and said.relation.unit_id not in record.relations
    is_left = begins and not is_new and said.relation is not None and not said.relation.is_meant
    if said.relation is not None and not is_left:
        fields += _keep_relation(record, said.relation, overwrite=overwrite)
    if is_new:
        return Decision(Outcome.CREATED, fields, missing)
    outcome = Outcome.UPDATED if fields else Outcome.UNCHANGED
    return Decision(outcome, fields, missing, said.relation if begins and not is_left else None, is_left)


def _merge(record: Record, said: Mapping[str, Any], *, overwrite: bool) -> list[str]:
    """Take over what is new; returns the fields. A name that differs in capitals alone is no correction."""
    changed = []
    for name, value in said.items():
        old = record.values.get(name)
        if value is None or value == old or name == "country" or (old is not None and not overwrite):
            continue
        if name == "industry_scheme" and said.get("industry_code") == record.values.get("industry_code"):
            continue
        if name in ("name", "source") and old is not None and (name == "source" or fold(value) == fold(old)):
            continue
        record.set(name, value)
        changed.append(name)
    return changed


def _told_apart(record: EmployerRecord, said: Said) -> Mapping[str, Any]:
    """What the row says of the employer, without a place that is its municipality: that is no town."""
    employer, municipality = said.employer, record.values.get("municipality")
    if said.city_is_place and municipality and fold(employer.get("city", "")) == fold(municipality):
        return {field: value for field, value in employer.items() if field != "city"}
    return employer


def _keep_workplace(record: EmployerRecord, said: Said, *, overwrite: bool) -> list[str]:
    if said.workplace is None:
        return []
    known = record.workplaces.get(fold(said.workplace))
    if known is None:
        values = {"name": said.workplace, "unit_number": said.workplace_number}
        record.workplaces[fold(said.workplace)] = Record(values)
        return ["workplace"]
    changed = _merge(known, {"unit_number": said.workplace_number}, overwrite=overwrite)
    return ["workplace_number"] if changed else []


def _keep_person(record: EmployerRecord, said: PersonSaid, workplace: str | None, *, overwrite: bool) -> list[str]:
    known = record.persons.get(fold(said.name))
    at = record.workplaces.get(fold(workplace)) if workplace else None
    if known is None:
        values = {"name": said.name, "phone": said.phone, "email": said.email}
        # The workplace may have no key yet: the record itself stands in its place until it has.
        position = Record({"title": said.title, "workplace_id": at})
        record.persons[fold(said.name)] = PersonRecord(values, position=position)
        return ["contact_name"]
    changed = _merge(known, {"phone": said.phone, "email": said.email}, overwrite=overwrite)
    changed += _merge(known.position, {"title": said.title}, overwrite=overwrite)
    stands = known.position.values.get("workplace_id")
    if at is not None and stands not in (at, at.id) and (stands is None or overwrite):
        known.position.set("workplace_id", at)
        changed.append("workplace")
    return [name if name == "workplace" else f"contact_{name}" for name in changed]


def _keep_relation(record: EmployerRecord, said: RelationSaid, *, overwrite: bool) -> list[str]:
    known = record.relations.get(said.unit_id)
    if known is None:
        now = clock.now()
        values = {"unit_id": said.unit_id, "owner_id": said.owner_id, "stage": said.stage or said.first,
                  "note": said.note, "stage_since": now, "created_at": now}  # fmt: skip
        record.relations[said.unit_id] = Record(values)
        return ["unit"]
    changed = _merge(known, {"owner_id": said.owner_id, "note": said.note}, overwrite=overwrite)
    if "owner_id" in changed and known.values.get("deputy_id") == said.owner_id:
        known.set("deputy_id", None)
    if _is_entered(known, said, overwrite=overwrite):
        known.set("stage", said.stage)
        known.set("stage_since", clock.now())
        changed.append("stage")
    return changed


def _is_entered(known: Record | None, said: RelationSaid, *, overwrite: bool) -> bool:
    """Whether a row moves a relationship. One that still stands where all begin has nothing to lose."""
    if said.stage is None:
        return False
    if known is None:
        return said.stage != said.first
    stands = known.values["stage"]
    return said.stage != stands and (overwrite or meaning_of(stands) is Stage.NEW)


def _missing_for_stage(
    record: EmployerRecord | None, said: RelationSaid | None, lookups: Lookups, *, overwrite: bool
) -> list[str]:
    """What the stage of a row asks for, in words. Raises DomainError when the stage cannot be entered without it."""
    if said is None or said.stage is None:
        return []
    known = record.relations.get(said.unit_id) if record is not None else None
    if not _is_entered(known, said, overwrite=overwrite):
        return []
    missing = lookups.missing(known.id if known is not None else None, said.stage)
    blocking = [str(each.text) for each in missing if each.blocks]
    if blocking:
        raise DomainError(" ".join(blocking), field="stage")
    return [str(each.text) for each in missing]

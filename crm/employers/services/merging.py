"""Two entries that are one: employers and contact persons. Both histories are kept, and it can be undone."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Table, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, Role
from crm.db import Base, current_session
from crm.employers.merge_models import EmployerMerge, PersonMerge
from crm.employers.merge_queries import differ_in_law
from crm.employers.models import ContactPerson, Employer, EmployerRelationship
from crm.employers.moving import move_back, move_rows
from crm.employers.registers.merging import swap_records
from crm.employers.rules import sort_name
from crm.employers.services.lines import write_employer_line
from crm.employers.services.responsible import is_told, tell_manager
from crm.errors import DomainError, NotAllowed
from crm.events import ContactPersonChanged, EmployerChanged, emit
from crm.registry import current_registry

EMPLOYER_FIELDS = (
    "name", "org_number", "org_number_unchecked", "legal_form", "register_status", "register_status_since",
    "former_names", "parent_id", "kind", "industry_scheme", "industry_code", "industry_text", "industry_retrieved_on",
    "municipality_code", "municipality", "address", "postcode", "city", "phone", "email", "website", "employee_count",
    "source", "advertising_block", "do_not_contact", "do_not_contact_reason", "warning", "warning_by_id",
    "warning_until",
)  # fmt: skip
PERSON_FIELDS = ("name", "phone", "email", "do_not_call", "do_not_mail", "preferred_way", "told_on")
TOGETHER = {
    "org_number": ("org_number_unchecked", "legal_form", "register_status", "register_status_since"),
    "industry_text": ("industry_scheme", "industry_code", "industry_retrieved_on"),
    "municipality": ("municipality_code",),
    "do_not_contact": ("do_not_contact_reason",),
    "warning": ("warning_by_id", "warning_until"),
}
"""Fields that go with the one that is chosen."""
_OWN = frozenset({"employer_merge", "contact_person_merge", "register_record"})
"""What a register said follows the number: crm.employers.registers.merging."""
_DAYS = frozenset({"warning_until", "told_on", "industry_retrieved_on", "register_status_since"})


class DifferentNumbers(DomainError):
    """Both have an organisation number, and not the same one: they are different in law until somebody says more."""


def merge_employers(
    actor: Actor, *, kept_id: int, gone_id: int, from_gone: Collection[str] = (), numbers_seen: bool = False
) -> EmployerMerge:
    """Make one employer of two: everything that names the second names the first from now on.

    ``from_gone``: the fields whose value is taken from the second. What both have (the same unit's relationship, the
    same workplace) stays with the second, which is archived and leads to the first. Managers and administrators may.
    ``numbers_seen``: who asks knows that the two have different organisation numbers, and wants it all the same.
    Raises NotAllowed, NotVisible, DifferentNumbers, and DomainError for the same one twice or one that has been merged
    already.
    """
    _check_may(actor)
    if kept_id == gone_id:
        raise DomainError(_("These are the same."), field="other")
    kept, gone = locked(Employer, actor, kept_id), locked(Employer, actor, gone_id)
    if kept.country != gone.country and "org_number" in from_gone:
        raise DomainError(_("The number belongs to another country."), field="other")
    _check_not_merged(kept.merged_into_id, gone.merged_into_id)
    if differ_in_law(kept, gone) and not numbers_seen:
        raise DifferentNumbers(_("Tick that they are one all the same, or leave them two."), field="numbers_seen")
    names = (kept.name, gone.name)
    memory = _take_employer(kept, gone, from_gone)
    if "org_number" in from_gone:
        swap_records(kept_id, gone_id)
    memory["steps"] = _step_by_step(actor, "employer", kept_id, gone_id)
    memory["parts"] = _move_parts(from_id=gone_id, to_id=kept_id)
    memory["relationships"] = _join_relationships(kept_id, gone_id)
    memory["moved"] = move_rows(_table("employer"), from_id=gone_id, to_id=kept_id, but=_OWN)
    merge = EmployerMerge(kept_id=kept_id, gone_id=gone_id, by_id=actor.staff_id, memory=memory, created_at=clock.now())
    current_session().add(merge)
    _line(actor, kept_id, _merged_line(names[1]))
    return _done(actor, merge, "employer.merged")


def undo_employer_merge(actor: Actor, *, merge_id: int) -> EmployerMerge:
    """Make two of one again: what was moved and nobody has moved on goes back. May be repeated.

    What was written since the merge stays with the first. Raises NotAllowed, NotVisible, and DomainError when the
    first has been merged further: that comes first.
    """
    _check_may(actor)
    merge = locked(EmployerMerge, actor, merge_id)
    if merge.undone_at is not None:
        return merge
    kept_id, gone_id, memory = merge.kept_id, merge.gone_id, merge.memory
    if locked(Employer, actor, kept_id).merged_into_id is not None:
        raise DomainError(_("It has been merged into a third one since. Undo that first."))
    move_back(_table("employer"), memory["moved"], from_id=kept_id, to_id=gone_id)
    _move_parts(from_id=kept_id, to_id=gone_id, only=memory["parts"])
    _part_relationships(memory["relationships"])
    _step_back(actor, memory["steps"], kept_id, gone_id)
    if "org_number" in memory["taken"]:
        swap_records(kept_id, gone_id)
    kept, gone = locked(Employer, actor, kept_id), locked(Employer, actor, gone_id)
    _give_back(kept, gone, memory, EMPLOYER_FIELDS)
    _tell_of_nobody(actor, gone_id)
    merge.undone_at = clock.now()
    _line(actor, kept_id, _parted_line(gone.name))
    return _done(actor, merge, "employer.merge_undone")


def merge_persons(actor: Actor, *, kept_id: int, gone_id: int, from_gone: Collection[str] = ()) -> PersonMerge:
    """Make one contact person of two. Who does not want to be called or mailed under either does not. See employers.

    Raises NotVisible, and DomainError for the same one twice or one that has been merged already.
    """
    if kept_id == gone_id:
        raise DomainError(_("These are the same."), field="other")
    kept, gone = locked(ContactPerson, actor, kept_id), locked(ContactPerson, actor, gone_id)
    _check_not_merged(kept.merged_into_id, gone.merged_into_id)
    memory = _take(kept, gone, PERSON_FIELDS, from_gone)
    kept.do_not_call, kept.do_not_mail = kept.do_not_call or gone.do_not_call, kept.do_not_mail or gone.do_not_mail
    kept.sort_name = sort_name(kept.name)[:160]
    memory["taken"] |= _values(kept, ("do_not_call", "do_not_mail"))
    current_session().flush()
    memory["steps"] = _step_by_step(actor, "contact_person", kept_id, gone_id)
    memory["moved"] = move_rows(_table("contact_person"), from_id=gone_id, to_id=kept_id, but=_OWN)
    merge = PersonMerge(kept_id=kept_id, gone_id=gone_id, by_id=actor.staff_id, memory=memory, created_at=clock.now())
    current_session().add(merge)
    record(actor, "contact_person.merged", subject_type="contact_person", subject_id=kept_id)
    _tell_persons(kept_id, gone_id)
    return merge


def undo_person_merge(actor: Actor, *, merge_id: int) -> PersonMerge:
    """Make two persons of one again. May be repeated. Raises NotVisible."""
    merge = locked(PersonMerge, actor, merge_id)
    if merge.undone_at is None:
        kept_id, gone_id, memory = merge.kept_id, merge.gone_id, merge.memory
        move_back(_table("contact_person"), memory["moved"], from_id=kept_id, to_id=gone_id)
        _step_back(actor, memory.get("steps", {}), kept_id, gone_id)
        kept, gone = locked(ContactPerson, actor, kept_id), locked(ContactPerson, actor, gone_id)
        _give_back(kept, gone, memory, PERSON_FIELDS)
        merge.undone_at = clock.now()
        record(actor, "contact_person.merge_undone", subject_type="contact_person", subject_id=kept_id)
        _tell_persons(kept_id, gone_id)
    return merge


def _check_may(actor: Actor) -> None:
    if not actor.has_role(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed(_("Employers are everybody's: a manager or an administrator merges them."))


def _check_not_merged(*merged_into: int | None) -> None:
    if any(each is not None for each in merged_into):
        raise DomainError(_("One of them has been merged already."), field="other")


def _step_by_step(actor: Actor, of: str, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Ask each feature to move its rows that the foreign keys alone do not move. What undoing needs, by its key."""
    steps = [each for each in current_registry().merge_steps.values() if each.of == of]
    return {step.key: step.merge(actor, kept_id, gone_id) for step in steps}


def _step_back(actor: Actor, memory: dict[str, Any], kept_id: int, gone_id: int) -> None:
    """The same taken back, the last first. A plugin that is not there any more leaves its rows where they are."""
    steps = current_registry().merge_steps
    for key in reversed(memory):
        if key in steps:
            steps[key].undo(actor, kept_id, gone_id, memory[key])


def _take_employer(kept: Employer, gone: Employer, from_gone: Collection[str]) -> dict[str, Any]:
    together = [more for each in from_gone for more in TOGETHER.get(each, ())]
    memory = _take(kept, gone, EMPLOYER_FIELDS, [*from_gone, *together])
    if gone.do_not_contact and not kept.do_not_contact:
        # A no to one of the two is a no.
        kept.do_not_contact, kept.do_not_contact_reason = True, gone.do_not_contact_reason
    kept.advertising_block = kept.advertising_block or gone.advertising_block
    kept.parent_id = _parent(kept, gone)
    # Whoever looks for the second by its name finds the first.
    names = [memory["before"]["name"], gone.name, *(kept.former_names or []), *(gone.former_names or [])]
    kept.former_names = [each for each in dict.fromkeys(names) if each != kept.name]
    kept.sort_name = sort_name(kept.name)
    decided = ("do_not_contact", "do_not_contact_reason", "advertising_block", "parent_id", "former_names")
    memory["taken"] |= _values(kept, decided)
    current_session().flush()
    return memory


def _take(kept: Any, gone: Any, fields: Collection[str], from_gone: Collection[str]) -> dict[str, Any]:
    """Fill the first from the second; what stood there and what stands there now is what undoing needs."""
    chosen = [name for name in fields if name in from_gone]
    memory: dict[str, Any] = {"before": _values(kept, fields), "gone": _values(gone, fields)}
    memory["gone_archived_at"] = _plain(gone.archived_at)
    new = {name: getattr(gone, name) for name in chosen}
    if "org_number" in chosen:
        # Two rows cannot have one number, not even for a moment.
        gone.org_number = None
        current_session().flush()
    for name, value in new.items():
        setattr(kept, name, value)
    if "org_number" in chosen and kept.country == gone.country:
        # Whoever looks for the number that was not chosen comes here all the same.
        current_session().flush()
        gone.org_number = memory["before"]["org_number"]
    gone.archived_at, gone.merged_into_id = gone.archived_at or clock.now(), kept.id
    kept.version_id += 1
    gone.version_id += 1
    memory["taken"] = _values(kept, chosen)
    current_session().flush()
    return memory


def _give_back(kept: Any, gone: Any, memory: dict[str, Any], fields: Collection[str]) -> None:
    """Put back what stood there, but for what somebody has changed since."""
    if "org_number" in memory["taken"]:
        gone.org_number = None
        current_session().flush()
    for name, taken in memory["taken"].items():
        if _plain(getattr(kept, name)) == taken:
            setattr(kept, name, _back(name, memory["before"][name]))
    current_session().flush()
    if "org_number" in fields and gone.org_number is None and kept.org_number != memory["gone"]["org_number"]:
        gone.org_number = memory["gone"]["org_number"]
    archived = memory["gone_archived_at"]
    gone.archived_at = datetime.fromisoformat(archived) if archived else None
    gone.merged_into_id = None
    kept.sort_name = sort_name(kept.name)[:160]
    kept.version_id += 1
    gone.version_id += 1
    current_session().flush()


def _parent(kept: Employer, gone: Employer) -> int | None:
    """The organisation above: the first one's, else the second's; never one of the two."""
    above = [each for each in (kept.parent_id, gone.parent_id) if each not in (None, kept.id, gone.id)]
    return above[0] if above else None


def _move_parts(*, from_id: int, to_id: int, only: Collection[int] | None = None) -> list[int]:
    """Let the parts of one employer be parts of another (of undoing, ``only`` those that were moved). Returns which."""
    statement = select(Employer).where(Employer.parent_id == from_id, Employer.id != to_id)
    because = "parts of an employer that the caller has locked; nothing of them is shown"
    rows = current_session().scalars(trusted(statement, because=because).with_for_update()).all()
    parts = [row for row in rows if only is None or row.id in only]
    for part in parts:
        part.parent_id = to_id
    current_session().flush()
    return [part.id for part in parts]


def _join_relationships(kept_id: int, gone_id: int) -> list[list[Any]]:
    """Where a unit knew both: the first one's owner, or else the second's; the later contact of both."""
    rows = {(row.employer_id, row.unit_id): row for row in _relationships(kept_id, gone_id)}
    memory = []
    for (employer_id, unit_id), other in rows.items():
        row = rows.get((kept_id, unit_id))
        if employer_id == kept_id or row is None:
            continue
        memory.append([row.id, row.owner_id, row.deputy_id, _plain(row.last_contact_at)])
        if row.owner_id is None:
            row.owner_id, row.deputy_id = other.owner_id, other.deputy_id
        row.last_contact_at = max(filter(None, (row.last_contact_at, other.last_contact_at)), default=None)
        row.version_id += 1
    current_session().flush()
    return memory


def _part_relationships(memory: list[list[Any]]) -> None:
    """Who is responsible stays: somebody may have been named since, or whoever was before may have left."""
    because = "relationships of a merge that the caller has locked"
    for row_id, _owner_before, _deputy_before, last in memory:
        row = current_session().scalar(
            trusted(select(EmployerRelationship).where(EmployerRelationship.id == row_id), because=because)
        )
        if row is not None:
            row.last_contact_at = datetime.fromisoformat(last) if last else None
            row.version_id += 1
    current_session().flush()


def _tell_of_nobody(actor: Actor, employer_id: int) -> None:
    """Who leads is told again of units that have nobody: while the two were one, the task may have been done."""
    for row in _relationships(employer_id):
        if row.owner_id is None and not is_told(row):
            row.version_id += 1
            tell_manager(actor, row)


def _relationships(*employer_ids: int) -> list[EmployerRelationship]:
    statement = select(EmployerRelationship).where(EmployerRelationship.employer_id.in_(employer_ids))
    because = "every unit's relationship follows its employer; nothing of it is shown"
    return list(current_session().scalars(trusted(statement, because=because).with_for_update()))


def _done(actor: Actor, merge: EmployerMerge, action: str) -> EmployerMerge:
    current_session().flush()
    details = {"other": merge.gone_id}
    record(actor, action, subject_type="employer", subject_id=merge.kept_id, details=details)
    for employer_id in (merge.kept_id, merge.gone_id):
        emit(EmployerChanged(employer_id=employer_id))
    return merge


def _tell_persons(*person_ids: int) -> None:
    current_session().flush()
    for person_id in person_ids:
        emit(ContactPersonChanged(person_id=person_id))


def _line(actor: Actor, employer_id: int, summary: Any) -> None:
    write_employer_line(actor, kind="merge", employer_id=employer_id, summary=summary)


def _merged_line(name: str) -> Any:
    return lambda: _("%(name)s was found to be the same and merged into this one", name=name)


def _parted_line(name: str) -> Any:
    return lambda: _("%(name)s is an employer of its own again", name=name)


def _values(row: Any, names: Collection[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def _back(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in _DAYS and value else value


def _table(name: str) -> Table:
    return Base.metadata.tables[name]

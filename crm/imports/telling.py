"""Lists may name nobody who is responsible: then the unit is, and its manager is told once for the whole list."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import EmployerRelationship
from crm.employers.services.responsible import WITHOUT_OWNER, tell_manager_of_many
from crm.imports.models import ImportRun
from crm.imports.undoing import whole_journal
from crm.tasks.models import Task
from crm.tasks.services import cancel_tasks

_AT_ONCE = 500
_RELATIONS = EmployerRelationship.__tablename__
_WHY = "relationships that the list itself has written; they are counted alone"


def tell_managers(actor: Actor, run: ImportRun) -> None:
    """One task for each manager of a unit that a list has made responsible for employers. May be repeated."""
    # The last batch stands in the session alone.
    current_session().flush()
    for unit_id, count in _without_owner(whole_journal(run.id).created.get(_RELATIONS, ())).items():
        tell_manager_of_many(actor, unit_id=unit_id, count=count, source_ref=_ref(run, unit_id))


def tell_managers_of_undoing(actor: Actor, run: ImportRun) -> None:
    """A list was taken back: its task goes, unless employers that it brought were kept and still have nobody.

    Where taking back gave employers to the unit again, its manager is told of those. May be repeated.
    """
    journal = whole_journal(run.id)
    kept = _without_owner(journal.created.get(_RELATIONS, ()))
    for unit_id in _told_units(run):
        if unit_id not in kept:
            cancel_tasks(actor, kind=WITHOUT_OWNER, source_ref=_ref(run, unit_id))
    changed = journal.changed.get(_RELATIONS, {})
    given_back = [key for key, change in changed.items() if change.before.get("owner_id", 0) is None]
    for unit_id, count in _without_owner(given_back).items():
        tell_manager_of_many(actor, unit_id=unit_id, count=count, source_ref=f"{_ref(run, unit_id)}:undone")


def _ref(run: ImportRun, unit_id: int) -> str:
    return f"{run.public_id}:{unit_id}"


def _told_units(run: ImportRun) -> Sequence[int]:
    of_run = Task.source_ref.startswith(f"{run.public_id}:", autoescape=True)
    statement = select(Task.unit_id).where(Task.kind == WITHOUT_OWNER, of_run)
    return current_session().scalars(trusted(statement, because="tasks of a list that is just taken back")).all()


def _without_owner(ids: Sequence[int]) -> Counter[int]:
    """How many of these relationships have nobody, by unit."""
    found: Counter[int] = Counter()
    for some in _some(ids):
        statement = select(EmployerRelationship.unit_id, func.count()).where(
            EmployerRelationship.id.in_(some), EmployerRelationship.owner_id.is_(None)
        )
        rows = current_session().execute(trusted(statement.group_by(EmployerRelationship.unit_id), because=_WHY))
        for unit_id, count in rows:
            found[unit_id] += count
    return found


def _some(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]

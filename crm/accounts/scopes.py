"""Visibility: which rows an actor sees. Guarded models cannot be read in a staff request without a scope.

Each feature registers a ``Scope`` for its models (crm.extension_points). Reads go through ``visible`` or one
of its relatives; ``install_guard`` makes the session refuse every other ORM query for a guarded model while a
request of staff or respondents runs. Jobs act as the system and see everything.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, TypeVarTuple, cast

from flask import current_app
from sqlalchemy import BindParameter, ColumnElement, Row, Select, event, select, true
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.expression import ClauseList
from sqlalchemy.sql.operators import in_op
from sqlalchemy.sql.visitors import replacement_traverse

from crm.actors import Actor
from crm.db import Base, current_session, reading_connection
from crm.errors import NotVisible, UnscopedQuery
from crm.registry import Registry, current_registry

Model = TypeVar("Model", bound=Base)
Columns = TypeVarTuple("Columns")
_SCOPED = "brobygg_scoped"
_GUARD = "brobygg_guard"
_STATEMENTS = "brobygg.statements"
_MOST_STATEMENTS = 200


def condition(model: type[Any], actor: Actor) -> ColumnElement[bool]:
    """The condition under which ``actor`` sees a row of ``model``.

    Raises UnscopedQuery for a model without scope.
    """
    if actor.is_system:
        return true()
    scope = current_registry().scopes.get(model)
    if scope is None:
        raise UnscopedQuery(f"{model.__name__} has no visibility scope")
    return scope.condition(actor)


def visible(model: type[Model], actor: Actor) -> Select[Model]:
    """A select of the rows of ``model`` that ``actor`` sees; add filters, order and joins to it."""
    return select(model).where(condition(model, actor)).execution_options(**{_SCOPED: True})


def scoped(statement: Select[*Columns], *conditions: ColumnElement[bool]) -> Select[*Columns]:
    """Mark a hand-made statement (joins, counts) as scoped by ``conditions``.

    They are made with ``condition(model, actor)``.
    Raises UnscopedQuery when no condition is given.
    """
    if not conditions:
        raise UnscopedQuery("scoped() needs at least one condition")
    return statement.where(*conditions).execution_options(**{_SCOPED: True})


def trusted(statement: Select[*Columns], *, because: str) -> Select[*Columns]:
    """Mark a statement as safe without a scope, with the reason.

    A foreign key of a row already checked, a count without persons, a row named by a valid token. Reviewers
    read every use.
    """
    if not because:
        raise UnscopedQuery("trusted() needs a reason")
    return statement.execution_options(**{_SCOPED: True})


def prepared(actor: Actor, name: Hashable, make: Callable[[], Select[*Columns]]) -> Select[*Columns]:
    """The statement ``name`` for ``actor``, put together once for a process and not anew for each page.

    ``make`` and the scopes in it depend on nothing but the actor; whatever else changes is a ``bindparam`` and given
    when the statement is executed. Somebody whose role or unit has changed is another actor.
    """
    kept: dict[Hashable, Any] = current_app.extensions.setdefault(_STATEMENTS, {})
    found: Select[*Columns] | None = kept.get((name, actor))
    if found is None:
        if len(kept) >= _MOST_STATEMENTS:
            kept.clear()
        found = kept[name, actor] = cast(Any, replacement_traverse(make(), {}, _written_out))
    return found


def _written_out(element: Any, **_unused: Any) -> Any:
    """A list that an IN compares with, as the values it has: else each execution would write them out anew."""
    if isinstance(element, BindParameter) and element.expanding and not element.required and element.value:
        values = [BindParameter(None, value, type_=element.type, unique=True) for value in element.value]
        return ClauseList(*values).self_group(against=in_op)
    return None


def read_prepared(
    actor: Actor, name: Hashable, make: Callable[[], Select[*Columns]], **values: object
) -> Sequence[Row[*Columns]]:
    """The rows of a prepared statement of columns, at a third of what it costs to ask for objects.

    Raises UnscopedQuery, with guard or without, for a statement that nobody has scoped, and for one of whole objects:
    of those the database's columns would come.
    """
    statement = prepared(actor, name, lambda: _of_columns(name, make()))
    return reading_connection().execute(statement, values).all()


def _of_columns(name: Hashable, statement: Select[*Columns]) -> Select[*Columns]:
    if not statement.get_execution_options().get(_SCOPED):
        raise UnscopedQuery(f"the statement {name!r} has no visibility scope")
    if any(each["expr"] is each["entity"] for each in statement.column_descriptions):
        raise UnscopedQuery(f"the statement {name!r} asks for objects; read_prepared() reads columns")
    return statement


def visible_one(model: type[Model], actor: Actor, public_id: str) -> Model:
    """The row with this public id, if ``actor`` sees it.

    Raises NotVisible; never tells 'none' from 'not yours'.
    """
    found = current_session().scalar(visible(model, actor).where(_column(model, "public_id") == public_id))
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def locked(model: type[Model], actor: Actor, row_id: int) -> Model:
    """The row read again with a write lock, if ``actor`` sees it: what a service changes.

    Raises NotVisible.
    """
    statement = visible(model, actor).where(_column(model, "id") == row_id).with_for_update(of=model)
    found = current_session().scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def _column(model: type[Any], name: str) -> Any:
    return getattr(model, name)


def guard_session(session: Session, registry: Registry) -> None:
    """From now on ``session`` refuses unscoped reads of guarded models.

    The web layer calls this for each request.
    """
    session.info[_GUARD] = frozenset(registry.scopes)


def unguard_session(session: Session) -> None:
    """Take the guard off, at the end of a request."""
    session.info.pop(_GUARD, None)


def install_guard() -> None:
    """Listen to every ORM execution once for the process. Called by create_app()."""
    if not event.contains(Session, "do_orm_execute", _refuse_unscoped):
        event.listen(Session, "do_orm_execute", _refuse_unscoped)


def _refuse_unscoped(state: ORMExecuteState) -> None:
    guarded: frozenset[type[Any]] | None = state.session.info.get(_GUARD)
    if not guarded or not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    if state.execution_options.get(_SCOPED):
        return
    for mapper in state.all_mappers:
        if mapper.class_ in guarded:
            raise UnscopedQuery(f"{mapper.class_.__name__} was read without a visibility scope")

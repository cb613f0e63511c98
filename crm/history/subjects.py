"""What a line or a task is about, and who may see it. Its table is named, because its feature stands above."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, or_, true

from crm.accounts.scopes import condition
from crm.actors import Actor
from crm.db import Base
from crm.registry import current_registry


@dataclass(frozen=True)
class Subject:
    """One thing that a line is about: exactly one of the four is given. Raises ValueError otherwise."""

    employer_id: int | None = None
    workplace_id: int | None = None
    contact_person_id: int | None = None
    participant_id: int | None = None

    def __post_init__(self) -> None:
        if len(self.as_columns()) != 1:
            raise ValueError("a subject is exactly one of employer, workplace, contact person, participant")

    def as_columns(self) -> dict[str, int]:
        """The one column of ``history_link`` that is filled, with its value."""
        return {name: value for name, value in vars(self).items() if value is not None}


def table(name: str) -> Table:
    """A table of a feature that stands above this one, found by its name."""
    return Base.metadata.tables[name]


def participant_is_visible(actor: Actor, participant_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """True where a row names no participant, or one that ``actor`` sees. The participants' own scope decides.

    An application without participants shows only rows that name none.
    """
    if actor.is_system:
        return true()
    model = _scoped_model("participant")
    if model is None:
        return participant_id.is_(None)
    # Asked for each row, of which a page has few: the set of all that somebody sees can be everybody.
    seen = exists().where(model.id == participant_id, condition(model, actor)).correlate_except(model)
    return or_(participant_id.is_(None), seen)


def _scoped_model(table_name: str) -> type[Any] | None:
    for model in current_registry().scopes:
        if getattr(model, "__tablename__", None) == table_name:
            return model
    return None

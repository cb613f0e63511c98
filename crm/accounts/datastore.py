"""Flask-Security's view of our staff: finds people as it wants, writes as we do."""

from functools import cache
from typing import Any

from flask_security import SQLAlchemyUserDatastore
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from crm.accounts.current import note_units
from crm.accounts.deferred import commit_changes
from crm.accounts.models import Staff, StaffRole
from crm.accounts.queries import unit_tree_as_text, unit_tree_from_text
from crm.accounts.scopes import trusted
from crm.db import current_session


@cache
def _by(name: str, case_insensitive: bool) -> Select[Staff]:
    """Put together once: every page looks up who is signed in, and then asks for their roles and their unit."""
    column = getattr(Staff, name)
    same = (func.lower(column) if case_insensitive else column) == bindparam("value")
    found = select(Staff).where(same).options(joinedload(Staff.roles), joinedload(Staff.unit))
    return trusted(found, because="who signs in, or is signed in")


@cache
def _by_session() -> Select[Staff, str]:
    """Who is signed in, with the units that they see: every page asks for both."""
    same = Staff.fs_uniquifier == bindparam("value")
    tree = unit_tree_as_text(select(Staff.unit_id).where(same))
    found = select(Staff, tree).where(same).options(joinedload(Staff.roles), joinedload(Staff.unit))
    return trusted(found, because="who is signed in")


def _of_session(value: str) -> Staff | None:
    found = current_session().execute(_by_session(), {"value": value}).unique().first()
    if found is None:
        return None
    staff, units = found
    note_units(staff, unit_tree_from_text(units))
    return staff


class StaffDatastore(SQLAlchemyUserDatastore):
    """Looks staff up with typed queries, and commits through ``transaction()`` only."""

    def __init__(self, db: SQLAlchemy) -> None:
        super().__init__(db, Staff, StaffRole)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Staff | None:
        """The one person whose column (one keyword) has this value.

        Archived or disabled ones are found too.
        """
        ((name, value),) = kwargs.items()
        if name == "fs_uniquifier":
            return _of_session(str(value))
        statement = _by(name, case_insensitive)
        wanted = str(value).lower() if case_insensitive else value
        return current_session().scalars(statement, {"value": wanted}).unique().first()

    def commit(self) -> None:
        """Write what the view changed in one transaction; called when its answer is ready."""
        commit_changes()

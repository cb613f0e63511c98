"""Imports take turns: what one of them writes, the next one finds."""

from sqlalchemy import text

from crm.db import current_session

_IMPORTS = 7120252
"""The number of our lock; crm.migrating has the one before it."""


def wait_for_turn() -> None:
    """Let no other import write until this transaction ends; a batch is through in a moment.

    Without it two lists that name the same employer at the same moment would both find that it is not there yet, and
    both add it: a name, unlike an organisation number, is nothing that the database keeps apart. On SQLite
    ``transaction()`` alone lets only one in.
    """
    session = current_session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _IMPORTS})

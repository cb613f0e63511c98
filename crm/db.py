"""The database: base model, column types and ``transaction()``, the only code that commits."""

import enum
import secrets
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Engine, MetaData, String, TypeDecorator, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC on both databases. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[Any]):
    """A ``StrEnum`` kept as its text, so that a new member needs no change of type in the database."""

    impl = String(40)
    cache_ok = True

    def __init__(self, members: type[enum.StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.members(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else self.members(value)


class Base(DeclarativeBase):
    """Every table's base. Plugins' tables carry the plugin's prefix."""

    # On the registry and not on the class: Flask-SQLAlchemy makes a base of its own from this one.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            dict[str, Any]: JSON(),
            dict[str, str]: JSON(none_as_null=True),
            list[Any]: JSON(),
            list[str]: JSON(),
        },
    )


def new_public_id() -> str:
    """A random id of 96 bits for addresses: 16 characters of base64url."""
    return secrets.token_urlsafe(12)


class PublicId:
    """Mixin: a random id that stands in addresses instead of the counter."""

    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)


class Versioned:
    """Mixin: counts saves, so that two people who edit the same row meet the difference instead of losing it."""

    version_id: Mapped[int] = mapped_column(default=1, server_default="1")


db = SQLAlchemy(model_class=Base)

_IMMEDIATE = "brobygg_immediate"
_OPEN = "brobygg_transaction"
_AFTER = "brobygg_after_commit"
_MEMO = "brobygg_memo"
_BY_STATEMENT = "brobygg_by_statement"
_USED = "brobygg_used"
TRUSTED_SECONDS = 1.0
"""For how long after its last use a kept connection to PostgreSQL is not asked whether it still answers."""
# PQTRANS_IDLE, PQTRANS_INTRANS and PQTRANS_INERROR of libpq: who serves SQLite does without the driver, and without
# what it imports.
_IDLE, _INTRANS, _INERROR = 0, 2, 3


def current_session() -> Session:
    """The session of this application context."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """One write transaction: commits at the end, rolls back on an exception, then runs what waited for the commit.

    Outermost by design: a nested call is a programming error. It first ends the read snapshot that the
    permission check left open, because SQLite cannot upgrade a snapshot that another writer has passed
    (BUSY_SNAPSHOT, which no timeout cures), and begins IMMEDIATE there. Objects loaded before are expired
    and read again on their next use.
    """
    session = current_session()
    if session.info.get(_OPEN):
        raise RuntimeError("transaction() is outermost; use savepoint() inside it")
    session.rollback()
    session.info.pop(_BY_STATEMENT, None)
    session.info[_OPEN] = True
    session.info[_AFTER] = []
    session.info[_MEMO] = {}
    try:
        session.connection(execution_options={_IMMEDIATE: True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    else:
        waiting: list[Callable[[], None]] = session.info[_AFTER]
    finally:
        session.info[_OPEN] = False
        session.info.pop(_AFTER, None)
        session.info.pop(_MEMO, None)
    for call in waiting:
        call()


def read_by_statement() -> None:
    """Let this session read without a transaction around it on PostgreSQL, until its next ``transaction()``.

    Call it before the first read, in a request that writes only inside ``transaction()``. Under READ COMMITTED every
    statement sees what is committed when it begins, inside a transaction or not, so around reads BEGIN and ROLLBACK
    are only journeys. Does nothing once a transaction is open, and on SQLite, where a transaction reads one snapshot.
    What somebody changes before that transaction would be kept at once: writing it raises RuntimeError.
    """
    session = current_session()
    if db.engine.dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        session.info[_BY_STATEMENT] = True


def refuse_writes_by_statement() -> None:
    """See ``read_by_statement``: listen once for the process. Called by create_app()."""
    if not event.contains(Session, "before_flush", _refuse_by_statement):
        event.listen(Session, "before_flush", _refuse_by_statement)


def _refuse_by_statement(session: Session, *_: object) -> None:
    if session.info.get(_BY_STATEMENT):
        raise RuntimeError("changed outside transaction(), in a request that reads by statement")


def in_transaction_block() -> bool:
    """Whether the caller stands inside ``transaction()``."""
    return bool(current_session().info.get(_OPEN))


def transaction_memo() -> dict[str, Any]:
    """A place for what was read at once for many rows; it is emptied at the end of the surrounding ``transaction()``.

    Rows that it holds stay in the session, so that reading them again by their key asks nobody.
    """
    memo: dict[str, Any] | None = current_session().info.get(_MEMO)
    if memo is None:
        raise RuntimeError("transaction_memo() outside transaction()")
    return memo


@contextmanager
def savepoint() -> Iterator[Session]:
    """A nested transaction. A roll-back of it also drops what was registered for after the commit inside it."""
    session = current_session()
    waiting: list[Callable[[], None]] = session.info.get(_AFTER, [])
    mark = len(waiting)
    try:
        with session.begin_nested():
            yield session
    except BaseException:
        del waiting[mark:]
        raise


def reading_connection() -> Connection:
    """The connection of the session, for reading columns without the session's own detours.

    What has been changed in this transaction is written before, as the session itself would.
    """
    session = current_session()
    if session.autoflush:
        session.flush()
    return session.connection()


@contextmanager
def reading_apart() -> Iterator[None]:
    """A part of a page that only reads, and whose failure must cost nothing but itself.

    There is nothing to be kept of a transaction that has only read: when the part fails, it is rolled back, and what
    is asked for afterwards begins another one. A savepoint before each part of each page would be for nothing; one is
    set only inside ``transaction()``. What a part that failed left in the session goes; objects loaded before it are
    read again on their next use.
    """
    session = current_session()
    if in_transaction_block():
        with session.begin_nested():
            yield
        return
    try:
        yield
        _refuse_failed_transaction(session)
    except BaseException:
        session.rollback()
        raise


def _refuse_failed_transaction(session: Session) -> None:
    """PostgreSQL answers nothing more in a transaction in which a statement has failed, even if somebody has caught
    that failure and gone on. Asks nobody: the driver knows.
    """
    if session.in_transaction() and session.connection().dialect.name == "postgresql":
        driver: Any = session.connection().connection.dbapi_connection
        if driver.pgconn.transaction_status == _INERROR:
            raise RuntimeError("a statement failed, and its failure was passed over")


def after_commit(call: Callable[[], None]) -> None:
    """Run ``call`` once the surrounding ``transaction()`` has committed; never if it rolls back."""
    session = current_session()
    if not session.info.get(_OPEN):
        raise RuntimeError("after_commit() outside transaction()")
    session.info[_AFTER].append(call)


def prepare_engine(engine: Engine) -> None:
    """Set an engine up once: on SQLite foreign keys, WAL, FULL sync, and transactions that we begin ourselves; on
    PostgreSQL roll-backs that keep prepared statements.
    """
    if engine.dialect.name == "postgresql":
        engine.dialect.do_rollback = _roll_back  # type: ignore[method-assign,assignment]
    elif not event.contains(engine, "begin", _begin):
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _begin)


def _roll_back(connection: Any) -> None:
    """End a transaction of psycopg without its forgetting what it has prepared.

    The driver drops every prepared statement at each ROLLBACK, in case one was prepared for a table that the
    transaction had made. The product makes no tables while it runs, every read ends with a roll-back, and wide
    statements cost more to plan than to run.
    """
    if connection.pgconn.transaction_status == _INTRANS:
        connection.pgconn.exec_(b"ROLLBACK")
    # A transaction that failed, or a connection that broke meanwhile, is the driver's affair.
    if connection.pgconn.transaction_status != _IDLE:
        connection.rollback()


def replace_dead_connections(engine: Engine) -> None:
    """Let the pool of an engine on PostgreSQL open new connections in the place of those that do not answer any more.

    In the place of SQLAlchemy's ``pool_pre_ping``, which asks before every use.
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "checkout", partial(_ask_when_in_doubt, engine.dialect))


def _ask_when_in_doubt(dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, *_: object) -> None:
    """Ask a kept connection whether it still answers, before it is used: a journey only when it may have gone.

    A server that stops, or ends a connection, says so on it: the socket has something to be read. A way between that
    has forgotten the connection says nothing, but forgets none that was in use a moment ago. With one that does not
    answer, all go that are as old.
    """
    now = time.monotonic()
    used = record.info.get(_USED)  # One that has just been opened carries no mark, and has just answered.
    record.info[_USED] = now
    if used is None or (now - used < TRUSTED_SECONDS and _is_silent(connection)):
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _is_silent(connection: Any) -> bool:
    """Whether nothing waits to be read: neither a server's last words nor the end of the connection."""
    if connection.closed:
        return False
    waiter = select.poll()
    waiter.register(connection.pgconn.socket, select.POLLIN)
    return not waiter.poll(0)


def _sqlite_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins too late and breaks savepoints; we send BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Pages are read where the file is mapped, without copying (a list over 100,000 employers then costs 1.3 times one
    # over 1,000, not 1.6), so that nobody may write over or cut short a file that is open, only rename another into its
    # place (crm/serving/backup.py).
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=15000",
        "cache_size=-8000",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_IMMEDIATE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

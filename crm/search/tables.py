"""The tables of the search index. They can be rebuilt at any time and stand outside the migrations.

One document for each thing that can be found. ``title`` is its folded name; ``body`` everything that finds it, folded,
with a space before each word, so that " ab" finds words that begin with "ab". On SQLite an FTS5 table of trigrams
stands beside it, kept up to date by triggers; on PostgreSQL a trigram index of the extension pg_trgm.
"""

import structlog
from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, column
from sqlalchemy import table as light_table
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

_metadata = MetaData()

document = Table(
    "search_document",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("unit_id", Integer),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("kind", "row_id", name="uq_search_document_row"),
    Index("ix_search_document_title", "kind", "title"),
)

trigrams = light_table("search_trigram", column("rowid"), column("rank"), column("search_trigram"))
"""SQLite only. The column with the table's own name is what MATCH wants."""

_FORGET = "INSERT INTO search_trigram(search_trigram, rowid, body) VALUES ('delete', old.id, old.body);"
_KEEP = "INSERT INTO search_trigram(rowid, body) VALUES (new.id, new.body);"

_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_trigram USING fts5("
    "body, content='search_document', content_rowid='id', tokenize='trigram')",
    f"CREATE TRIGGER IF NOT EXISTS search_added AFTER INSERT ON search_document BEGIN {_KEEP} END",
    f"CREATE TRIGGER IF NOT EXISTS search_removed AFTER DELETE ON search_document BEGIN {_FORGET} END",
    f"CREATE TRIGGER IF NOT EXISTS search_changed AFTER UPDATE ON search_document BEGIN {_FORGET} {_KEEP} END",
)
_TRIGRAM_INDEX = "CREATE INDEX IF NOT EXISTS ix_search_document_body ON search_document USING gin (body gin_trgm_ops)"
# Without the extension a search still works: prefixes of names through this index, the rest by reading the table.
_PLAIN_INDEX = "CREATE INDEX IF NOT EXISTS ix_search_document_prefix ON search_document (title text_pattern_ops)"


def ensure(connection: Connection) -> None:
    """Create what is missing of the index; an index that is there stays. May be repeated. Does not commit."""
    _metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        for statement in _SQLITE:
            connection.exec_driver_sql(statement)
        return
    if has_trigrams(connection) or _add_extension(connection):
        connection.exec_driver_sql(_TRIGRAM_INDEX)
    else:
        connection.exec_driver_sql(_PLAIN_INDEX)


def has_trigrams(connection: Connection) -> bool:
    """Whether this database compares trigrams."""
    if connection.dialect.name == "sqlite":
        return True
    found = connection.exec_driver_sql("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    return found.first() is not None


def _add_extension(connection: Connection) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError:
        log.warning(
            "search.no_trigrams",
            hint="an administrator of the database can run CREATE EXTENSION pg_trgm; until then searching is slower",
        )
        return False
    return True

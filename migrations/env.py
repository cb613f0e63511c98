"""Alembic's environment for every lineage: the core's and the plugins', each with its own version table."""

from typing import Literal

from alembic import context
from sqlalchemy.schema import SchemaItem

from crm.db import Base, EnumText, UtcDateTime

config = context.config
connection = config.attributes["connection"]
lineage = config.attributes["lineage"]
prefixes: tuple[str, ...] = config.attributes["prefixes"]


def include_object(
    item: SchemaItem, name: str | None, type_: str, reflected: bool, compare_to: SchemaItem | None
) -> bool:
    """Only the lineage's own tables; never those of the search index or of another lineage."""
    table = name if type_ == "table" else getattr(getattr(item, "table", None), "name", name)
    if table is None or table.startswith(("search_", "sqlite_", "alembic_")):
        return False
    if lineage.table_prefix:
        return bool(table.startswith(lineage.table_prefix))
    return not table.startswith(prefixes) if prefixes else True


def render_item(kind: str, item: object, autogen_context: object) -> str | Literal[False]:
    """Our column types as plain ones: a migration must run long after the code of its day has gone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(40)"
    return False


def version_table() -> str:
    return "alembic_version" if not lineage.table_prefix else f"alembic_version_{lineage.name}"


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_object=include_object,
    version_table=version_table(),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render_item,
)
context.run_migrations()

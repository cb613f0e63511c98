"""Alembic's environment for every lineage: the core's and the plugins', each with its own version table."""

from alembic import context
from sqlalchemy.schema import SchemaItem

from crm.db import Base

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


def version_table() -> str:
    return "alembic_version" if not lineage.table_prefix else f"alembic_version_{lineage.name}"


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_object=include_object,
    version_table=version_table(),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix=None,
)
context.run_migrations()

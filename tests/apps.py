"""Applications for tests, made once and lent to one test after another: making one takes longer than most tests.

Each test gets an empty database and an empty home. An application that a test has altered (another setting, one more
listener) is never lent again; what an application keeps for itself while it runs is thrown away in between.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import Engine

from crm.db import Base, db
from crm.registry import EXTENSION, Registry
from crm.search import tables as search_tables

_TEMPLATES: dict[tuple[str, str], bytes] = {}
_EMPTY: dict[frozenset[str], bytes] = {}


class CompiledTemplates(BytecodeCache):
    """The templates of pages, translated into Python once for all applications of this process."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """A template in each language is another one."""
        return super().get_bucket(environment, f"{getattr(environment, 'language', '')}:{name}", filename, source)

    def load_bytecode(self, bucket: Bucket) -> None:
        known = _TEMPLATES.get((bucket.key, bucket.checksum))
        if known is not None:
            bucket.load_bytecode(BytesIO(known))

    def dump_bytecode(self, bucket: Bucket) -> None:
        written = BytesIO()
        bucket.write_bytecode(written)
        _TEMPLATES[bucket.key, bucket.checksum] = written.getvalue()


def make_tables(engine: Engine) -> None:
    """The schema as the models say; a new SQLite file is a copy of one that was made before."""
    path = Path(engine.url.database or "")
    is_new_file = engine.dialect.name == "sqlite" and not path.exists()
    tables = frozenset(Base.metadata.tables)
    if is_new_file and tables in _EMPTY:
        path.write_bytes(_EMPTY[tables])
        return
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        search_tables.ensure(connection)
    if is_new_file:
        engine.dispose()  # The last connection that closes brings everything into the one file.
        _EMPTY[tables] = path.read_bytes()


@dataclass
class Lent:
    """An application and what it was like when it was new."""

    app: Flask
    home: Path
    new: Mapping[str, Any] = field(init=False)
    extensions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.new = _shape(self.app)
        self.extensions = frozenset(self.app.extensions)

    def clear(self) -> None:
        """Nothing of what was done with it stays in its database and its home."""
        with self.app.app_context():
            db.engine.dispose()
            shutil.rmtree(self.home)
            self.home.mkdir()
            make_tables(db.engine)

    def is_as_new(self) -> bool:
        """Whether settings, routes, listeners and so on are what they were; what it kept for itself is forgotten."""
        for kept in self.app.extensions.keys() - self.extensions:
            del self.app.extensions[kept]
        return bool(_shape(self.app) == self.new)


@dataclass
class Lender:
    """The applications of one worker of the test run, by the plugins that are enabled."""

    make: Callable[[str | None], Lent]
    _free: dict[str | None, Lent] = field(default_factory=dict)

    def lend(self, plugins: str | None = None) -> Lent:
        """An application with these plugins (None: every bundled one) that nobody else has, as if it were new."""
        lent = self._free.pop(plugins, None)
        if lent is None:
            return self.make(plugins)
        lent.clear()
        return lent

    def take_back(self, lent: Lent, plugins: str | None = None) -> None:
        """Keep it for the next test, unless it was altered."""
        with lent.app.app_context():
            db.engine.dispose()
        if lent.is_as_new():
            self._free[plugins] = lent


def _shape(app: Flask) -> Mapping[str, Any]:
    """What tests alter of an application, copied as far as it can be altered in place.

    Not seen: listeners of the engine, which tests remove themselves, and what hangs on modules, which all share anyway.
    """
    extensions = {key: value for key, value in app.extensions.items() if key != EXTENSION}
    registry: Registry = app.extensions[EXTENSION]
    parts = {
        "config": app.config,
        "extensions": extensions,
        "registry": vars(registry),
        "plugins": registry.plugins.list_name_plugin() if registry.plugins else [],
        "views": app.view_functions,
        "before": app.before_request_funcs,
        "after": app.after_request_funcs,
        "teardown": app.teardown_appcontext_funcs,
        "errors": app.error_handler_spec,
        "context": app.template_context_processors,
        "globals": app.jinja_env.globals,
        "filters": app.jinja_env.filters,
    }
    return {name: _copied(part) for name, part in parts.items()}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        # Looking for an error's page leaves empty places behind where there was none.
        return {key: found for key, inner in value.items() if (found := _copied(inner)) != {}}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value

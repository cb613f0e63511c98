"""What every figure is compared with: a bare Flask page with one indexed query, served as the product is.

`python -m bench.bare --bind 127.0.0.1:8001 --database sqlite:///...`
"""

import argparse
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from gunicorn.app.base import BaseApplication
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select

from crm.db import prepare_engine

ROWS = 10_000
_metadata = MetaData()
_row = Table(
    "bare_row",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(16), unique=True),
    Column("text", String(80)),
)


def fill(database_url: str) -> None:
    """Make the table of the bare page."""
    engine = create_engine(database_url)
    prepare_engine(engine)
    _metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(_row), [{"key": f"k{n}", "text": f"The text of row {n}"} for n in range(ROWS)])
    engine.dispose()


def make_app(database_url: str) -> Flask:
    """Flask, one table, one page: /k<number>."""
    app = Flask("bare")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db = SQLAlchemy(app)
    with app.app_context():
        prepare_engine(db.engine)

    @app.get("/<key>")
    def page(key: str) -> str:
        text = db.session.scalar(select(_row.c.text).where(_row.c.key == key))
        return f"<!doctype html><title>Bare</title><p>{text}</p>"

    return app


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        return self._app


def main() -> None:
    """Serve the bare page with the product's own number of workers and threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bind", required=True)
    parser.add_argument("--database", required=True)
    options = parser.parse_args()
    settings = {"bind": options.bind, "workers": 2, "threads": 4, "worker_class": "gthread", "loglevel": "warning"}
    _Server(make_app(options.database), settings).run()


if __name__ == "__main__":
    main()

"""gunicorn with our application; in the embedded mode a dispatcher starts after the fork of each worker.

The application is made once, before the fork: it is at rest then (no thread, no connection), the workers share its
memory, and the first page comes sooner.
"""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from crm.app import create_app
from crm.jobs.dispatcher import Dispatcher
from crm.logs import MaskingFormatter
from crm.serving.starting import undisturbed
from crm.settings import Settings


class _Logger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own lines, which name the address of a request that failed, without tokens."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(MaskingFormatter(self.error_fmt, self.datefmt))


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """One gunicorn for one application."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.settings = settings
        self.options = options
        self.dispatchers: list[Dispatcher] = []
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.options.items():
            self.cfg.set(key, value)
        self.cfg.set("post_worker_init", self._after_fork)
        self.cfg.set("worker_exit", self._before_end)

    def load(self) -> Flask:
        with undisturbed():
            app = create_app(self.settings)
            _warm(app)
        return app

    def _after_fork(self, worker: Worker) -> None:
        if self.settings.embedded:
            dispatcher = Dispatcher(worker.wsgi)
            dispatcher.start()
            self.dispatchers.append(dispatcher)

    def _before_end(self, server: object, worker: Worker) -> None:
        for dispatcher in self.dispatchers:
            dispatcher.stop(wait=5)


def _warm(app: Flask) -> None:
    """Show nobody the page of sign-in, which asks no database, and compile the frame of every page of staff.

    Both in the language of the installation, for which templates are compiled apart. What this makes is shared by the
    workers; each would make it anew at its first page. A page that fails is logged like any other, and does not stop
    the start.
    """
    spoken = {"Accept-Language": app.config["BABEL_DEFAULT_LOCALE"]}
    app.test_client().get("/sign-in", headers=spoken)
    with app.test_request_context(headers=spoken):
        app.jinja_env.get_template("web/layout.html")


def serve(settings: Settings, *, bind: str, workers: int, threads: int) -> None:
    """Serve until told to stop. ``bind`` is host:port or unix:path."""
    options: dict[str, Any] = {
        "bind": bind,
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "preload_app": True,
        "graceful_timeout": 20,
        "timeout": 60,
        "accesslog": None,
        "loglevel": "warning",
        "logger_class": _Logger,
        "proc_name": "brobygg",
        "worker_tmp_dir": None,
    }
    Server(settings, options).run()

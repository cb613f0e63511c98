"""gunicorn with our application; in the embedded mode a dispatcher starts after the fork of each worker.

The application is made once, before the fork: it is at rest then (no thread, no connection), the workers share its
memory, and the first page comes sooner.
"""

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker

from crm.app import create_app
from crm.jobs.dispatcher import Dispatcher
from crm.settings import Settings


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
        self.cfg.set("when_ready", _share_memory)
        self.cfg.set("post_worker_init", self._after_fork)
        self.cfg.set("worker_exit", self._before_end)

    def load(self) -> Flask:
        return create_app(self.settings)

    def _after_fork(self, worker: Worker) -> None:
        if self.settings.embedded:
            dispatcher = Dispatcher(worker.wsgi)
            dispatcher.start()
            self.dispatchers.append(dispatcher)

    def _before_end(self, server: object, worker: Worker) -> None:
        for dispatcher in self.dispatchers:
            dispatcher.stop(wait=5)


def _share_memory(server: object) -> None:
    """Take what is there out of the garbage collector's sight: looking at an object copies its page of memory."""
    gc.collect()
    gc.freeze()


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
        "proc_name": "brobygg",
        "worker_tmp_dir": None,
    }
    Server(settings, options).run()

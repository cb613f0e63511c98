"""The product and the bare page as running processes on one database, for one run of the benchmarks."""

import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from bench import bare
from bench.browsing import Browser, signed_in
from bench.cpu import wait_until_idle
from bench.data import EMAIL, Data
from bench.load import CLIENTS, Load, Work, run_load
from crm.app import create_app
from crm.db import db
from crm.settings import load_settings
from tests.servers.gunicorn_app import brobygg, clean_environment, run_brobygg
from tests.servers.postgres import PostgresServer
from tests.servers.processes import LOOPBACK, ManagedProcess, free_port, port_answers
from tests.world import PASSWORD


@dataclass
class Installation:
    """One database with the product on it. ``database`` is sqlite or postgresql."""

    database: str
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="brobygg-bench-")))
    data: Data = field(default_factory=Data)
    cluster: PostgresServer | None = None
    web: ManagedProcess | None = None
    bare: ManagedProcess | None = None

    def __post_init__(self) -> None:
        self.port = free_port()
        self.secret = secrets.token_urlsafe(48)

    @property
    def url(self) -> str:
        """Where the product answers."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the product."""
        found = {
            "BROBYGG_HOME": str(self.folder / "home"),
            "BROBYGG_SECRET_KEY": self.secret,
            "BROBYGG_BASE_URL": self.url,
            "BROBYGG_MAIL": "mailbox",
        }
        if self.cluster is not None:
            found["BROBYGG_DATABASE_URL"] = self.cluster.url("bench")
        return found

    @property
    def roots(self) -> list[int]:
        """The processes whose time counts: the product's server and the database's."""
        servers = [self.web.pid] if self.web is not None else []
        return servers + ([self.cluster.pid] if self.cluster is not None else [])

    def prepare(self) -> None:
        """Make the database with the product's own migrations and what every measurement needs."""
        if self.database == "postgresql":
            self.cluster = PostgresServer(durable=True).start()
            self.cluster.create_database("bench")
        run_brobygg("upgrade", log=self.folder / "upgrade.log", env=self.environment)
        self._app = create_app(load_settings(self.environment))
        with self.filling() as data:
            data.begin()

    @contextmanager
    def filling(self) -> Iterator[Data]:
        """The data, with the application context that its methods need."""
        with self._app.app_context():
            yield self.data

    def start(self, **settings: str) -> float:
        """Start the product and wait for its first page; return the seconds that took."""
        environment = {**self.environment, **settings}
        arguments = ["serve", "--bind", f"{LOOPBACK}:{self.port}"]
        self.web = brobygg(*arguments, log=self.folder / "web.log", env=environment)
        began = time.perf_counter()
        self.web.start()
        self.web.wait_ready(lambda: _answers(self.url, "/sign-in", self.port), seconds=60)
        return time.perf_counter() - began

    def start_quiet(self, *, patient: bool) -> None:
        """Start the product and, if ``patient``, wait until its first round of periodic jobs is over."""
        if self.web is None:
            self.start()
        if patient:
            wait_until_idle(self.roots)

    def stop(self) -> None:
        """Stop the product; the database goes on. Nothing of it is needed any more, so it is not asked politely."""
        if self.web is not None:
            self.web.kill()
            self.web = None

    def staff_browser(self) -> Callable[[], Browser]:
        """Makes browsers that share one sign-in, as tabs do."""
        first = signed_in(self.url, email=EMAIL, password=PASSWORD)
        first.close()

        def another() -> Browser:
            browser = Browser(self.url)
            browser.cookies.update(first.cookies)
            return browser

        return another

    def load(
        self, work: Work, *, units: int, browser: Callable[[], Browser] | None = None, clients: int = CLIENTS
    ) -> Load:
        """Put load on the product, after a few units that only warm it up."""
        opened = browser or (lambda: Browser(self.url))
        return run_load(work, open_browser=opened, roots=self.roots, units=units, clients=clients)

    def count_queries(self, path: str) -> int:
        """How many queries one page of staff takes, those of sign-in, menu and banners included."""
        cookies = self.staff_browser()().cookies
        app: Flask = self._app
        client = app.test_client()
        for name, value in cookies.items():
            client.set_cookie(name, value, domain=LOOPBACK)
        seen: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        for _time in range(2):  # the first fills caches that live as long as the process
            seen.clear()
            event.listen(engine, "before_cursor_execute", note)
            answer = client.get(path, base_url=self.url)
            event.remove(engine, "before_cursor_execute", note)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
        return len(seen)

    def start_bare(self) -> None:
        """Start the bare page on the same database; it stays up for the whole run."""
        settings = load_settings(self.environment)
        bare.fill(settings.database_url)
        self._bare_port = free_port()
        command = [sys.executable, "-m", "bench.bare", "--bind", f"{LOOPBACK}:{self._bare_port}"]
        command += ["--database", settings.database_url]
        self.bare = ManagedProcess(command=command, log=self.folder / "bare.log", env=clean_environment({}))
        self.bare.start()
        self.bare.wait_ready(lambda: port_answers(self._bare_port))
        self.measure_bare(units=100)

    def measure_bare(self, *, units: int) -> Load:
        """Measure the bare page now. It is asked right after each measurement, because the machine's speed changes."""
        assert self.bare is not None, "the bare page was not started"
        roots = [self.bare.pid] + ([self.cluster.pid] if self.cluster is not None else [])

        def work(browser: Browser, number: int) -> None:
            browser.get(f"/k{number % bare.ROWS}")

        return run_load(
            work, open_browser=lambda: Browser(f"http://{LOOPBACK}:{self._bare_port}"), roots=roots, units=units
        )

    def last_words(self) -> str:
        """The end of what the server has logged, for whoever looks for a fault."""
        log = self.folder / "web.log"
        return log.read_text(errors="replace")[-4000:] if log.exists() else ""

    def close(self) -> None:
        """End everything and remove it."""
        self.stop()
        if self.bare is not None:
            self.bare.kill()
        if hasattr(self, "_app"):
            with self._app.app_context():
                db.engine.dispose()
        if self.cluster is not None:
            self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _answers(url: str, path: str, port: int) -> bool:
    if not port_answers(port):
        return False
    browser = Browser(url)
    try:
        return browser.get(path).status == 200
    except OSError:
        return False
    finally:
        browser.close()

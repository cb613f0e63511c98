"""The product as processes: server, background workers and scheduler, or what `make run` starts.

Everything is started through the command `brobygg`, as an administrator starts it; settings are given as
environment.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.servers.processes import LOOPBACK, REPOSITORY, ManagedProcess, free_port

# The command of this checkout, whether or not its script is installed beside the interpreter.
COMMAND = (sys.executable, "-c", "import sys; from crm.cli import main; sys.argv[0] = 'brobygg'; main()")
SECRET_KEY = "a-key-for-tests-that-guards-nothing-0123456789"


def clean_environment(values: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without settings of Brobygg, and with `values`.

    The checkout comes first on the path of the processes, so that they run the code under test from any
    folder.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("BROBYGG_")}
    return inherited | {"PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"} | dict(values)


def brobygg(*arguments: str, log: Path, env: Mapping[str, str]) -> ManagedProcess:
    """Return the process of a command, not yet started."""
    return ManagedProcess(command=[*COMMAND, *arguments], log=log, env=clean_environment(env))


def run_brobygg(*arguments: str, log: Path, env: Mapping[str, str], seconds: float = 120.0) -> None:
    """Run a command to its end (upgrade, sample, ...); raise RuntimeError with its output when it fails."""
    process = brobygg(*arguments, log=log, env=env)
    process.start()
    assert process.process is not None
    try:
        status = process.process.wait(seconds)
    finally:
        process.stop()
    if status != 0:
        raise RuntimeError(f"brobygg {' '.join(arguments)} ended with {status}\n{log.read_text()[-4000:]}")


def health_of(url: str) -> int | None:
    """Return the status of /health: 200, 503 when a job is late, None when nobody answers."""
    try:
        return requests.get(f"{url}/health", timeout=5).status_code
    except requests.RequestException:
        return None


@dataclass
class AppServer:
    """The product in production's shape. `env` names the database, Redis and mail server.

    With BROBYGG_REDIS_URL, `background` workers and the scheduler are processes of their own, and tests may
    kill or freeze each one; without it the server runs the jobs itself.
    """

    env: Mapping[str, str]
    web_workers: int = 2
    background: int = 1
    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="brobygg-app-")))
    web: ManagedProcess | None = field(default=None, init=False)
    workers: list[ManagedProcess] = field(default_factory=list, init=False)
    scheduler: ManagedProcess | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The product's address, without a slash at its end."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of every process; those of `env` win."""
        defaults = {
            "BROBYGG_HOME": str(self.folder / "home"),
            "BROBYGG_SECRET_KEY": SECRET_KEY,
            "BROBYGG_BASE_URL": self.url,
        }
        if "BROBYGG_SMTP_URL" not in self.env:
            defaults["BROBYGG_MAIL"] = "mailbox"
        return defaults | dict(self.env)

    def start(self) -> "AppServer":
        """Bring the database up to date, start every process, and wait until the product answers."""
        run_brobygg("upgrade", log=self.folder / "upgrade.log", env=self.environment)
        try:
            self._start_processes()
        except BaseException:
            self.stop()
            raise
        return self

    def _start_processes(self) -> None:
        arguments = ["serve", "--bind", f"{LOOPBACK}:{self.port}", "--workers", str(self.web_workers)]
        self.web = brobygg(*arguments, log=self.folder / "web.log", env=self.environment)
        self.web.start()
        if "BROBYGG_REDIS_URL" in self.env:
            self.scheduler = brobygg("scheduler", log=self.folder / "scheduler.log", env=self.environment)
            self.scheduler.start()
            for _ in range(self.background):
                self.add_worker()
        self.web.wait_ready(lambda: health_of(self.url) is not None, seconds=60)

    def add_worker(self) -> ManagedProcess:
        """Start one more background worker."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        worker = brobygg("worker", log=log, env=self.environment)
        worker.start()
        self.workers.append(worker)
        return worker

    def health(self) -> int | None:
        """Return the status of /health (see health_of)."""
        return health_of(self.url)

    def log_text(self) -> str:
        """Return what every process has written, for a test of what must not be logged."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """End every process; the folder with database and logs stays until the caller removes it."""
        for process in [*self.workers, self.scheduler, self.web]:
            if process is not None:
                process.stop()
        self.workers.clear()
        self.scheduler = self.web = None


@dataclass
class DevServer:
    """`brobygg run-dev` in a home folder of its own: what `make run` starts, sample data included."""

    env: Mapping[str, str] = field(default_factory=dict)
    sample: bool = True
    port: int = field(default_factory=free_port)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="brobygg-dev-")))
    process: ManagedProcess | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The product's address, without a slash at its end."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> "DevServer":
        """Start it and wait until it answers; the first start makes the database and the sample data."""
        values = {"BROBYGG_HOME": str(self.home), "BROBYGG_PORT": str(self.port), **self.env}
        arguments = ["run-dev", "--sample" if self.sample else "--no-sample"]
        self.process = brobygg(*arguments, log=self.home / "run-dev.log", env=values)
        self.process.start()
        self.process.wait_ready(lambda: health_of(self.url) is not None, seconds=180)
        return self

    def stop(self) -> None:
        """End it; the home folder stays until the caller removes it."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process = None

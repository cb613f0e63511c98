"""A private PostgreSQL cluster in a temporary folder on a free loopback port.

PostgreSQL refuses to run as root, so a test run by root starts it as the user `postgres` (or `nobody`).
Connections from loopback need no password: the cluster lives for one test run and holds only made-up people.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.processes import LOOPBACK, Account, ManagedProcess, free_port

ROLE = "brobygg"
RELAXED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def find_binary(name: str) -> Path | None:
    """Return PostgreSQL's server program of the newest version installed, or None."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(folders, key=lambda path: float(path.parent.name), reverse=True):
        if (folder / name).exists():
            return folder / name
    found = shutil.which(name)
    return Path(found) if found else None


def is_available() -> bool:
    """Say whether this machine has PostgreSQL's server programs."""
    return find_binary("postgres") is not None and find_binary("initdb") is not None


def unprivileged_account() -> Account | None:
    """Return whom to run the server as: None for the present user, another when that is root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


@dataclass
class PostgresServer:
    """A cluster that this process started (`durable` keeps fsync on, as the fault tests need it)."""

    durable: bool = False
    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="brobygg-postgres-")))
    _process: ManagedProcess | None = field(default=None, init=False, repr=False)

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy address of a database of this cluster."""
        return f"postgresql://{ROLE}@{LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The postmaster's process id, also when another process of the test run started it."""
        return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def start(self) -> "PostgresServer":
        """Make the cluster if it does not exist yet, start it, and wait until it answers."""
        account = unprivileged_account()
        if account is not None:
            os.chown(self.folder, account.uid, account.gid)
        if not (self.folder / "data").exists():
            self._initdb(account)
        self._process = ManagedProcess(
            command=[str(find_binary("postgres")), "-D", str(self.folder / "data"), *self._settings()],
            log=self.folder / "server.log",
            cwd=self.folder,
            account=account,
        )
        self._process.start()
        self._process.wait_ready(self.answers, seconds=30)
        return self

    def _initdb(self, account: Account | None) -> None:
        command = [str(find_binary("initdb")), "-D", str(self.folder / "data"), "-U", ROLE, "--auth=trust"]
        subprocess.run(
            [*command, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=self.folder,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )

    def _settings(self) -> list[str]:
        settings = [f"port={self.port}", f"listen_addresses={LOOPBACK}", "unix_socket_directories="]
        settings += ["max_connections=100", "shared_buffers=32MB", "timezone=UTC", "log_min_messages=warning"]
        settings += [] if self.durable else list(RELAXED)
        return [part for setting in settings for part in ("-c", setting)]

    def answers(self) -> bool:
        """Say whether the cluster accepts connections."""
        try:
            psycopg.connect(self._conninfo("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _conninfo(self, database: str) -> str:
        return f"host={LOOPBACK} port={self.port} user={ROLE} dbname={database}"

    def execute(self, statement: sql.Composed) -> None:
        """Run one statement in the maintenance database, outside any transaction."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def has_database(self, name: str) -> bool:
        """Say whether the cluster has a database of this name."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return row is not None

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Make a database, replacing one of the same name, as a copy of `template`; return its address.

        Copying files (FILE_COPY) is faster than replaying them through the log when fsync is off. Nobody may be
        connected to the template: connections that a pool has dropped and not closed yet are ended.
        """
        self.drop_database(name)
        if template != "template0":
            statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
            self.execute(sql.SQL(statement).format(sql.Literal(template)))
        statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
        self.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database if it exists, closing the connections that are still open."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def ensure_template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Make the template database `name` once: `prepare(url)` fills it (migrations); return its name.

        It is built under another name and renamed at the end, so that a half-built one is never used. Callers
        that share the cluster must hold the lock of `tests.servers.shared`.
        """
        if not self.has_database(name):
            draft = f"{name}_draft"
            prepare(self.create_database(draft))
            rename = "ALTER DATABASE {} RENAME TO {}"
            self.execute(sql.SQL(rename).format(sql.Identifier(draft), sql.Identifier(name)))
        return name

    def kill(self) -> None:
        """End every process of the cluster at once, as a power cut of the server would."""
        assert self._process is not None, "only the process that started the cluster can kill it"
        self._process.kill()

    def restart(self) -> None:
        """Start again on the same port with the same data, after kill() or stop(keep_data=True)."""
        self.start()

    def leave_running(self) -> None:
        """Let the cluster outlive this process; another one stops it through its process id."""
        if self._process is not None:
            self._process.leave_running()
            self._process = None

    def stop(self, *, keep_data: bool = False) -> None:
        """Shut the cluster down (SIGINT: connections are closed) and remove its folder."""
        if self._process is not None:
            self._process.stop(signal.SIGINT)
            self._process = None
        if not keep_data:
            shutil.rmtree(self.folder, ignore_errors=True)

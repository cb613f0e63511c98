"""One PostgreSQL cluster for all the workers of a parallel test run.

Whoever needs it first starts it; everybody who uses it is on a list of process ids in a file that a lock
guards; the last one to leave stops it. A worker that was killed is not counted, because its process id no
longer lives.
"""

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.postgres import PostgresServer
from tests.servers.processes import wait_until


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; the kernel releases it when the process dies."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_alive(pid: int) -> bool:
    """Say whether a process with this id exists and is not merely waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@dataclass
class SharedPostgres:
    """The cluster of one test run, known by the folder that its workers have in common."""

    folder: Path
    _started: PostgresServer | None = field(default=None, init=False, repr=False)

    @property
    def _lock(self) -> Path:
        return self.folder / "postgres.lock"

    @property
    def _record(self) -> Path:
        return self.folder / "postgres.json"

    def acquire(self) -> PostgresServer:
        """Return the running cluster, started if need be, and put this process on its list."""
        with locked(self._lock):
            server, holders = self._read()
            if server is None or not server.answers():
                server = self._started = PostgresServer().start()
            self._write(server, holders | {os.getpid()})
            return server

    def release(self) -> None:
        """Take this process off the list, and stop the cluster when nobody else is on it."""
        with locked(self._lock):
            server, holders = self._read()
            holders.discard(os.getpid())
            if server is None:
                return
            if holders:
                self._write(server, holders)
                if self._started is not None:
                    self._started.leave_running()
            else:
                self._record.unlink()
                end_cluster(self._started or server)

    def ensure_template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Make a template database once for all workers (see PostgresServer.ensure_template)."""
        with locked(self._lock):
            server, _ = self._read()
            assert server is not None, "acquire() comes first"
            return server.ensure_template(name, prepare)

    def _read(self) -> tuple[PostgresServer | None, set[int]]:
        if not self._record.exists():
            return None, set()
        record = json.loads(self._record.read_text())
        server = PostgresServer(port=record["port"], folder=Path(record["folder"]))
        return server, {pid for pid in record["holders"] if is_alive(pid)}

    def _write(self, server: PostgresServer, holders: set[int]) -> None:
        record = {"port": server.port, "folder": str(server.folder), "holders": sorted(holders)}
        self._record.write_text(json.dumps(record))


def end_cluster(server: PostgresServer) -> None:
    """Stop a cluster, also one that another process started: then through its process id."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        pid = server.pid
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not is_alive(pid), seconds=20, what="the end of the cluster")
    server.stop()

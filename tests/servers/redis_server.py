"""A private Redis server on a free loopback port, without persistence: what is killed is forgotten."""

import shutil
import signal
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.servers.processes import LOOPBACK, ManagedProcess, free_port


def is_available() -> bool:
    """Say whether this machine has redis-server."""
    return shutil.which("redis-server") is not None


@dataclass
class RedisServer:
    """One redis-server process; `kill()` and `restart()` keep the port, so that clients meet it again."""

    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="brobygg-redis-")))
    _process: ManagedProcess | None = field(default=None, init=False, repr=False)

    @property
    def url(self) -> str:
        """The address to give to REDIS_URL."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def start(self) -> "RedisServer":
        """Start the server and wait until it answers PING."""
        command = ["redis-server", "--port", str(self.port), "--bind", LOOPBACK, "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        self._process = ManagedProcess(command=command, log=self.folder / "server.log", cwd=self.folder)
        self._process.start()
        self._process.wait_ready(self.answers)
        return self

    def client(self) -> redis.Redis:
        """Return a new client that fails at once instead of trying again; the caller closes it."""
        once = Retry(NoBackoff(), 0)
        return redis.Redis(host=LOOPBACK, port=self.port, socket_timeout=1, socket_connect_timeout=1, retry=once)

    def answers(self) -> bool:
        """Say whether the server answers PING."""
        with self.client() as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False

    def flush(self) -> None:
        """Forget everything, as a restart without persistence does, without a pause."""
        with self.client() as client:
            client.flushall()

    def kill(self) -> None:
        """SIGKILL the server; connections break in the middle of whatever they do."""
        assert self._process is not None, "the server was not started"
        self._process.kill()

    def freeze(self) -> None:
        """SIGSTOP the server: connections stay open and nothing answers, until thaw()."""
        assert self._process is not None, "the server was not started"
        self._process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        assert self._process is not None, "the server was not started"
        self._process.send(signal.SIGCONT)

    def restart(self) -> None:
        """Start an empty server on the same port; one that still runs is killed first."""
        if self._process is not None:
            self._process.kill()
        self.start()

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

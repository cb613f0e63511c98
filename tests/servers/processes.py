"""Starting, watching and ending the processes that tests talk to.

Every process gets a process group of its own, so that ending a server also ends its children (gunicorn's
workers, RQ's forks), and writes to a log file that is shown when it does not come up.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"


class ServerDidNotStart(RuntimeError):
    """A server ended or stayed silent while a test waited for it; the text holds the end of its log."""


def free_port() -> int:
    """Return a loopback port that was free a moment ago; the kernel hands them out in a random order."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_answers(port: int) -> bool:
    """Say whether something accepts connections on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], *, seconds: float = 10.0, what: str = "the condition") -> None:
    """Wait until `condition()` is true; raise TimeoutError, naming `what`, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {seconds:g} s")
        time.sleep(0.02)


@dataclass(frozen=True)
class Account:
    """The system user a process runs as; None of it means the user who runs the tests."""

    uid: int
    gid: int


@dataclass
class ManagedProcess:
    """One process in its own group, with its output in `log`."""

    command: Sequence[str]
    log: Path
    env: Mapping[str, str] | None = None
    cwd: Path = REPOSITORY
    account: Account | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def pid(self) -> int:
        """The process id; only valid while the process was started."""
        assert self.process is not None, "the process was not started"
        return self.process.pid

    def start(self) -> None:
        """Start the process; output is appended to the log, so that a restart keeps what went before."""
        account = self.account
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if self.env is None else dict(self.env),
                cwd=self.cwd,
                start_new_session=True,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = 20.0) -> None:
        """Wait until `ready()`; raise ServerDidNotStart with the log when it ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running() or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""
                self.stop()
                raise ServerDidNotStart(f"{' '.join(self.command)}\n{tail}")
            time.sleep(0.02)

    def is_running(self) -> bool:
        """Say whether the process was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process alone (SIGSTOP, SIGCONT, SIGTERM, ...)."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL the whole group at once and reap it: nothing gets a chance to tidy up."""
        self._end(signal.SIGKILL, seconds=10)

    def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 15.0) -> None:
        """Ask the process to end and wait; what is left of the group afterwards is killed."""
        self._end(number, seconds=seconds)

    def leave_running(self) -> None:
        """Let the process outlive this one; whoever ends it does so through its process id.

        Popen warns about children that nobody waited for, unless it holds a return code.
        """
        if self.process is not None:
            self.process.returncode = 0
            self.process = None

    def _end(self, number: signal.Signals, *, seconds: float) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(number)
            # A stopped process only sees a signal other than SIGKILL once it is continued.
            process.send_signal(signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        # The leader may be gone while its children live on; the group still carries its number.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

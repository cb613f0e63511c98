"""The tests' side of the 46elks simulator: start it, read what it accepted, make it fail."""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.servers.processes import LOOPBACK, ManagedProcess, free_port, wait_until

USERNAME, PASSWORD = "u-simulator", "p-simulator"
# One second of the carrier's time: a delivery report comes after 40 ms, the six hours of retries end after 4
# minutes.
FAST = 0.01


@dataclass
class ElksSimulator:
    """A simulator process; its state survives kill() and start()."""

    time_scale: float = FAST
    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="brobygg-elks46-")))
    _process: ManagedProcess | None = field(default=None, init=False, repr=False)

    @property
    def url(self) -> str:
        """The address to use instead of https://api.46elks.com."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> "ElksSimulator":
        """Start the process and wait until it answers."""
        command = [sys.executable, "-m", "plugins.elks46.simulator", "--port", str(self.port)]
        command += ["--state", str(self.folder / "state.sqlite")]
        self._process = ManagedProcess(command=command, log=self.folder / "simulator.log")
        self._process.start()
        self._process.wait_ready(self.answers)
        self.configure(time_scale=self.time_scale)
        return self

    def answers(self) -> bool:
        """Say whether the process serves."""
        try:
            return requests.get(f"{self.url}/_sim/health", timeout=2).ok
        except requests.RequestException:
            return False

    def _control(self, action: str, argument: Mapping[str, Any]) -> Any:
        reply = requests.post(f"{self.url}/_sim/{action}", json=dict(argument), timeout=10)
        reply.raise_for_status()
        return reply.json()["result"]

    def configure(self, **settings: Any) -> None:
        """Change settings (simulator_store.DEFAULTS): balance, history_delay, time_scale, sms_urls, ..."""
        self._control("settings", settings)

    def set_fault(self, kind: str, *, times: int | None = None, **options: Any) -> None:
        """Put a fault in force; the kinds stand in the simulator's docstring."""
        self._control("faults", {"kind": kind, "times": times, **options})

    def clear_faults(self) -> None:
        """Behave again."""
        self._control("clear", {})

    def reset(self) -> None:
        """Forget everything: what a test finds at its start."""
        self._control("reset", {})
        self.configure(time_scale=self.time_scale)

    def receive(self, *, sender: str, recipient: str, text: str, url: str | None = None, times: int = 1) -> Any:
        """Let a phone send an SMS to one of our numbers; it is posted to `url` or to the number's setting."""
        argument = {"sender": sender, "recipient": recipient, "text": text, "url": url, "times": times}
        return self._control("inbound", argument)

    def forge(self, *, url: str, form: Mapping[str, str]) -> None:
        """Post a form that belongs to no message."""
        self._control("forged", {"url": url, "form": dict(form)})

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Return all that the simulator remembers: sms, post, request, reply_body."""
        state: dict[str, list[dict[str, Any]]] = requests.get(f"{self.url}/_sim/state", timeout=10).json()
        return state

    def accepted(self, to: str | None = None) -> list[dict[str, Any]]:
        """Return the messages accepted for sending, in order; those that replies' bodies caused count too."""
        sent = [sms for sms in self.state()["sms"] if sms["direction"] != "incoming"]
        return [sms for sms in sent if to is None or sms["recipient"] == to]

    def wait_for_posts(self, *, seconds: float = 15.0) -> None:
        """Wait until every planned callback and inbound SMS has been posted or given up."""
        wait_until(lambda: all(post["finished"] for post in self.state()["post"]), seconds=seconds, what="all posts")

    def kill(self) -> None:
        """SIGKILL: connections are refused from now on, what was accepted stays."""
        assert self._process is not None, "the simulator was not started"
        self._process.kill()

    def restart(self) -> None:
        """Start again on the same port; one that still runs is killed first. What was accepted stays."""
        if self._process is not None:
            self._process.kill()
        self.start()

    def stop(self) -> None:
        """End the process and remove its folder."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

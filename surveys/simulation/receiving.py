"""Starting the receivers, asking them, and reading what they have accepted."""

import json
import subprocess
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from types import TracebackType

import requests

from crm.extension_points import SendResult
from surveys.simulation.receiver import LOOPBACK, Accepted

SECONDS = 15.0


class Receivers:
    """The process of the receivers. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "accepted.jsonl"
        self._path.touch()
        self._read_to = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "surveys.simulation.receiver", str(self._path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.mail_port = int(ports["mail"])
        self.web = f"http://{LOOPBACK}:{ports['web']}"
        self.copies: Counter[str] = Counter()
        """How often each reference was accepted."""

    def __enter__(self) -> "Receivers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=SECONDS)

    def wait_for_silence(self) -> None:
        """Return once everything that was handed over is in the file. Raises when that never comes."""
        requests.get(f"{self.web}/silence", timeout=SECONDS).raise_for_status()

    def news(self) -> list[Accepted]:
        """What was accepted since the last call."""
        with self._path.open("rb") as file:
            file.seek(self._read_to)
            lines = file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        self._read_to += sum(map(len, whole))
        found = [Accepted(**json.loads(line)) for line in whole]
        self.copies.update(accepted.reference for accepted in found)
        return found


@dataclass
class SimulatedGateway:
    """An SMS gateway at the receivers' address. Each request names the message, so that it can be asked about it."""

    web: str
    askable: bool
    key: str = field(default="simulated", init=False)

    def send(self, *, sender: str, to: str, text: str, reference: str) -> SendResult:
        """Hand one message over. Never raises for what the network does."""
        try:
            reply = requests.post(
                f"{self.web}/sms", json={"to": to, "text": text, "reference": reference}, timeout=SECONDS
            )
        except requests.RequestException as error:
            return SendResult("unknown", reply=type(error).__name__)
        return SendResult("accepted" if reply.status_code == 200 else "unknown", reference=reference)

    def ask(
        self,
        *,
        to: str,
        reference: str,
        since: datetime,
        until: datetime,
        known_references: Sequence[str],
        in_doubt: int = 1,
    ) -> SendResult | None:
        """Whether it has the message (see SmsGateway.ask)."""
        reply = requests.get(f"{self.web}/has", params={"reference": reference}, timeout=SECONDS)
        if reply.status_code == 200:
            return SendResult("accepted", reference=reference)
        return None if reply.status_code == 404 else SendResult("unknown")


def text_of(accepted: Accepted) -> str:
    """What the person reads: an SMS as it is, the plain part of a mail decoded from its bytes."""
    if accepted.channel == "sms":
        return accepted.body
    mail = BytesParser(policy=policy.default).parsebytes(b64decode(accepted.body))
    plain = mail.get_body(("plain",))
    return str(plain.get_content()) if plain is not None else ""

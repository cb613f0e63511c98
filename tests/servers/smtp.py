"""The tests' side of the SMTP sink: start it, read what it accepted, make it misbehave."""

import base64
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern_policy
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.control import call_control, control_answers
from tests.servers.processes import LOOPBACK, ManagedProcess, free_port
from tests.servers.smtp_faults import Fault, FaultKind
from tests.servers.smtp_sink import StoredMessage


@dataclass(frozen=True)
class Received:
    """A message that the sink accepted."""

    at: datetime
    message_id: str
    mail_from: str
    rcpt_tos: tuple[str, ...]
    tls: bool
    user: str | None
    raw: bytes

    @classmethod
    def from_line(cls, line: str) -> "Received":
        """Read one line of the sink's store."""
        stored = StoredMessage(**json.loads(line))
        return cls(
            at=datetime.fromisoformat(stored.at),
            message_id=stored.message_id,
            mail_from=stored.mail_from,
            rcpt_tos=tuple(stored.rcpt_tos),
            tls=stored.tls,
            user=stored.user,
            raw=base64.b64decode(stored.raw),
        )

    @property
    def parsed(self) -> EmailMessage:
        """The message as Python's parser understands it."""
        return BytesParser(policy=modern_policy).parsebytes(self.raw)

    def text(self, subtype: str = "plain") -> str:
        """Return the decoded body of this subtype (`plain` or `html`), or ''; line ends are plain."""
        part = self.parsed.get_body(preferencelist=(subtype,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for localhost, and its key; return both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK))])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=30))
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    certificate_path, key_path = folder / "certificate.pem", folder / "key.pem"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_path, key_path


@dataclass
class SmtpSink:
    """The sink's process. `starttls` demands TLS, with a certificate of its own; `user` demands AUTH."""

    starttls: bool = False
    user: str | None = None
    password: str = ""
    durable: bool = True
    port: int = field(default_factory=free_port)
    control_port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="brobygg-smtp-")))
    host: str = LOOPBACK
    _process: ManagedProcess | None = field(default=None, init=False, repr=False)

    @property
    def store(self) -> Path:
        """The file of accepted messages."""
        return self.folder / "messages.jsonl"

    @property
    def certificate(self) -> Path:
        """The certificate that a client must trust for STARTTLS."""
        return self.folder / "certificate.pem"

    @property
    def url(self) -> str:
        """The address to give to BROBYGG_SMTP_URL."""
        person = f"{self.user}:{self.password}@" if self.user is not None else ""
        options = f"tls=starttls&ca_file={self.certificate}" if self.starttls else "tls=none"
        return f"smtp://{person}{self.host}:{self.port}?{options}"

    @property
    def ask_url(self) -> str:
        """The address to give to BROBYGG_SMTP_ASK_URL: which Message-IDs the server has accepted."""
        return f"http://{LOOPBACK}:{self.control_port}/has"

    def start(self) -> "SmtpSink":
        """Start the process and wait until it listens."""
        self._process = ManagedProcess(command=self._command(), log=self.folder / "sink.log")
        self._process.start()
        self._process.wait_ready(self.answers)
        return self

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "tests.servers.smtp_sink", "--port", str(self.port)]
        command += ["--control-port", str(self.control_port), "--store", str(self.store)]
        if not self.durable:
            command += ["--no-fsync"]
        if self.starttls:
            certificate, key = write_certificate(self.folder)
            command += ["--certificate", str(certificate), "--key", str(key), "--require-starttls"]
        if self.user is not None:
            command += ["--user", self.user, "--password", self.password]
        return command

    def messages(self) -> list[Received]:
        """Return every message accepted since the last `reset()`, in the order of acceptance."""
        if not self.store.exists():
            return []
        # A last line without its end is a message that is being written: it is not accepted yet.
        lines = self.store.read_text().split("\n")[:-1]
        return [Received.from_line(line) for line in lines]

    def by_message_id(self) -> dict[str, list[Received]]:
        """Group the messages by Message-ID: a list of two is a doubled message."""
        groups: dict[str, list[Received]] = {}
        for message in self.messages():
            groups.setdefault(message.message_id, []).append(message)
        return groups

    def set_fault(
        self,
        kind: FaultKind,
        *,
        pattern: str = "",
        code: int = 451,
        text: str = "4.3.0 try again later",
        seconds: float = 0.0,
        times: int | None = None,
    ) -> None:
        """Put a fault (smtp_faults.FaultKind) in force for matching addresses, `times` times or for good."""
        fault = Fault(kind=kind, pattern=pattern, code=code, text=text, seconds=seconds, times=times)
        call_control(self.control_port, "fault", asdict(fault))

    def clear_faults(self) -> None:
        """Behave again."""
        call_control(self.control_port, "clear")

    def down(self) -> None:
        """Refuse new connections until `up()`."""
        call_control(self.control_port, "down")

    def up(self) -> None:
        """Accept connections again."""
        call_control(self.control_port, "up")

    def reset(self) -> None:
        """Forget messages and faults, and listen: what a test finds at its start."""
        self.clear_faults()
        self.up()
        call_control(self.control_port, "forget")

    def kill(self) -> None:
        """SIGKILL the sink; what it accepted stays in its file."""
        assert self._process is not None, "the sink was not started"
        self._process.kill()

    def answers(self) -> bool:
        """Say whether the process runs, be it up or down for mail."""
        return control_answers(self.control_port)

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

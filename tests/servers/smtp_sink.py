"""An SMTP server that keeps what it accepts: `python -m tests.servers.smtp_sink --port ...`.

What it promises, so that "lost" and "doubled" can be counted: a message is on disk (fsync) before its 250
leaves, and a message whose final dot arrived is kept even when the sender is gone by then, as a real relay
does. Tests use it through `tests.servers.smtp.SmtpSink`.
"""

# ruff: noqa: N802 - aiosmtpd finds commands and handlers by these names.

import argparse
import asyncio
import base64
import json
import os
import ssl
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.control import serve_control
from tests.servers.processes import LOOPBACK
from tests.servers.smtp_faults import Fault, Faults

EOF_GRACE_SECONDS = 0.05


@dataclass(frozen=True)
class StoredMessage:
    """One accepted message as a line of the store; `raw` is base64 there."""

    at: str
    message_id: str
    mail_from: str
    rcpt_tos: list[str]
    tls: bool
    user: str | None
    raw: str


class Store:
    """The append-only file of accepted messages."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        kept = path.read_text().splitlines() if path.exists() else []
        self._identifiers = {str(json.loads(line)["message_id"]) for line in kept}
        self._file = path.open("ab", buffering=0)
        self._durable = durable

    def has(self, message_id: str) -> bool:
        """Say whether a message with this Message-ID was accepted, as a relay's log would."""
        return message_id in self._identifiers

    def keep(self, session: Session, envelope: Envelope) -> None:
        """Append a message; it is on disk when this returns."""
        raw = envelope.original_content or b""
        message = StoredMessage(
            at=datetime.now(UTC).isoformat(),
            message_id=str(BytesHeaderParser().parsebytes(raw).get("Message-ID", "")).strip(),
            mail_from=envelope.mail_from or "",
            rcpt_tos=list(envelope.rcpt_tos),
            tls=session.ssl is not None,
            user=_user_of(session),
            raw=base64.b64encode(raw).decode(),
        )
        self._file.write(json.dumps(asdict(message)).encode() + b"\n")
        if self._durable:
            os.fsync(self._file.fileno())
        self._identifiers.add(message.message_id)

    def forget(self) -> None:
        """Empty the store between two tests."""
        self._file.truncate(0)
        self._identifiers.clear()


def _user_of(session: Session) -> str | None:
    signed_in = session.authenticated and isinstance(session.auth_data, LoginPassword)
    return session.auth_data.login.decode() if signed_in and session.auth_data else None


class SinkHandler:
    """What the server does with each command; the method names are aiosmtpd's."""

    def __init__(self, faults: Faults, store: Store) -> None:
        self.faults = faults
        self._store = store

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        fault = self.faults.take("greeting", hostname)
        if fault is not None:
            return [fault.reply]
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.faults.take("sender", address)
        if fault is not None:
            return fault.reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender fine"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.faults.take("recipient", address)
        if fault is not None:
            return fault.reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 recipient fine"

    async def handle_DATA(self, server: "SinkProtocol", session: Session, envelope: Envelope) -> str:
        recipients = envelope.rcpt_tos
        if self.faults.take("drop_after_dot", *recipients):
            await server.break_connection()
        refusal = self.faults.take("refuse_text", *recipients)
        if refusal is not None:
            return refusal.reply
        pause = self.faults.take("delay_store", *recipients)
        if pause is not None:
            await asyncio.sleep(pause.seconds)
        self._store.keep(session, envelope)
        if self.faults.take("drop_after_store", *recipients):
            await server.break_connection()
        pause = self.faults.take("delay_reply", *recipients)
        if pause is not None:
            await asyncio.sleep(pause.seconds)
        return "250 2.0.0 kept"


class SinkProtocol(SMTP):
    """aiosmtpd's protocol, with connections that break on demand and a relay's view of the final dot."""

    async def smtp_DATA(self, arg: str) -> None:
        """Break the connection while the text is sent when that fault is in force; else as usual."""
        recipients = self.envelope.rcpt_tos if self.envelope is not None else []
        if recipients and self.event_handler.faults.take("drop_before_dot", *recipients):
            await self.push("354 go ahead")
            await self._reader.readuntil(b"\r\n")
            await self.break_connection()
        await super().smtp_DATA(arg)

    async def break_connection(self) -> None:
        """Reset the connection; does not return, because aiosmtpd cancels the command with it."""
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()
        await asyncio.Event().wait()

    def eof_received(self) -> bool | None:
        """Let what has arrived be worked off before the command is cancelled.

        aiosmtpd cancels at once, and so forgets a message whose sender was killed right after its final dot.
        A relay would deliver that message; a sink that forgets it hides the very doubling that the fault
        tests look for.
        """
        if self.session is not None and self.session.ssl is not None:
            return super().eof_received()
        self.loop.call_later(EOF_GRACE_SECONDS, self._close_after_eof)
        return True

    def _close_after_eof(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Sink:
    """The listening server; it can stop listening (connections are refused) and start again."""

    def __init__(self, options: argparse.Namespace, loop: asyncio.AbstractEventLoop) -> None:
        self._options = options
        self._loop = loop
        self._listener: asyncio.Server | None = None
        self.faults = Faults()
        self.store = Store(options.store, durable=not options.no_fsync)

    def _protocol(self) -> SinkProtocol:
        options = self._options
        context = None
        if options.certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(options.certificate, options.key)
        return SinkProtocol(
            SinkHandler(self.faults, self.store),
            hostname="localhost",
            ident="sink",
            enable_SMTPUTF8=True,
            tls_context=context,
            require_starttls=options.require_starttls,
            auth_required=options.user is not None,
            auth_require_tls=context is not None,
            authenticator=self._authenticate,
            timeout=3600,
            loop=self._loop,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        wanted = LoginPassword(str(self._options.user).encode(), str(self._options.password).encode())
        good = isinstance(data, LoginPassword) and data == wanted
        return AuthResult(success=good, handled=False, auth_data=data)

    async def up(self) -> None:
        """Accept connections."""
        if self._listener is None:
            self._listener = await self._loop.create_server(self._protocol, LOOPBACK, self._options.port)

    async def down(self) -> None:
        """Refuse new connections; those that are open go on."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def actions(self) -> dict[str, Any]:
        """The control channel's actions."""

        def in_loop(coroutine: Any) -> None:
            asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

        return {
            "ping": lambda _: "pong",
            "up": lambda _: in_loop(self.up()),
            "down": lambda _: in_loop(self.down()),
            "fault": lambda argument: self.faults.add(Fault(**argument)),
            "clear": lambda _: self.faults.clear(),
            "forget": lambda _: self.store.forget(),
        }


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control-port", type=int, required=True)
    parser.add_argument("--store", type=Path, required=True, help="the file of accepted messages, one JSON a line")
    parser.add_argument("--no-fsync", action="store_true", help="for tests that measure speed")
    parser.add_argument("--certificate", type=Path, help="offers STARTTLS")
    parser.add_argument("--key", type=Path)
    parser.add_argument("--require-starttls", action="store_true")
    parser.add_argument("--user", help="demands AUTH")
    parser.add_argument("--password")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Serve until the process is ended."""
    sink = Sink(options, asyncio.get_running_loop())
    await sink.up()
    has = {"has": lambda query: sink.store.has(query.get("message_id", ""))}
    serve_control(options.control_port, sink.actions(), has)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(read_options()))

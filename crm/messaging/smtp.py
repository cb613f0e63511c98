"""Mail through SMTP: one connection for a batch, verified TLS, timeouts, and no doubt where there need be
none."""

import re
import select
import smtplib
import socket
import ssl
from email.utils import parseaddr
from typing import cast

from flask_mail import Connection, Mail

from crm.errors import DomainError
from crm.extension_points import SendResult
from crm.messaging import crash_points
from crm.messaging.email_format import Envelope, envelope_of
from crm.messaging.fences import Fence
from crm.messaging.rendering import Letter
from crm.messaging.replies import kept_reply
from crm.messaging.timing import Timing
from crm.settings import Settings, SmtpServer

_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_QUICK_REPLY_MS = 20
_LOST = (smtplib.SMTPException, OSError)


class VerifiedConnection(Connection):
    """Flask-Mail's connection with what its own lacks: timeouts, and TLS that checks the certificate and
    the name."""

    def __init__(self, mail: Mail, settings: Settings, timing: Timing) -> None:
        super().__init__(cast(Mail, mail.state))  # its annotation names the extension, it uses the state
        self._settings = settings
        self._timing = timing

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect, encrypt and sign in as the settings say. Raises OSError or SMTPException."""
        server = self._settings.smtp
        assert server is not None, "mail leaves by SMTP only where a server is set"
        host = self._connect(server)
        try:
            if server.tls == "starttls":
                host.starttls(context=_context(server))
            if server.username:
                host.login(server.username, server.password or "")
            host.ehlo_or_helo_if_needed()
        except BaseException:
            host.close()
            raise
        assert host.sock is not None, "a connection that answered has a socket"
        # The dot travels alone, in a packet of its own; it must not wait for the text to be acknowledged.
        host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host.sock.settimeout(self._timing.reply_seconds)
        return host

    def _connect(self, server: SmtpServer) -> smtplib.SMTP | smtplib.SMTP_SSL:
        seconds = self._timing.connect_seconds
        name = parseaddr(self._settings.mail_from)[1].rpartition("@")[2] or "localhost"
        if server.tls == "tls":
            context = _context(server)
            return smtplib.SMTP_SSL(server.host, server.port, name, timeout=seconds, context=context)
        return smtplib.SMTP(server.host, server.port, name, timeout=seconds)


def _context(server: SmtpServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


class SmtpTransport:
    """Sends a batch over one connection. A connection that breaks is reopened once; when it breaks again
    before anything was taken, the transport says ``broken`` and the rest of the batch waits."""

    key = "smtp"

    def __init__(self, mail: Mail, settings: Settings, timing: Timing) -> None:
        self._connection = VerifiedConnection(mail, settings, timing)
        self._settings = settings
        self._timing = timing
        self._host: smtplib.SMTP | None = None
        self._breaks = 0

    @property
    def broken(self) -> bool:
        return self._breaks > 1

    def send(self, letter: Letter, fence: Fence) -> SendResult | None:
        """Send one letter (see Transport.send)."""
        try:
            envelope = envelope_of(letter, self._settings)
        except (ValueError, DomainError) as error:
            return SendResult("rejected", reply=kept_reply(f"The mail cannot be built: {error}"))
        refusal = self._addressed(envelope, fence)
        if refusal is not None:
            return refusal
        crash_points.reach("before_wire")
        if not fence.pass_through():
            self._reset()
            return None
        crash_points.reach("after_wire")
        return self._hand_over(envelope, fence)

    def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        host, self._host = self._host, None
        if host is not None:
            try:
                host.quit()
            except _LOST:
                host.close()

    def _addressed(self, envelope: Envelope, fence: Fence) -> SendResult | None:
        """Open if need be and name sender and receiver, on a new connection if the kept one has broken."""
        while True:
            try:
                return self._name_both(envelope, fence)
            except _LOST as error:
                self._drop()
                if self.broken:
                    return SendResult("retry", reply=_reply_of(error))

    def _name_both(self, envelope: Envelope, fence: Fence) -> SendResult | None:
        """MAIL and RCPT: nothing can be accepted yet. A refusal, or None when the way is free."""
        if self._host is None:
            fence.settle()
        host = self._open()
        code, reply = self._asked(host, f"MAIL FROM:<{envelope.mail_from}>\r\n", fence)
        _refuse_goodbye(code, reply)
        if code >= 400:
            # A refused sender says nothing about the receiver: somebody has to mend our settings, and the
            # batch waits.
            self._reset()
            self._breaks = 2
            return SendResult("retry", reply=kept_reply(reply, code=code))
        code, reply = self._asked(host, f"RCPT TO:<{envelope.rcpt_to}>\r\n", fence)
        _refuse_goodbye(code, reply)
        if code >= 400 or code < 200:
            self._reset()
            self._breaks = 0
            return SendResult("rejected" if code >= 500 else "retry", reply=kept_reply(reply, code=code))
        return None

    @staticmethod
    def _asked(host: smtplib.SMTP, command: str, fence: Fence) -> tuple[int, bytes]:
        """The reply to a command. A server that takes its time is not waited for with a result in hand."""
        host.send(command)
        if fence.unsettled and host.sock is not None and not _readable(host.sock):
            fence.settle()
        return host.getreply()

    def _hand_over(self, envelope: Envelope, fence: Fence) -> SendResult:
        """DATA, the text, the dot. Only what happens after the dot can leave a doubt."""
        host = self._open()
        assert host.sock is not None, "the connection has just answered"
        try:
            code, reply = host.docmd("DATA")
            if code != 354:
                self._reset()
                return SendResult("rejected" if code >= 500 else "retry", reply=kept_reply(reply, code=code))
            host.send(_stuffed(envelope.data))
            crash_points.reach("during_data")
            if not fence.still_ours():
                self._drop()
                return SendResult("retry", reply="The sender was stopped for too long before the end of the text")
        except _LOST as error:
            self._drop()
            return SendResult("retry", reply=_reply_of(error))
        try:
            host.sock.settimeout(self._timing.final_reply_seconds)
            host.send(b".\r\n")
            code, reply = host.getreply()
            host.sock.settimeout(self._timing.reply_seconds)
        except _LOST as error:
            self._drop()
            return SendResult("unknown", reply=_reply_of(error))
        crash_points.reach("after_accept")
        self._breaks = 0
        return _verdict(code, reply)

    def _open(self) -> smtplib.SMTP:
        if self._host is None:
            self._host = self._connection.configure_host()
        return self._host

    def _reset(self) -> None:
        """Forget the envelope on the server's side; a connection that cannot even do that is given up."""
        try:
            if self._host is not None:
                self._host.rset()
        except _LOST:
            self._drop()

    def _drop(self) -> None:
        self._breaks += 1
        host, self._host = self._host, None
        if host is not None:
            host.close()


def _readable(sock: socket.socket) -> bool:
    """Whether a reply comes nearly at once."""
    waiter = select.poll()
    waiter.register(sock, select.POLLIN)
    return bool(waiter.poll(_QUICK_REPLY_MS))


def _refuse_goodbye(code: int, reply: bytes) -> None:
    """421 closes the connection (RFC 5321 3.8): the next command would meet nobody."""
    if code == 421:
        raise smtplib.SMTPResponseException(code, reply)


def _stuffed(data: bytes) -> bytes:
    """The text with a dot doubled that begins a line (RFC 5321 4.5.2)."""
    return _LEADING_DOT.sub(b"..", data) if b"\n." in data or data.startswith(b".") else data


def _verdict(code: int, reply: bytes) -> SendResult:
    kept = kept_reply(reply, code=code)
    if 200 <= code < 300:
        return SendResult("accepted", reply=kept)
    if 500 <= code < 600:
        return SendResult("rejected", reply=kept)
    return SendResult("retry", reply=kept) if 400 <= code < 500 else SendResult("unknown", reply=kept)


def _reply_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return kept_reply(error.smtp_error, code=error.smtp_code)
    return kept_reply(f"{type(error).__name__}: {error}")

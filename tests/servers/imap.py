"""A small IMAP4rev1 server (RFC 3501) with one account: what the reader of returned mail asks, over real sockets.

It keeps flags as a server does, speaks plain or TLS, and can be told to misbehave: to drop the connection in the
middle of a mail, to refuse a search or a fetch.
"""

import re
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from tests.servers.processes import LOOPBACK

_COMMAND = re.compile(rb"(\S+) (?:UID )?(\w+)(?: (.*))?", re.DOTALL)
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_FETCH = re.compile(r"\(?BODY(\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?\)?")
_STORE = re.compile(r"([+-]?)FLAGS(?:\.SILENT)? \(?([^)]*)\)?")
_BEFORE_SIGN_IN = frozenset({"CAPABILITY", "NOOP", "LOGIN", "LOGOUT"})


@dataclass
class Mail:
    """One mail in the mailbox."""

    raw: bytes
    flags: set[str] = field(default_factory=set)

    @property
    def seen(self) -> bool:
        """Whether it is marked as read."""
        return "\\Seen" in self.flags


class _Dropped(Exception):
    """The connection is to be cut without a word."""


class _Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    def setup(self) -> None:
        super().setup()
        self.mailbox: ImapServer = cast(Any, self.server).mailbox
        self.signed_in = self.selected = False

    def handle(self) -> None:
        self._say(b"* OK IMAP4rev1 ready")
        try:
            while line := self.rfile.readline():
                self._answer(line.rstrip(b"\r\n"))
        except (_Dropped, OSError):
            return

    def _answer(self, line: bytes) -> None:
        found = _COMMAND.fullmatch(line)
        if found is None:
            self._say(b"* BAD not a command")
            return
        tag, name, rest = found[1], found[2].decode().upper(), (found[3] or b"").decode()
        self.mailbox.heard.append(name)
        do: Callable[[str], str] | None = getattr(self, f"_do_{name.lower()}", None)
        if do is None:
            answer = "BAD unknown command"
        elif not self.signed_in and name not in _BEFORE_SIGN_IN:
            answer = "NO sign in first"
        elif name in self.mailbox.refused:
            answer = f"NO {name} failed for now"
        else:
            answer = do(rest)
        self._say(tag + b" " + answer.encode())
        if name == "LOGOUT":
            raise _Dropped

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _do_capability(self, rest: str) -> str:
        self._say(b"* CAPABILITY IMAP4rev1")
        return "OK done"

    def _do_noop(self, rest: str) -> str:
        return "OK done"

    def _do_logout(self, rest: str) -> str:
        self._say(b"* BYE until next time")
        return "OK done"

    def _do_login(self, rest: str) -> str:
        given = [_unquoted(quoted) or plain for quoted, plain in _ARGUMENT.findall(rest)]
        self.signed_in = given == [self.mailbox.user, self.mailbox.password]
        return "OK signed in" if self.signed_in else "NO [AUTHENTICATIONFAILED] wrong name or password"

    def _do_select(self, rest: str) -> str:
        [(quoted, plain)] = _ARGUMENT.findall(rest)
        self.selected = (_unquoted(quoted) or plain) == self.mailbox.folder
        if not self.selected:
            return "NO [NONEXISTENT] there is no such folder"
        self._say(f"* {len(self.mailbox.mails)} EXISTS".encode())
        self._say(b"* FLAGS (\\Seen \\Deleted)")
        return "OK [READ-WRITE] selected"

    def _do_search(self, rest: str) -> str:
        if not self.selected or rest.upper() != "UNSEEN":
            return "BAD only UNSEEN, in a folder"
        numbers = [str(place) for place, mail in enumerate(self.mailbox.mails, 1) if not mail.seen]
        self._say(" ".join(["* SEARCH", *numbers]).encode())
        return "OK done"

    def _do_fetch(self, rest: str) -> str:
        number, _space, items = rest.partition(" ")
        found = _FETCH.fullmatch(items)
        mail = self._mail(number)
        if found is None or mail is None:
            return "BAD cannot be fetched"
        peek, start, length = found.groups()
        raw = mail.raw if start is None else mail.raw[int(start) : int(start) + int(length)]
        if not peek:
            mail.flags.add("\\Seen")
        name = "BODY[]" if start is None else f"BODY[]<{start}>"
        self._say(f"* {number} FETCH ({name} {{{len(raw)}}}".encode())
        if self.mailbox.drop_in_mail == int(number):
            self.wfile.write(raw[: len(raw) // 2])
            raise _Dropped
        self.wfile.write(raw)
        self._say(b")")
        return "OK done"

    def _do_store(self, rest: str) -> str:
        number, _space, change = rest.partition(" ")
        found = _STORE.fullmatch(change)
        mail = self._mail(number)
        if found is None or mail is None:
            return "BAD cannot be stored"
        if self.mailbox.drop_before_store == int(number):
            raise _Dropped
        given = set(found[2].split())
        mail.flags = {"+": mail.flags | given, "-": mail.flags - given, "": given}[found[1]]
        self._say(f"* {number} FETCH (FLAGS ({' '.join(sorted(mail.flags))}))".encode())
        return "OK done"

    def _mail(self, number: str) -> Mail | None:
        mails = self.mailbox.mails
        inside = self.selected and number.isdigit() and 1 <= int(number) <= len(mails)
        return mails[int(number) - 1] if inside else None


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self.context is not None:
            # The handshake belongs to the thread of the connection.
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust the certificate goes away: no news."""


@dataclass
class ImapServer:
    """The server, in threads of this process. ``certificate`` and ``key`` make it speak TLS from the first byte."""

    user: str = "bounces"
    password: str = "hemligt"
    folder: str = "INBOX"
    certificate: Path | None = None
    key: Path | None = None
    mails: list[Mail] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """The commands that came, in order."""
    refused: set[str] = field(default_factory=set)
    """Commands that are answered NO."""
    drop_in_mail: int | None = None
    """The mail in the middle of which the connection breaks."""
    drop_before_store: int | None = None
    """The mail whose flags are never changed, because the connection breaks first."""

    def start(self) -> "ImapServer":
        """Listen on a free port."""
        self._server = _Server((LOOPBACK, 0), _Conversation)
        cast(Any, self._server).mailbox = self
        if self.certificate is not None:
            self._server.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._server.context.load_cert_chain(self.certificate, self.key)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def put(self, *mails: bytes) -> None:
        """Unread mail comes in."""
        self.mails.extend(Mail(raw) for raw in mails)

    def unread(self) -> list[int]:
        """The numbers of the mails that are not marked as read."""
        return [place for place, mail in enumerate(self.mails, 1) if not mail.seen]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)

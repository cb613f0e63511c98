"""One conversation of a small mail server: as much of RFC 5321 as a sender needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedIOBase

DEAD_DOMAIN = "gone.example.net"
"""Nobody has an address here: every receiver in it is refused for good."""


@dataclass
class SmtpSession:
    """Reads commands and answers them until the sender goes.

    ``keep`` stores a mail and has it on disk when it returns; only then is it accepted. A final dot that has
    arrived counts even when its sender is gone by then, as with every mail server.
    """

    reader: BufferedIOBase
    reply: Callable[[bytes], None]
    keep: Callable[[str, bytes], None]
    receivers: list[str] = field(default_factory=list)

    def serve(self) -> None:
        """Speak until QUIT or the end of the connection."""
        self._say(b"220 simulation ready")
        while line := self.reader.readline():
            verb = line[:4].upper().strip()
            if verb == b"QUIT":
                self._say(b"221 2.0.0 bye")
                return
            if verb == b"DATA":
                self._data()
            else:
                self._say(self._answer(verb, line))

    def _answer(self, verb: bytes, line: bytes) -> bytes:
        if verb == b"RCPT":
            return self._receiver(line)
        if verb in (b"MAIL", b"RSET"):
            self.receivers.clear()
            return b"250 2.1.0 fine"
        return b"250 simulation" if verb in (b"EHLO", b"HELO", b"NOOP") else b"502 5.5.1 not known"

    def _receiver(self, line: bytes) -> bytes:
        address = line.partition(b"<")[2].partition(b">")[0].decode("ascii", "replace")
        if address.lower().endswith(f"@{DEAD_DOMAIN}"):
            return b"550 5.1.1 no such user"
        self.receivers.append(address)
        return b"250 2.1.5 fine"

    def _data(self) -> None:
        if not self.receivers:
            self._say(b"503 5.5.1 nobody to give it to")
            return
        self._say(b"354 go ahead")
        text = self._text()
        if text is None:
            return
        for receiver in self.receivers:
            self.keep(receiver, text)
        self.receivers.clear()
        self._say(b"250 2.0.0 kept")

    def _text(self) -> bytes | None:
        """The text up to the dot; None when the sender went before it, and nothing was handed over."""
        lines: list[bytes] = []
        while line := self.reader.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def _say(self, line: bytes) -> None:
        self.reply(line + b"\r\n")

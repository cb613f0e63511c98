"""A fast SMTP server that takes everything and keeps only Message-IDs: `python -m bench.sink --port ... --store ...`.

As fast as the standard library allows, so that the sender is measured and not the receiver.
"""

import argparse
import asyncio
from pathlib import Path
from typing import TextIO


class _Client(asyncio.Protocol):
    """One connection: commands until DATA, then text until a line with a single dot."""

    def __init__(self, store: TextIO) -> None:
        self._store = store
        self._buffer = b""
        self._in_text = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take():
            pass

    def _take(self) -> bool:
        end = b"\r\n.\r\n" if self._in_text else b"\r\n"
        chunk, found, rest = self._buffer.partition(end)
        if not found:
            return False
        self._buffer = rest
        reply = self._text(chunk) if self._in_text else self._command(chunk.upper())
        assert self._transport is not None
        self._transport.write(reply)
        return True

    def _text(self, text: bytes) -> bytes:
        self._in_text = False
        head = text.partition(b"\r\n\r\n")[0]
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"message-id:"):
                self._store.write(line.partition(b":")[2].strip().decode() + "\n")
        self._store.flush()
        return b"250 kept\r\n"

    def _command(self, line: bytes) -> bytes:
        if line.startswith(b"EHLO"):
            return b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
        if line.startswith(b"DATA"):
            self._in_text = True
            return b"354 go ahead\r\n"
        return b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 fine\r\n"


async def serve(port: int, store: Path) -> None:
    """Serve until the process is ended."""
    with store.open("a") as file:
        server = await asyncio.get_running_loop().create_server(lambda: _Client(file), "127.0.0.1", port)
        await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.store))


if __name__ == "__main__":
    main()

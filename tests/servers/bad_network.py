"""A network between a browser and a server that fails when it is told to: nothing arrives, half of a request arrives,
or everything arrives and the answer is lost."""

import socket
import threading
from contextlib import suppress
from typing import Literal

from tests.servers.processes import LOOPBACK

Mode = Literal["good", "away", "deaf", "half"]
_HALF = 200


class BadNetwork:
    """Listens on a port of its own and hands on to the server while the network is good.

    ``away``: every connection is refused or broken. ``half``: a request breaks off after some bytes. ``deaf``: a
    request arrives, and of its answer nothing comes back. ``lost`` counts the answers that were lost.
    """

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.mode: Mode = "good"
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The address that the browser is told."""
        return f"http://{LOOPBACK}:{self.port}"

    def be(self, mode: Mode) -> None:
        """From now on the network is like this; connections from before break."""
        self.mode = mode
        self._break_all()

    def close(self) -> None:
        """End it."""
        self._listener.close()
        self._break_all()

    def _break_all(self) -> None:
        with self._lock:
            there, self._open = self._open, set()
        for each in there:
            _end(each)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self.mode == "away":
            _end(client)
            return
        try:
            server = socket.create_connection((LOOPBACK, self._to_port), timeout=30)
        except OSError:
            _end(client)
            return
        server.settimeout(None)
        with self._lock:
            self._open |= {client, server}
        threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
        self._requests(client, server)

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if self.mode == "away" or (self.mode == "half" and data.startswith(b"POST")):
                    server.sendall(data[:_HALF])
                    break
                server.sendall(data)
        _end(client)
        _end(server)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                # What is answered to something that was sent has words in it, the visits of the day have none.
                if self.mode == "deaf" and b'"words"' in data:
                    self.lost += 1
                    break
                client.sendall(data)
        _end(client)
        _end(server)


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()

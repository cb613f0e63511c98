"""Servers that run in a thread of the test's own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer

from tests.servers.processes import LOOPBACK


@contextmanager
def answering(server: HTTPServer) -> Iterator[str]:
    """The address of a server, which answers for as long as the block lasts and is closed after it."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://{LOOPBACK}:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()

"""A proxy between the loader and ClickHouse that delays, or cuts connections after the answer."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.ingest.services import Ingest


class Proxy:
    """`delay` seconds before each answer; `cuts` answers to inserts of events are swallowed.

    Knows just enough of HTTP: a request that mentions the table, until the client reads an answer.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self._listening.getsockname()[1]
        self.delay = 0.0
        self.cuts = 0
        self.answers_cut = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server, suppress(OSError):
            inserting = threading.Event()
            threading.Thread(
                target=self._forward, args=(client, server, inserting), daemon=True
            ).start()
            while answer := server.recv(1 << 16):
                time.sleep(self.delay)
                if inserting.is_set() and self.cuts > 0:
                    self.cuts -= 1
                    self.answers_cut += 1
                    client.shutdown(socket.SHUT_RDWR)
                    return
                inserting.clear()
                client.sendall(answer)
            client.shutdown(socket.SHUT_RDWR)

    def _forward(
        self, client: socket.socket, server: socket.socket, inserting: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if b"INSERT+INTO+raw.events+" in data:
                    inserting.set()
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)


@contextmanager
def behind_proxy(ingest: Ingest) -> Iterator[Proxy]:
    """The loader, not yet started, will reach ClickHouse through the proxy."""
    url = urlsplit(ingest.loader.environment["CLICKHOUSE_URL"])
    assert url.hostname is not None
    assert url.port is not None
    proxy = Proxy((url.hostname, url.port))
    through = url.geturl().replace(f":{url.port}", f":{proxy.port}")
    ingest.loader.environment = {**ingest.loader.environment, "CLICKHOUSE_URL": through}
    try:
        yield proxy
    finally:
        proxy.close()
